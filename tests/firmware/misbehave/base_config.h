/* base_config.h - Project 1's configuration, newer than all examples, with a short deadline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../../examples/project1/flota_config.h"
#undef FLOTA_NAME
#undef FLOTA_VERSION
#define FLOTA_VERSION           "3.0.0"
#define FLOTA_COMMIT_TIMEOUT_MS 20000
