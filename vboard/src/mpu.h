/* mpu.h - what the MPU's regions say of an address. They are tracked, not enforced.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_MPU_H
#define VBOARD_MPU_H

#include "cpu.h"

/* The RBAR and RASR registers and their three aliases; offset: of the system space. */
uint32_t mpu_read(const struct scs *scs, uint32_t offset);
void mpu_write(struct scs *scs, uint32_t offset, uint32_t lanes, uint32_t value);

/* Is no byte of a range Normal memory that the core may read? Then it reads nothing ahead there.
 *
 * privileged: the core's state; negative: it runs at a negative priority (FAULTMASK, HardFault,
 * NMI). */
bool mpu_keeps_out(const struct scs *scs, bool privileged, bool negative, uint32_t address,
                   uint32_t size);

enum mpu_cache { MPU_NOT_CACHED, MPU_WRITE_THROUGH, MPU_WRITE_BACK };
/* How privileged code's accesses there are cached, with the cache on. */
enum mpu_cache mpu_cache(const struct scs *scs, uint32_t address);

#endif
