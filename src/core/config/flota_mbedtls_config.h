/* flota_mbedtls_config.h - what Flota uses of mbedTLS: SHA-256, and ECDSA P-256 verified. No heap.
 *
 * Big numbers live in memory that the caller lends for one verification (signature.c), handed out
 * by mbedTLS's own buffer allocator; without a loan every allocation fails.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MBEDTLS_CONFIG_H
#define FLOTA_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA1_C /* the WebSocket handshake (RFC 6455 4.2.2); proves nothing */

/* --- ECDSA --- */

#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_NO_INTERNAL_RNG /* verification has no secret to blind */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ASN1_PARSE_C /* ecdsa.c refers to both; the board's linker drops them */
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_HAVE_ASM /* UMAAL on the board */

/* Time against memory, measured on a Cortex-M7 (DESIGN.md): a table of 4 points, 2 at a time. */
#define MBEDTLS_ECP_WINDOW_SIZE       3
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0

/* --- memory --- */

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS /* not calloc: it fails until memory is lent */
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_MEMORY_ALIGN_MULTIPLE 8

/* The allocator ends the program when its lists are broken, which only a bug of ours can do. */
#define MBEDTLS_PLATFORM_EXIT_MACRO(status) ((void)(status), __builtin_trap())

#endif
