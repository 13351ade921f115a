/* handover.h - what the guard leaves in registers for the application's start-up.
 *
 *     r0  HANDOVER_MAGIC
 *     r1  RCC_RSR as it was at reset
 *     r2  the decision, packed
 *
 * Guard and start-up lie in the same image, so the layout may change with any version.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_GUARD_HANDOVER_H
#define STM32H7_GUARD_HANDOVER_H

#include "flota/boot.h"
#include <stdbool.h>
#include <stdint.h>

#define HANDOVER_MAGIC 0x64475546u

/* Vector 7 is reserved (DDI 0403E B1.5.2): here stands the application's start. It lies in the
 * flash word that the chip itself reads at reset. */
#define HANDOVER_VECTOR 7u

static inline uint32_t handover_pack(const struct flota_boot_decision *decision, bool power_on)
{
    return (uint32_t)decision->action | (uint32_t)decision->reason << 8 |
           (uint32_t)decision->obstacle << 16 | (uint32_t)power_on << 24;
}

static inline bool handover_unpack(uint32_t packed, struct flota_boot_decision *decision)
{
    decision->action = (enum flota_boot_action)(packed & 0xFFu);
    decision->reason = (enum flota_boot_reason)(packed >> 8 & 0xFFu);
    decision->obstacle = (enum flota_boot_obstacle)(packed >> 16 & 0xFFu);
    decision->check = FLOTA_CHECK_NOTHING;
    return (packed >> 24 & 1u) != 0;
}

#endif
