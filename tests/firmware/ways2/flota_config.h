/* The next version of ways. SPDX-License-Identifier: Apache-2.0 */
#include "../ways/flota_config.h"
#undef FLOTA_VERSION
#define FLOTA_VERSION "1.1.0"
