/* flota_mbedtls_config.h - what Flota uses of mbedTLS: no heap, no platform.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MBEDTLS_CONFIG_H
#define FLOTA_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C

#endif
