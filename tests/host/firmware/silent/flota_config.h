/* It works, and waits for a confirmation that never comes. SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H
#include "../base_config.h"
#define FLOTA_NAME              "silent"
#define FLOTA_VERSION           "1.2.0"
#define TEST_WAY                TEST_GOOD
#define FLOTA_CONFIRM_POLICY    FLOTA_CONFIRM_EXPLICIT
#define FLOTA_COMMIT_TIMEOUT_MS 600000
#endif
