/* rpc.c - the methods of a device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc.h"
#include "rpc_internal.h"
#include <stdio.h>
#include <string.h>

void flota_rpc_init(struct flota_rpc *rpc, const struct flota_auth *auth, const char *device_id,
                    uint32_t (*random)(void))
{
    memset(rpc, 0, sizeof *rpc);
    rpc->auth = *auth;
    rpc->device_id = device_id;
    rpc->random = random;
    rpc->builtin =
        (struct flota_rpc_service){flota_rpc_builtin_methods, FLOTA_RPC_BUILTIN_COUNT, rpc, NULL};
    rpc->services = &rpc->builtin;
}

void flota_rpc_set_levels(struct flota_rpc *rpc, uint8_t update_level)
{
    rpc->has_levels = true;
    rpc->update_level = update_level;
}

void flota_rpc_add(struct flota_rpc *rpc, struct flota_rpc_service *service)
{
    service->next = rpc->services;
    rpc->services = service;
}

const struct flota_rpc_method *flota_rpc_find(const struct flota_rpc *rpc,
                                              struct flota_rpc_text name,
                                              const struct flota_rpc_service **service)
{
    for (const struct flota_rpc_service *s = rpc->services; s; s = s->next) {
        for (uint8_t i = 0; i < s->method_count; i++) {
            if (!flota_rpc_text_is(name, s->methods[i].name))
                continue;
            if (service)
                *service = s;
            return &s->methods[i];
        }
    }
    return NULL;
}

/* --- RPC.List --- */

static int list(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc *rpc = context;
    struct flota_json *json = flota_rpc_result(call);
    const char *gap = "[";
    for (const struct flota_rpc_service *service = rpc->services; service;
         service = service->next) {
        for (uint8_t i = 0; i < service->method_count; i++, gap = ",") {
            flota_json_raw(json, gap);
            flota_json_string(json, service->methods[i].name, SIZE_MAX);
        }
    }
    flota_json_raw(json, "]");
    return 0;
}

/* --- RPC.Describe --- */

static void describe_param(struct flota_json *json, const struct flota_rpc_param *param)
{
    static const char *const types[] = {"integer", "number", "boolean", "string",
                                        "base64",  "object", "any"};
    flota_json_raw(json, "{");
    flota_json_text(json, "name", param->name);
    flota_json_text(json, "type", types[param->type]);
    flota_json_key(json, "required");
    flota_json_raw(json, param->required ? "true}" : "false}");
}

static void describe_method(struct flota_json *json, const struct flota_rpc_method *method)
{
    flota_json_raw(json, "{");
    flota_json_text(json, "name", method->name);
    flota_json_key(json, "params");
    flota_json_raw(json, "[");
    for (uint8_t i = 0; i < method->param_count; i++) {
        if (i > 0)
            flota_json_raw(json, ",");
        describe_param(json, &method->params[i]);
    }
    flota_json_raw(json, "]");
    flota_json_key(json, "public");
    flota_json_raw(json, method->is_public ? "true}" : "false}");
}

static int describe(void *context, struct flota_rpc_call *call)
{
    char name[FLOTA_RPC_METHOD_MAX], message[FLOTA_RPC_METHOD_MAX + 32];
    if (!flota_rpc_param_string(call, "name", name, sizeof name))
        return 0;
    const struct flota_rpc_method *method =
        flota_rpc_find(context, (struct flota_rpc_text){name, strlen(name)}, NULL);
    snprintf(message, sizeof message, "No handler for %s", name);
    if (method)
        describe_method(flota_rpc_result(call), method);
    else
        flota_rpc_error(call, FLOTA_RPC_NOT_FOUND, message);
    return 0;
}

/* --- RPC.Ping --- */

static int ping(void *context, struct flota_rpc_call *call)
{
    (void)context;
    const struct flota_rpc_origin *origin = flota_rpc_call_origin(call);
    char info[FLOTA_RPC_ORIGIN_MAX + 16];
    snprintf(info, sizeof info, "%.15s%s%s", origin->transport, origin->peer[0] ? " " : "",
             origin->peer);
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_text(json, "channel_info", info);
    flota_json_raw(json, "}");
    return 0;
}

static const struct flota_rpc_param describe_params[] = {{"name", FLOTA_RPC_STRING, true}};

const struct flota_rpc_method flota_rpc_builtin_methods[FLOTA_RPC_BUILTIN_COUNT] = {
    {.name = "RPC.List", .is_public = true, .is_query = true, .handle = list},
    {.name = "RPC.Describe",
     .params = describe_params,
     .param_count = 1,
     .is_public = true,
     .is_query = true,
     .handle = describe},
    {.name = "RPC.Ping", .is_public = true, .is_query = true, .handle = ping},
};
