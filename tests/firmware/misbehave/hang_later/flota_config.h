/* It hangs 30 s after its start; until then nobody confirms it. SPDX-License-Identifier: Apache-2.0
 */
#include "../base_config.h"
#define FLOTA_NAME           "hang-later"
#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_EXPLICIT
#undef FLOTA_COMMIT_TIMEOUT_MS
#define FLOTA_COMMIT_TIMEOUT_MS 120000
