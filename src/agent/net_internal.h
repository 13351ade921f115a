/* net_internal.h - what the files of the network settings share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NET_INTERNAL_H
#define FLOTA_NET_INTERNAL_H

#include "flota/net_settings.h"

#define FLOTA_NET_CANONICAL_MAX 80u /* bytes of values as one text, with the zero */

/* Four numbers with dots; "" is 0. */
void flota_net_write_address(uint32_t address, char text[FLOTA_NET_TEXT_MAX]);
bool flota_net_read_address(const char *text, uint32_t *address);

/* What DHCP gives is not ours to say. */
void flota_net_forget_unused(struct flota_net_values *values);

/* Can a device have them? Returns why not, or NULL. */
const char *flota_net_check(const struct flota_net_values *values);
bool flota_net_is_equal(const struct flota_net_values *a, const struct flota_net_values *b);

/* As one text: "0 c0a8000a ffffff00 c0a80001 00000000". */
void flota_net_write(const struct flota_net_values *values, char text[FLOTA_NET_CANONICAL_MAX]);
bool flota_net_read(const char *text, struct flota_net_values *values);

#endif
