/* It never confirms. SPDX-License-Identifier: Apache-2.0 */
#include "../base_config.h"
#define FLOTA_NAME           "silent"
#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_EXPLICIT
