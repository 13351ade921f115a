/* Project 2 with every way in, and a password. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project2/flota_config.h"
#undef FLOTA_NAME
#undef FLOTA_VERSION
#undef FLOTA_AUTH
#undef FLOTA_MODULES
#define FLOTA_NAME    "ways"
#define FLOTA_VERSION "1.0.0"
#define FLOTA_AUTH    FLOTA_AUTH_BASIC("admin", "all ways lead in")
#define FLOTA_MODULES                                                                              \
    &flota_module_ota_http_server, &flota_module_ota_http_client, &flota_module_rpc_ws,            \
        &flota_module_rpc_http, &flota_module_rpc_uart, &flota_module_rpc_mqtt,                    \
        &flota_module_rpc_tcp, &flota_module_rpc_udp, &flota_module_dash
