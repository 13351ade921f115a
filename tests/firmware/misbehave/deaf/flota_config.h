/* It loses the network. SPDX-License-Identifier: Apache-2.0 */
#include "../base_config.h"
#define FLOTA_NAME "deaf"
