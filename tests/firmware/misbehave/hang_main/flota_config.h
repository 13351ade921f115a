/* It hangs in main. SPDX-License-Identifier: Apache-2.0 */
#include "../base_config.h"
#define FLOTA_NAME "hang-main"
