/* flota_host_mbedtls_config.h - what the host tool uses of mbedTLS beside the device's code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_MBEDTLS_CONFIG_H
#define FLOTA_HOST_MBEDTLS_CONFIG_H

#define MBEDTLS_HAVE_ASM

/* Signatures on P-256, deterministic; secrets are blinded. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC

/* Hashes; random numbers from the system. SHA-1 is in the manifest for older tools only. */
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_ENTROPY_FORCE_SHA256

/* Key files. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C

#include "mbedtls/check_config.h"

#endif
