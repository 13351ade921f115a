/* ota_notices.c - what a person should know now, and what became of the last update, in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ota_internal.h"
#include <stdio.h>
#include <string.h>

#define TITLE_MAX 192u
#define TEXT_MAX  256u

struct notice {
    const char *kind; /* "bad" "wait" "loud" "good" */
    char title[TITLE_MAX];
    char text[TEXT_MAX];
    char more[TEXT_MAX]; /* for who wants to know; empty: null */
};

static void add_words(struct flota_json *json, const struct notice *notice)
{
    flota_json_text(json, "kind", notice->kind);
    flota_json_text(json, "title", notice->title);
    flota_json_text(json, "text", notice->text);
    flota_json_text(json, "more", notice->more[0] ? notice->more : NULL);
}

/* act: of the button, or NULL. remaining_ms: negative for null. */
static void add_notice(struct flota_json *json, const struct notice *notice, const char *act,
                       const char *button, int64_t remaining_ms)
{
    bool is_first = json->size > 0 && json->text[json->size - 1] == '[';
    flota_json_raw(json, is_first ? "{" : ",{");
    add_words(json, notice);
    flota_json_text(json, "act", act);
    flota_json_text(json, "button", button);
    flota_json_key(json, "remaining_ms");
    if (remaining_ms < 0)
        flota_json_raw(json, "null");
    else
        flota_json_integer(json, remaining_ms);
    flota_json_raw(json, "}");
}

/* --- on trial --- */

static void tell_trial(const struct flota_ota *ota, struct notice *notice)
{
    const struct flota_trial *trial = ota->config.trial;
    const struct flota_image_info *running = ota->config.target->running;
    bool automatic = trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    notice->kind = "wait";
    snprintf(notice->title, TITLE_MAX, "On trial, not final: %s %s", running->name,
             running->version);
    snprintf(notice->text, TEXT_MAX, "%s; else it is rolled back in",
             automatic ? "It confirms itself when its self-test holds"
                       : "Confirm it when it works as it should");
    snprintf(notice->more, TEXT_MAX, "%s, boot %lu",
             trial->boot.own.trial == FLOTA_TRIAL_REVERT ? "revert" : "update",
             (unsigned long)trial->boot.own.attempts.all);
}

/* --- rolled back --- */

static void tell_fault(const struct flota_last_words *words, char *text, size_t size)
{
    unsigned long milestone = (unsigned long)words->milestone;
    if (words->what[0])
        snprintf(text, size, "\n%s at 0x%08lx, called from 0x%08lx, after milestone %lu.",
                 words->what, (unsigned long)words->pc, (unsigned long)words->lr, milestone);
    else
        snprintf(text, size, "\nIt left no fault; its last milestone was %lu.", milestone);
}

static void tell_report(const struct flota_ota *ota, const struct flota_boot_report *report,
                        struct notice *notice)
{
    const struct flota_image_info *running = ota->config.target->running;
    const struct flota_last_words *words = flota_ota_last_words(ota, report);
    const char *reason = flota_boot_reason_text(report->reason);
    bool is_known = report->reason != FLOTA_REASON_NONE; /* else: "reason unknown" */
    char build_id[FLOTA_BUILD_ID_TEXT], cause[32];
    flota_hex_text(report->tag, sizeof report->tag, build_id);
    notice->kind = "bad";
    snprintf(notice->title, TITLE_MAX, "Rolled back%s %s", is_known ? " because" : ",", reason);
    snprintf(notice->text, TEXT_MAX, "%s %s runs again.", running->name, running->version);
    int size =
        snprintf(notice->more, TEXT_MAX, "Build %s was started %u time%s; the last reset: %s.",
                 build_id, report->attempts, report->attempts == 1 ? "" : "s",
                 flota_ota_cause(ota, report, cause, sizeof cause));
    if (words)
        tell_fault(words, notice->more + size, TEXT_MAX - (size_t)size);
}

/* --- stranded --- */

static void tell_stranded(const struct flota_ota *ota, struct notice *notice)
{
    const char *why = flota_boot_obstacle_text(ota->config.trial->config.decision.obstacle);
    notice->kind = "loud";
    notice->more[0] = '\0';
    snprintf(notice->title, TITLE_MAX, "Stranded: the firmware failed, and there is no way back");
    snprintf(notice->text, TEXT_MAX,
             "It runs on%s%s. Upload firmware that works, or confirm this one.",
             why[0] ? " because " : "", why);
}

/* --- now --- */

/* What somebody else has to say. */
static void add_other(const struct flota_ota *ota, struct flota_json *json)
{
    const struct flota_ota_config *config = &ota->config;
    const struct flota_ota_notice *other = config->notice ? config->notice(config->context) : NULL;
    struct notice notice = {.kind = other ? other->kind : NULL};
    if (!other)
        return;
    snprintf(notice.title, TITLE_MAX, "%s", other->title);
    snprintf(notice.text, TEXT_MAX, "%s", other->text);
    add_notice(json, &notice, other->until_seen ? "seen" : NULL,
               other->until_seen ? "Got it" : NULL, -1);
}

