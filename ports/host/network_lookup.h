/* network_lookup.h - the address of a name, without waiting for it.
 *
 * Thread safety: one caller.  Allocation: heap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NETWORK_LOOKUP_H
#define FLOTA_NETWORK_LOOKUP_H

#include <netinet/in.h>

#define NETWORK_LOOKUP_GOES_ON 1

struct network_lookup;

/* host: a name or an IPv4 address. NULL: it cannot be begun. */
struct network_lookup *network_lookup_begin(const char *host);

/* Returns 0 and the address, NETWORK_LOOKUP_GOES_ON, or FLOTA_ERR_NAME_UNKNOWN. */
int network_lookup_result(struct network_lookup *lookup, struct in_addr *address);

/* Give it up, or free it. NULL is harmless. */
void network_lookup_end(struct network_lookup *lookup);

#endif
