/* slots.h - which key belongs to which slot of the device: --key and --slot, given in turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_SLOTS_H
#define FLOTA_CLI_SLOTS_H

#include "usage.h"

/* Without any --slot the keys take the slots 0, 1, ... Returns false after having said on stderr
 * what is wrong. */
bool slots_read(const char *command, const struct usage_list *slots, size_t key_count,
                uint32_t *numbers);

#endif
