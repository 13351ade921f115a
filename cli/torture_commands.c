/* torture_commands.c - commands for the board, and values of its answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_reference.h"
#include <string.h>

#define HOST_S 300.0 /* of this machine, for one run */

const char *torture_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

double torture_number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

uint64_t torture_count(const cJSON *object, const char *name)
{
    double value = torture_number(object, name);
    return value > 0 ? (uint64_t)value : 0;
}

cJSON *torture_command(const char *name)
{
    cJSON *command = cJSON_CreateObject();
    cJSON_AddStringToObject(command, "cmd", name);
    return command;
}

cJSON *torture_run(cJSON *until, double for_s)
{
    cJSON *command = torture_command("run");
    cJSON_AddItemToObject(command, "until", until);
    cJSON_AddNumberToObject(command, "for_ns", for_s * 1e9);
    cJSON_AddNumberToObject(command, "host_s", HOST_S);
    return command;
}

cJSON *torture_expect(cJSON *command, const char *stopped)
{
    cJSON *expect = cJSON_AddObjectToObject(command, "expect");
    cJSON_AddStringToObject(expect, "stopped", stopped);
    return command;
}

cJSON *torture_until_number(const char *name, double value)
{
    cJSON *until = cJSON_CreateObject();
    cJSON_AddNumberToObject(until, name, value);
    return until;
}

/* --- about the target --- */

cJSON *torture_request(const struct torture_target *target, const char *file)
{
    cJSON *command = torture_command("request");
    cJSON_AddStringToObject(command, "method", target->method);
    cJSON_AddStringToObject(command, "path", target->path);
    cJSON_AddStringToObject(command, "file", file);
    if (target->field)
        cJSON_AddStringToObject(command, "field", target->field);
    cJSON *headers = cJSON_AddArrayToObject(command, "headers");
    for (size_t i = 0; i < target->header_count; i++)
        cJSON_AddItemToArray(headers, cJSON_CreateString(target->headers[i]));
    cJSON_AddNumberToObject(command, "timeout_ns", TORTURE_UPDATE_S * 1e9);
    return command;
}

cJSON *torture_await_number(size_t number, double for_s)
{
    return torture_expect(torture_run(torture_until_number("response", (double)number), for_s),
                          "response");
}

cJSON *torture_await_response(const struct torture_target *target, unsigned request, double for_s)
{
    return torture_await_number(target->prepare_count + request, for_s);
}

cJSON *torture_await_service(const struct torture_target *target, double for_s)
{
    cJSON *until = cJSON_CreateObject(), *service = cJSON_AddObjectToObject(until, "service");
    cJSON_AddStringToObject(service, "path", target->service);
    if (target->service_status)
        cJSON_AddNumberToObject(service, "status", target->service_status);
    else
        cJSON_AddNullToObject(service, "status");
    return torture_expect(torture_run(until, for_s), "service");
}

cJSON *torture_await_quiet(const struct torture_target *target, double for_s)
{
    return torture_expect(
        torture_run(torture_until_number("quiet_ns", target->quiet_s * 1e9), for_s), "quiet");
}

cJSON *torture_read_mark(const struct torture_mark *mark, bool expect)
{
    cJSON *command = torture_command("memory");
    cJSON_AddNumberToObject(command, "address", mark->address);
    cJSON_AddNumberToObject(command, "size", TORTURE_WINDOW);
    if (expect)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(command, "expect"), "data", mark->hex);
    return command;
}

bool torture_has_mark(const struct torture_mark *mark, const cJSON *answer)
{
    return strcmp(torture_text(answer, "data"), mark->hex) == 0;
}

bool torture_is_taken(const struct torture_target *target, const cJSON *answer)
{
    const cJSON *response = cJSON_GetObjectItem(answer, "response");
    uint32_t status = (uint32_t)torture_number(response, "status");
    if (target->status)
        return status == target->status;
    return status >= 200 && status < 300;
}