void flota_ota_add_notices(const struct flota_ota *ota, struct flota_json *json)
{
    const struct flota_trial *trial = ota->config.trial;
    const struct flota_boot_report *report = flota_trial_report(trial);
    enum flota_running running = flota_trial_running(trial);
    struct notice notice;
    flota_json_key(json, "notices");
    flota_json_raw(json, "[");
    if (running == FLOTA_RUNNING_STRANDED) {
        tell_stranded(ota, &notice);
        add_notice(json, &notice, "confirm", "Confirm", -1);
    }
    if (running == FLOTA_RUNNING_TRIAL && !trial->over && !ota->go_back) {
        tell_trial(ota, &notice);
        add_notice(json, &notice, "confirm", "Confirm",
                   flota_trial_remaining_ms(trial, ota->now_ms));
    }
    if (report) {
        tell_report(ota, report, &notice);
        add_notice(json, &notice, "seen", "Got it", -1);
    }
    add_other(ota, json);
    flota_json_raw(json, "]");
}

/* --- the last update --- */

enum outcome { OUTCOME_NONE, OUTCOME_TRIAL, OUTCOME_CONFIRMED, OUTCOME_ROLLED_BACK, OUTCOME_NOT };

/* It was about the bank whose journal has the later BEGIN or STAGED. */
static enum outcome outcome_of(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    if (own->generation >= other->generation && own->generation != 0) {
        if (own->state == FLOTA_BANK_TRIAL)
            return OUTCOME_TRIAL;
        return own->state == FLOTA_BANK_CONFIRMED ? OUTCOME_CONFIRMED : OUTCOME_NONE;
    }
    bool started = other->was_tried || other->attempts.all != 0;
    if (other->state == FLOTA_BANK_FAILED || (other->state == FLOTA_BANK_TRIAL && started))
        return OUTCOME_ROLLED_BACK;
    if (other->state == FLOTA_BANK_OPEN || other->state == FLOTA_BANK_TRIAL)
        return OUTCOME_NOT;
    return OUTCOME_NONE;
}

/* Of a half-written image the own journal knows more than the bank. */
static const uint8_t *tag_of(const struct flota_boot *boot, enum outcome outcome)
{
    static const uint8_t none[FLOTA_TAG_SIZE];
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    const uint8_t *tag = other->tag;
    if (outcome == OUTCOME_TRIAL || outcome == OUTCOME_CONFIRMED)
        tag = own->tag;
    else if (outcome == OUTCOME_NOT && own->session_generation == other->generation)
        tag = own->session_digest;
    return memcmp(tag, none, sizeof none) == 0 ? NULL : tag;
}

static void tell_confirmed(const struct flota_ota *ota, struct notice *notice)
{
    const struct flota_image_info *running = ota->config.target->running;
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(running, build_id);
    notice->kind = "good";
    snprintf(notice->title, TITLE_MAX, "Confirmed: %s %s", running->name, running->version);
    snprintf(notice->text, TEXT_MAX, "It is final, and runs from now on.");
    snprintf(notice->more, TEXT_MAX, "build %s", build_id);
}

static void tell_not_taken(const struct flota_ota *ota, struct notice *notice)
{
    const struct flota_image_info *running = ota->config.target->running;
    bool is_open = ota->config.trial->boot.other.state == FLOTA_BANK_OPEN;
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(running, build_id);
    notice->kind = "bad";
    notice->more[0] = '\0';
    snprintf(notice->title, TITLE_MAX, "The update did not take effect");
    snprintf(notice->text, TEXT_MAX, "%s. %s %s (build %s) still runs. Upload it again.",
             is_open ? "Its image did not get whole into flash" : "Its image was never started",
             running->name, running->version, build_id);
}

/* Seen already: the journal has the words still. */
static void tell_rolled_back(const struct flota_ota *ota, struct notice *notice)
{
    const struct flota_bank *other = &ota->config.trial->boot.other;
    bool failed = other->state == FLOTA_BANK_FAILED;
    struct flota_boot_report report = {
        .reason = failed ? (enum flota_boot_reason)other->fail_reason : FLOTA_REASON_NONE,
        .attempts = failed ? other->fail_attempts : (uint16_t)other->attempts.all,
        .cause = failed ? other->fail_cause : 0};
    memcpy(report.tag, other->tag, sizeof report.tag);
    tell_report(ota, &report, notice);
}

static const char *tell_outcome(const struct flota_ota *ota, enum outcome outcome,
                                struct notice *notice)
{
    switch (outcome) {
    case OUTCOME_TRIAL:
        tell_trial(ota, notice);
        return "trial";
    case OUTCOME_CONFIRMED:
        tell_confirmed(ota, notice);
        return "confirmed";
    case OUTCOME_ROLLED_BACK:
        tell_rolled_back(ota, notice);
        return "rolled-back";
    case OUTCOME_NOT:
        tell_not_taken(ota, notice);
        return "not-taken";
    case OUTCOME_NONE:
        break;
    }
    return NULL;
}

void flota_ota_add_outcome(const struct flota_ota *ota, struct flota_json *json)
{
    const struct flota_boot *boot = &ota->config.trial->boot;
    enum outcome outcome = outcome_of(boot);
    struct notice notice;
    const char *result = tell_outcome(ota, outcome, &notice);
    const uint8_t *tag = tag_of(boot, outcome);
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_json_key(json, "outcome");
    if (!result) {
        flota_json_raw(json, "null");
        return;
    }
    if (tag)
        flota_hex_text(tag, FLOTA_TAG_SIZE, build_id);
    flota_json_raw(json, "{");
    flota_json_text(json, "result", result);
    add_words(json, &notice);
    flota_json_text(json, "build_id", tag ? build_id : NULL);
    flota_json_raw(json, "}");
}
