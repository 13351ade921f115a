/* It goes on, but without flota_poll(). SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H
#include "../base_config.h"
#define FLOTA_NAME           "hang"
#define FLOTA_VERSION        "1.2.0"
#define TEST_WAY             TEST_HANG
#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_EXPLICIT
#endif
