/* project_modules.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project_modules.h"
#include <string.h>

/* tests/cli/test_project.sh compares both tables with src/. */
const char *const project_module_names[PROJECT_MODULE_COUNT + 1] = {
    "ota-http-server", "ota-http-client", "rpc-ws",  "rpc-http", "rpc-uart",
    "rpc-mqtt",        "rpc-tcp",         "rpc-udp", "dash",     NULL};

const struct project_known_key project_known_keys[] = {
    {"device.id", 's', false, NULL},
    {"update.commit_timeout", 'i', false, NULL},
    {"net.dhcp", 'b', false, NULL},
    {"net.ip", 's', false, NULL},
    {"net.mask", 's', false, NULL},
    {"net.gateway", 's', false, NULL},
    {"net.dns", 's', false, NULL},
    {"update.confirm", 's', false, NULL},
    {"rpc.acl", 's', false, "rpc-"},
    {"rpc.origins", 's', false, "rpc-http"},
    {"mqtt.enable", 'b', false, "rpc-mqtt"},
    {"mqtt.server", 's', false, "rpc-mqtt"},
    {"mqtt.user", 's', false, "rpc-mqtt"},
    {"mqtt.pass", 's', true, "rpc-mqtt"},
    {"mqtt.client_id", 's', false, "rpc-mqtt"},
    {"mqtt.keep_alive", 'i', false, "rpc-mqtt"},
    {"update.url", 's', false, "ota-http-client"},
    {"update.interval", 'i', false, "ota-http-client"},
    {"update.timeout", 'i', false, "ota-http-client"},
    {"update.extra_http_headers", 's', true, "ota-http-client"},
    {"update.ssl_ca_file", 's', false, "ota-http-client"},
    {NULL, 0, false, NULL}};

int project_module_find(const char *name)
{
    for (int i = 0; project_module_names[i]; i++)
        if (strcmp(project_module_names[i], name) == 0)
            return i;
    return -1;
}

const struct project_known_key *project_known_key(const char *key)
{
    for (size_t i = 0; project_known_keys[i].key; i++)
        if (strcmp(project_known_keys[i].key, key) == 0)
            return &project_known_keys[i];
    return NULL;
}
