/* Project 1 with settings of its own. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project1/flota_config.h"
#undef FLOTA_NAME
#define FLOTA_NAME "login"
#define FLOTA_CONFIG_KEYS                                                                          \
    {"site.note", FLOTA_CONFIG_STRING, "", false},                                                 \
        {"site.height", FLOTA_CONFIG_INTEGER, "0", false},                                         \
        {"site.code", FLOTA_CONFIG_STRING, "", true},
