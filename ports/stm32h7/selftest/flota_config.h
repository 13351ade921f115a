/* flota_config.h - the port's self-test.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H

#define FLOTA_PRODUCT "flota-port-selftest"
#define FLOTA_NAME    "selftest"
#define FLOTA_VERSION "1.0.0"

#endif
