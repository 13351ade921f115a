/* ota_status.c - the update's status and outcome as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/signature.h"
#include "ota_internal.h"
#include <stdio.h>
#include <string.h>

static void add_identity(struct flota_json *json, const struct flota_image_info *info)
{
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(info, build_id);
    flota_json_text(json, "name", info->name);
    flota_json_text(json, "version", info->version);
    flota_json_text(json, "build_id", build_id);
}

static void add_running(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_image_target *target = ota->config.target;
    const struct flota_flash *flash = target->flash;
    flota_json_number(json, "bank", target->platform->active_bank(target->platform->port));
    flota_json_number(json, "boot_id", ota->config.boot_id);
    flota_json_text(json, "product", target->running->product);
    add_identity(json, target->running);
    flota_json_text(json, "board", target->platform->board);
    flota_json_number(json, "slot_size", (int64_t)flash->image_sector_count * flash->sector_size);
}

static void add_progress(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    flota_json_number(json, "received", status->received);
    flota_json_number(json, "in_flash", status->in_flash);
    flota_json_number(json, "verified", status->verified);
    flota_json_number(json, "size", status->total);
    flota_json_number(json, "percent", flota_ota_percent(ota));
    flota_json_number(json, "erases", status->erase_count);
    flota_json_text(json, "from", ota->from[0] ? ota->from : NULL);
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

/* --- the running image --- */

static const char *running_name(enum flota_running running)
{
    switch (running) {
    case FLOTA_RUNNING_TRIAL:
        return "trial";
    case FLOTA_RUNNING_CONFIRMED:
        return "confirmed";
    case FLOTA_RUNNING_STRANDED:
        return "stranded";
    case FLOTA_RUNNING_UNRECORDED:
        break;
    }
    return "unrecorded";
}

/* An upload's phase comes first; without one it is the running image that has a story to tell. */
static const char *phase_name(const struct flota_ota *ota)
{
    enum flota_update_phase phase = flota_updater_status(&ota->updater)->phase;
    enum flota_running running = flota_trial_running(ota->config.trial);
    if (ota->go_back || ota->config.trial->over)
        return flota_update_phase_name(FLOTA_UPDATE_RESTARTING);
    if (phase != FLOTA_UPDATE_IDLE && !ota->recovered)
        return flota_update_phase_name(phase);
    if (running == FLOTA_RUNNING_TRIAL || running == FLOTA_RUNNING_STRANDED)
        return running_name(running);
    if (flota_trial_report(ota->config.trial))
        return "rolled-back";
    return running == FLOTA_RUNNING_CONFIRMED ? "confirmed" : "idle";
}

static void add_trial(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_trial *trial = ota->config.trial;
    bool revert = trial->boot.own.trial == FLOTA_TRIAL_REVERT;
    bool automatic = trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    flota_json_key(json, "trial");
    if (flota_trial_running(trial) != FLOTA_RUNNING_TRIAL) {
        flota_json_raw(json, "null");
        return;
    }
    flota_json_raw(json, "{");
    flota_json_number(json, "remaining_ms", flota_trial_remaining_ms(trial, ota->now_ms));
    flota_json_number(json, "attempt", trial->boot.own.attempts.all);
    flota_json_text(json, "kind", revert ? "revert" : "update");
    flota_json_text(json, "policy", automatic ? "automatic" : "explicit");
    flota_json_raw(json, "}");
}

static void add_address(struct flota_json *json, const char *key, uint32_t address)
{
    char text[11];
    snprintf(text, sizeof text, "0x%08lx", (unsigned long)address);
    flota_json_text(json, key, text);
}

static void add_fault(struct flota_json *json, const struct flota_last_words *words)
{
    flota_json_key(json, "fault");
    if (!words) {
        flota_json_raw(json, "null");
        return;
    }
    flota_json_raw(json, "{");
    flota_json_text(json, "what", words->what);
    add_address(json, "pc", words->pc);
    add_address(json, "lr", words->lr);
    flota_json_number(json, "milestone", words->milestone);
    flota_json_raw(json, "}");
}

static void add_report(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_boot_report *report = flota_trial_report(ota->config.trial);
    char build_id[FLOTA_BUILD_ID_TEXT], cause[32];
    flota_json_key(json, "rolled_back");
    if (!report) {
        flota_json_raw(json, "null");
        return;
    }
    flota_hex_text(report->tag, sizeof report->tag, build_id);
    flota_json_raw(json, "{");
    flota_json_text(json, "build_id", build_id);
    flota_json_text(json, "reason", flota_boot_reason_text(report->reason));
    flota_json_number(json, "attempts", report->attempts);
    flota_json_text(json, "cause", flota_ota_cause(ota, report, cause, sizeof cause));
    add_fault(json, flota_ota_last_words(ota, report));
    flota_json_raw(json, "}");
}

