/* update_json.c - the update's status and outcome as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "error_reply.h"
#include "flota/json.h"
#include "http_update_internal.h"

unsigned flota_http_update_percent(const struct flota_http_update *service)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    return status->total == 0 ? 0 : (unsigned)((uint64_t)status->in_flash * 100 / status->total);
}

static void add_identity(struct flota_json *json, const struct flota_image_info *info)
{
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(info, build_id);
    flota_json_text(json, "name", info->name);
    flota_json_text(json, "version", info->version);
    flota_json_text(json, "build_id", build_id);
}

static void add_running(struct flota_json *json, const struct flota_http_update *service)
{
    const struct flota_image_target *target = service->config.target;
    const struct flota_flash *flash = target->flash;
    flota_json_number(json, "bank", target->platform->active_bank(target->platform->port));
    flota_json_number(json, "boot_id", service->config.boot_id);
    flota_json_text(json, "product", target->running->product);
    add_identity(json, target->running);
    flota_json_text(json, "board", target->platform->board);
    flota_json_number(json, "slot_size", (int64_t)flash->image_sector_count * flash->sector_size);
}

static void add_progress(struct flota_json *json, const struct flota_http_update *service)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    flota_json_number(json, "received", status->received);
    flota_json_number(json, "in_flash", status->in_flash);
    flota_json_number(json, "verified", status->verified);
    flota_json_number(json, "size", status->total);
    flota_json_number(json, "percent", flota_http_update_percent(service));
    flota_json_number(json, "erases", status->erase_count);
    flota_json_text(json, "from", service->from[0] ? service->from : NULL);
}

static void add_new(struct flota_json *json, const struct flota_update_status *status)
{
    flota_json_key(json, "new");
    if (status->info.magic == 0) {
        flota_json_raw(json, "null");
        return;
    }
    flota_json_raw(json, "{");
    add_identity(json, &status->info);
    flota_json_raw(json, "}");
}

static const char *auth_name(enum flota_auth_kind kind)
{
    if (kind == FLOTA_AUTH_KIND_NONE)
        return "none";
    return kind == FLOTA_AUTH_KIND_TOKEN ? "token" : "basic";
}

bool flota_http_update_status_json(const struct flota_http_update *service, char *text, size_t size)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_json_raw(&json, "{");
    flota_json_text(&json, "phase", flota_update_phase_name(status->phase));
    add_running(&json, service);
    add_progress(&json, service);
    add_new(&json, status);
    flota_json_key(&json, "error");
    if (status->phase == FLOTA_UPDATE_FAILED)
        flota_json_error(&json, status->error);
    else
        flota_json_raw(&json, "null");
    flota_json_text(&json, "auth", auth_name(service->config.auth.kind));
    flota_json_raw(&json, "}\r\n");
    return !json.full;
}

bool flota_http_update_success_json(const struct flota_http_update *service, char *text,
                                    size_t size)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_json_raw(&json, "{\"ok\":true");
    flota_json_text(&json, "message", "Update applied, finalizing");
    flota_json_number(&json, "boot_id", service->config.boot_id);
    flota_json_number(&json, "size", status->total);
    add_new(&json, status);
    flota_json_raw(&json, "}\r\n");
    return !json.full;
}
