/* A bus fault, 2 s after its start, unconfirmed. SPDX-License-Identifier: Apache-2.0 */
#include "../base_config.h"
#define FLOTA_NAME           "fault"
#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_EXPLICIT
