/* device_status.c - what every device can, by the best that its way has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_internal.h"

static void copy_member(const cJSON *from, const char *key, cJSON *to, const char *as)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(from, key));
    if (text && !cJSON_HasObjectItem(to, as))
        cJSON_AddStringToObject(to, as, text);
}

/* A datagram has no room for all of the status: which firmware it is tells Sys.GetInfo. */
static bool complete_status(struct device *device, cJSON *status, struct device_error *error)
{
    cJSON *info = NULL;
    if (!cJSON_HasObjectItem(status, "phase") || cJSON_HasObjectItem(status, "build_id"))
        return true;
    if (!device_call(device, "Sys.GetInfo", NULL, &info, error))
        return false;
    device_clean(info);
    copy_member(info, "fw_id", status, "build_id");
    copy_member(info, "fw_version", status, "version");
    copy_member(info, "app", status, "name");
    cJSON_Delete(info);
    return true;
}

bool device_status(struct device *device, cJSON **status, struct device_error *error)
{
    *status = NULL;
    if (device->way->status) {
        bool done = device->way->status(device, status, error);
        device_clean(*status);
        return done;
    }
    if (!device_call(device, "OTA.Status", NULL, status, error))
        return false;
    device_clean(*status);
    if (cJSON_IsObject(*status) && complete_status(device, *status, error))
        return true;
    if (cJSON_IsObject(*status)) {
        cJSON_Delete(*status);
        *status = NULL;
        return false;
    }
    cJSON_Delete(*status);
    *status = NULL;
    return device_garbage(error, "a status that is no object");
}

bool device_act(struct device *device, const char *method, struct device_error *error)
{
    cJSON *result = NULL;
    if (device->way->act)
        return device->way->act(device, method, error);
    bool done = device_call(device, method, NULL, &result, error);
    cJSON_Delete(result);
    return done;
}
