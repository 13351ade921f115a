/* wizard_update_status.c - what the pretended update says. The shapes: SPEC.md, Status; a client
 * can't tell it from a device but by its words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/json.h"
#include "wizard_update.h"
#include <string.h>

#define SLOT_SIZE  917504u
#define JSON_SIZE  3072u
#define MOCK_TITLE "Mock: nothing was installed"
#define MOCK_TEXT                                                                                  \
    "This is the wizard's live page. It plays the phases of an update; Send brings firmware to a " \
    "real device"

/* --- the status --- */

static const char *phase_word(const struct wizard_update *update)
{
    static const char *const words[] = {"idle", "receiving", "restarting", "trial", "confirmed"};
    bool all = update->size > 0 && update->received >= update->size;
    if (update->phase == WIZARD_UPDATE_RECEIVING && all)
        return "verifying";
    return words[update->phase];
}

static void add_image(struct flota_json *json, const char *name, const char *version,
                      const char *build_id)
{
    flota_json_text(json, "name", name);
    flota_json_text(json, "version", version);
    flota_json_text(json, "build_id", build_id);
}

static void add_null(struct flota_json *json, const char *key)
{
    flota_json_key(json, key);
    flota_json_raw(json, "null");
}

static void add_new(struct flota_json *json, const struct wizard_update *update)
{
    bool known = update->name[0] && update->phase != WIZARD_UPDATE_IDLE;
    if (!known) {
        add_null(json, "new");
        return;
    }
    flota_json_key(json, "new");
    flota_json_raw(json, "{");
    add_image(json, update->name, update->version, update->build_id);
    flota_json_raw(json, "}");
}

static void add_running(struct flota_json *json, const struct wizard_update *update)
{
    flota_json_text(json, "phase", phase_word(update));
    flota_json_number(json, "bank", 1);
    flota_json_number(json, "boot_id", update->boot_id);
    flota_json_text(json, "product", "mock");
    add_image(json, "mock", update->running_version, update->running_build);
    flota_json_text(json, "board", "wizard");
    flota_json_number(json, "slot_size", SLOT_SIZE);
}

static unsigned percent(const struct wizard_update *update)
{
    return update->size ? (unsigned)(update->received * 100 / update->size) : 0;
}

static void add_progress(struct flota_json *json, const struct wizard_update *update)
{
    flota_json_number(json, "received", (int64_t)update->received);
    flota_json_number(json, "in_flash", (int64_t)update->received);
    flota_json_number(json, "verified", 0);
    flota_json_number(json, "size", (int64_t)update->size);
    flota_json_number(json, "percent", percent(update));
    flota_json_number(json, "erases", (int64_t)((update->received + 131071u) / 131072u));
    flota_json_text(json, "from", update->size ? "127.0.0.1" : NULL);
    add_new(json, update);
    add_null(json, "error");
    flota_json_text(json, "auth", "none");
}

static void add_trial(struct flota_json *json, const struct wizard_update *update)
{
    bool is_trial = update->phase == WIZARD_UPDATE_TRIAL;
    uint32_t passed = update->now_ms - update->since_ms;
    flota_json_text(json, "running", is_trial ? "trial" : "confirmed");
    if (!is_trial) {
        add_null(json, "trial");
        return;
    }
    flota_json_key(json, "trial");
    flota_json_raw(json, "{");
    flota_json_number(json, "remaining_ms",
                      passed < WIZARD_UPDATE_TRIAL_MS ? WIZARD_UPDATE_TRIAL_MS - passed : 0);
    flota_json_number(json, "attempt", 1);
    flota_json_text(json, "kind", "update");
    flota_json_text(json, "policy", "automatic");
    flota_json_raw(json, "}");
}

static void add_outcome(struct flota_json *json, const struct wizard_update *update)
{
    if (update->phase != WIZARD_UPDATE_CONFIRMED && update->phase != WIZARD_UPDATE_TRIAL) {
        add_null(json, "outcome");
        return;
    }
    bool is_trial = update->phase == WIZARD_UPDATE_TRIAL;
    flota_json_key(json, "outcome");
    flota_json_raw(json, "{");
    flota_json_text(json, "result", is_trial ? "trial" : "confirmed");
    flota_json_text(json, "kind", is_trial ? "wait" : "good");
    flota_json_text(json, "title", MOCK_TITLE);
    flota_json_text(json, "text", MOCK_TEXT);
    add_null(json, "more");
    flota_json_text(json, "build_id", update->running_build);
    flota_json_raw(json, "}");
}

static void add_story(struct flota_json *json, const struct wizard_update *update)
{
    static const char *const absent[] = {"rolled_back", "stranded", "revert", "resume"};
    add_trial(json, update);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        add_null(json, absent[i]);
    flota_json_key(json, "signatures");
    flota_json_raw(json, "{\"policy\":\"optional\",\"keys\":0}");
    flota_json_key(json, "notices");
    flota_json_raw(json, "[]");
    add_outcome(json, update);
}

int wizard_update_status(void *context, char *text, size_t size)
{
    const struct wizard_update *update = context;
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_json_raw(&json, "{");
    add_running(&json, update);
    add_progress(&json, update);
    add_story(&json, update);
    flota_json_raw(&json, "}");
    int length = (int)strlen(text);
    return length > 0 ? length : FLOTA_ERR_BAD_VALUE;
}

/* --- answers --- */

static void respond(struct flota_http_connection *connection, int status, const char *json)
{
    flota_http_respond_text(connection, status, "application/json", NULL, json);
}

void wizard_update_respond_status(struct wizard_update *update,
                                  struct flota_http_connection *connection)
{
    char text[JSON_SIZE];
    wizard_update_status(update, text, sizeof text);
    respond(connection, 200, text);
}

void wizard_update_respond_busy(const struct wizard_update *update,
                                struct flota_http_connection *connection)
{
    const struct flota_error_text *words = flota_error_text(FLOTA_ERR_UPDATE_BUSY);
    char text[1024];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_key(&json, "error");
    flota_json_raw(&json, "{");
    flota_json_number(&json, "code", FLOTA_ERR_UPDATE_BUSY);
    flota_json_text(&json, "name", words->name);
    flota_json_text(&json, "cause", words->cause);
    flota_json_text(&json, "remedy", words->remedy);
    flota_json_raw(&json, "}");
    flota_json_text(&json, "from", "127.0.0.1");
    flota_json_number(&json, "percent", percent(update));
    flota_json_raw(&json, "}");
    respond(connection, 409, text);
}

void wizard_update_respond_check(const struct wizard_update *update,
                                 struct flota_http_connection *connection)
{
    char text[1024];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    if (update->name[0]) {
        flota_json_key(&json, "info");
        flota_json_raw(&json, "{");
        add_image(&json, update->name, update->version, update->build_id);
        flota_json_text(&json, "board", "wizard");
        flota_json_raw(&json, "}");
    } else {
        add_null(&json, "info");
    }
    flota_json_key(&json, "asks");
    flota_json_raw(&json, "{}");
    add_null(&json, "error");
    add_null(&json, "digest");
    flota_json_number(&json, "offset", 0);
    flota_json_raw(&json, "}");
    respond(connection, 200, text);
}

void wizard_update_respond_success(const struct wizard_update *update,
                                   struct flota_http_connection *connection)
{
    char text[1024];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{\"ok\":true");
    flota_json_text(&json, "message", "Mock: nothing is installed");
    flota_json_number(&json, "boot_id", update->boot_id);
    flota_json_number(&json, "size", (int64_t)update->received);
    add_new(&json, update);
    flota_json_raw(&json, "}");
    respond(connection, 200, text);
}
