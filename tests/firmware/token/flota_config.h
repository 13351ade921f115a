/* Project 1 with a token on its update endpoint: one line. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project1/flota_config.h"
#undef FLOTA_AUTH
#define FLOTA_AUTH FLOTA_AUTH_TOKEN("token-of-the-test")
