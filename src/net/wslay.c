/* wslay.c - wslay's frame layer, compiled for a machine that has no <arpa/inet.h>.
 *
 * Its sources are read from where scripts/deps puts them, as system headers are. They take a
 * network's byte order from these two names, and the machine to be little-endian.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "define WORDS_BIGENDIAN for wslay, and these two as they are"
#endif
#define htons(value) __builtin_bswap16(value)
#define ntohl(value) __builtin_bswap32(value)

/* Its contexts are members of ours: the two functions that allocate are not called, and must not
 * bring the C library's heap in. */
#include <stdlib.h>
#define malloc(size) NULL
#define free(memory) ((void)(memory))

#include <wslay_frame.c>
#include <wslay_net.c>