static void add_revert(struct flota_json *json, const struct flota_ota *ota)
{
    flota_json_key(json, "revert");
    if (!ota->can_revert) {
        flota_json_raw(json, "null");
        return;
    }
    flota_json_raw(json, "{");
    add_identity(json, &ota->revert);
    flota_json_raw(json, "}");
}

static void add_rest(struct flota_json *json, const struct flota_ota *ota)
{
    struct flota_updater_rest rest;
    char digest[2 * FLOTA_IMAGE_DIGEST_SIZE + 1];
    flota_json_key(json, "resume");
    bool is_sending = ota->owner && !flota_ota_owner_has_vanished(ota);
    if (is_sending || !flota_updater_rest(&ota->updater, &rest)) {
        flota_json_raw(json, "null");
        return;
    }
    flota_hex_text(rest.digest, sizeof rest.digest, digest);
    flota_json_raw(json, "{");
    flota_json_number(json, "offset", rest.offset);
    flota_json_number(json, "size", rest.size);
    flota_json_text(json, "digest", digest);
    flota_json_raw(json, "}");
}

static void add_stranded(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_trial *trial = ota->config.trial;
    bool stranded = flota_trial_running(trial) == FLOTA_RUNNING_STRANDED;
    flota_json_text(json, "stranded",
                    stranded ? flota_boot_obstacle_text(trial->config.decision.obstacle) : NULL);
}

static void add_signatures(struct flota_json *json, const struct flota_ota *ota)
{
    const struct flota_trust *trust = ota->config.target->trust;
    unsigned keys = 0;
    for (unsigned i = 0; trust && i < FLOTA_KEY_SLOTS; i++)
        keys += trust->keys[i].state == FLOTA_KEY_ACTIVE;
    bool required = trust && trust->policy == FLOTA_SIGNATURES_REQUIRED;
    flota_json_key(json, "signatures");
    flota_json_raw(json, "{");
    flota_json_text(json, "policy", required ? "required" : "optional");
    flota_json_number(json, "keys", keys);
    flota_json_raw(json, "}");
}

static void add_story(struct flota_json *json, const struct flota_ota *ota)
{
    flota_json_text(json, "running", running_name(flota_trial_running(ota->config.trial)));
    add_trial(json, ota);
    add_report(json, ota);
    add_stranded(json, ota);
    add_revert(json, ota);
    add_rest(json, ota);
    add_signatures(json, ota);
}

/* --- all of it --- */

void flota_json_error(struct flota_json *json, int error)
{
    const struct flota_error_text *text = flota_error_text(error);
    flota_json_raw(json, "{");
    flota_json_number(json, "code", error);
    flota_json_text(json, "name", text->name);
    flota_json_text(json, "cause", text->cause);
    flota_json_text(json, "remedy", text->remedy);
    flota_json_raw(json, "}");
}

void flota_ota_add_error(struct flota_json *json, int error)
{
    flota_json_key(json, "error");
    if (error != 0)
        flota_json_error(json, error);
    else
        flota_json_raw(json, "null");
}

void flota_ota_status_members(const struct flota_ota *ota, struct flota_json *json)
{
    flota_json_text(json, "phase", phase_name(ota));
    add_running(json, ota);
    add_progress(json, ota);
    add_new(json, flota_updater_status(&ota->updater));
    flota_ota_add_error(json, flota_ota_error(ota));
    flota_json_text(json, "auth", auth_name(ota->config.auth.kind));
    add_story(json, ota);
}

/* An error's number and name: its words are too many for a datagram. */
static void add_short_error(struct flota_json *json, const struct flota_ota *ota)
{
    int error = flota_ota_error(ota);
    flota_json_key(json, "error");
    if (error == 0) {
        flota_json_raw(json, "null");
        return;
    }
    flota_json_raw(json, "{");
    flota_json_number(json, "code", error);
    flota_json_text(json, "name", flota_error_text(error)->name);
    flota_json_raw(json, "}");
}

void flota_ota_short_members(const struct flota_ota *ota, struct flota_json *json)
{
    flota_json_text(json, "phase", phase_name(ota));
    add_running(json, ota);
    add_progress(json, ota);
    add_short_error(json, ota);
    flota_json_text(json, "running", running_name(flota_trial_running(ota->config.trial)));
    add_trial(json, ota);
    add_report(json, ota);
}

void flota_ota_status_json(const struct flota_ota *ota, struct flota_json *json)
{
    flota_json_raw(json, "{");
    flota_ota_status_members(ota, json);
    flota_ota_add_notices(ota, json);
    flota_ota_add_outcome(ota, json);
    flota_json_raw(json, "}");
}

void flota_ota_success_json(const struct flota_ota *ota, struct flota_json *json)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    flota_json_raw(json, "{\"ok\":true");
    flota_json_text(json, "message", "Update applied, finalizing");
    flota_json_number(json, "boot_id", ota->config.boot_id);
    flota_json_number(json, "size", status->total);
    add_new(json, status);
    flota_json_raw(json, "}");
}
