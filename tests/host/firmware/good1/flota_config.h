/* Confirmed by the first request that it serves. SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H
#include "../base_config.h"
#define FLOTA_NAME    "good1"
#define FLOTA_VERSION "1.0.0"
#define TEST_WAY      TEST_GOOD

#endif
