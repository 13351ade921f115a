/* A project in the shape of CubeMX, with Flota in it. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project2/flota_config.h"
#undef FLOTA_NAME
#undef FLOTA_VERSION
#define FLOTA_NAME    "cubemx"
#define FLOTA_VERSION CUBEMX_VERSION /* of CMakeLists.txt: two versions */
