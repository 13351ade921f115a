/* pull_request.c - what goes to the server: who asks, and for which part of which file.
 *
 * Servers of existing fleets choose the firmware by X-MGOS-Device-ID and X-MGOS-FW-Version, so they
 * have their known form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "pull_internal.h"
#include <stdio.h>
#include <string.h>

/* --- texts that others have given --- */

/* Nothing of a name may end its header line. */
static void make_plain(char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~')
            *text = '_';
    }
}

static bool is_token(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr("!#$%&'*+-.^_`|~", c, 15))
            return false;
    }
    return size > 0;
}

/* Headers that decide where a message ends, or which part of a file comes. */
static bool is_ours(const char *name, size_t size)
{
    static const char *const names[] = {"Host",
                                        "Connection",
                                        "Content-Length",
                                        "Transfer-Encoding",
                                        "Range",
                                        "If-Range",
                                        "If-None-Match",
                                        "If-Modified-Since",
                                        "If-Match",
                                        "If-Unmodified-Since",
                                        "Accept-Encoding",
                                        "TE",
                                        "Expect",
                                        "Upgrade",
                                        "User-Agent"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (flota_http_text_is((struct flota_http_text){name, size}, names[i]))
            return true;
    }
    return false;
}

/* "Name: value" and no control character. Returns NULL, or what is wrong. */
static const char *check_line(const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    if (!colon || !is_token(line, (size_t)(colon - line)))
        return "is not \"Name: value\"";
    if (is_ours(line, (size_t)(colon - line)))
        return "sets a header that the client sets itself";
    for (size_t i = 0; i < size; i++) {
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return "holds a control character";
    }
    return NULL;
}

/* --- lines --- */

static int refuse_line(struct flota_pull *pull, unsigned number, const char *fault)
{
    flota_pull_detail(pull, "update.extra_http_headers: line %u %s", number, fault);
    return FLOTA_ERR_CONFIG_VALUE;
}

/* Lines are ended by CR LF or LF; empty ones do not count. */
static int append_extra(struct flota_pull *pull, size_t used)
{
    const char *text = flota_config_text(pull->config.config, "update.extra_http_headers");
    for (unsigned number = 1; *text; number++) {
        size_t whole = strcspn(text, "\n");
        size_t size = whole > 0 && text[whole - 1] == '\r' ? whole - 1 : whole;
        const char *fault = size > 0 ? check_line(text, size) : NULL;
        if (fault)
            return refuse_line(pull, number, fault);
        if (size > 0 && used + size + 3 > sizeof pull->lines)
            return refuse_line(pull, number, "does not fit any more");
        if (size > 0)
            used += (size_t)snprintf(pull->lines + used, sizeof pull->lines - used, "%.*s\r\n",
                                     (int)size, text);
        text += whole + (text[whole] == '\n');
    }
    return 0;
}

/* Extra headers may hold credentials: a redirect to another host does not get them. */
static bool is_at_home(const struct flota_pull *pull)
{
    return pull->url.port == pull->origin.port && strcmp(pull->url.host, pull->origin.host) == 0;
}

int flota_pull_write_lines(struct flota_pull *pull)
{
    const struct flota_image_target *target = pull->config.ota->config.target;
    const struct flota_image_info *running = target->running;
    char build_id[FLOTA_BUILD_ID_TEXT], name[32], version[32], device[64];
    struct flota_network_status network;
    const uint8_t *mac = network.mac;
    if (flota_config_text(pull->config.config, "update.ssl_ca_file")[0]) {
        flota_pull_detail(pull,
                          "update.ssl_ca_file is set, and this firmware has no TLS: clear it");
        return FLOTA_ERR_URL_SCHEME;
    }
    flota_network_status(&network);
    flota_build_id_text(running, build_id);
    snprintf(name, sizeof name, "%.31s", running->name);
    snprintf(version, sizeof version, "%.31s", running->version);
    snprintf(device, sizeof device, "%s", pull->config.device_id[0] ? pull->config.device_id : "-");
    make_plain(name);
    make_plain(version);
    make_plain(device);
    snprintf(pull->user_agent, sizeof pull->user_agent, "%s/%s (Flota; %s)", name, version,
             target->platform->board);
    int used = snprintf(pull->lines, sizeof pull->lines,
                        "X-MGOS-Device-ID: %s %02X%02X%02X%02X%02X%02X\r\n"
                        "X-MGOS-FW-Version: %s %s %s\r\n",
                        device, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
                        target->platform->board, version, build_id);
    return is_at_home(pull) ? append_extra(pull, (size_t)used) : 0;
}

/* --- the wish --- */

static bool is_about_this_address(const struct flota_pull *pull)
{
    return pull->verdict.error != 0 && strcmp(pull->verdict.address, pull->address) == 0;
}

/* A part of unknown origin: its image's head tells. But a poll that waits for news asks for them
 * first; should that be the part's file, it is recognised all the same. */
static enum flota_pull_wish wish_for_stranger(const struct flota_pull *pull)
{
    bool waits_for_news = !pull->is_asked && is_about_this_address(pull);
    return waits_for_news ? FLOTA_PULL_WHOLE : FLOTA_PULL_HEAD;
}

void flota_pull_choose_wish(struct flota_pull *pull)
{
    struct flota_updater_rest rest;
    pull->wish = FLOTA_PULL_WHOLE;
    pull->offset = 0;
    if (flota_ota_is_busy(pull->config.ota) ||
        !flota_updater_rest(&pull->config.ota->updater, &rest))
        return;
    bool is_ours =
        pull->has_transfer && memcmp(rest.digest, pull->transfer_digest, sizeof rest.digest) == 0;
    if (!is_ours || !flota_pull_strong(&pull->transfer)) {
        pull->wish = wish_for_stranger(pull);
        return;
    }
    pull->wish = FLOTA_PULL_REST;
    pull->offset = rest.offset;
}

/* A server that still has the file we know need not send it: 304. */
static void add_condition(struct flota_pull *pull)
{
    const struct flota_pull_validator *known = &pull->verdict.validator;
    if (pull->is_asked || pull->wish != FLOTA_PULL_WHOLE || !is_about_this_address(pull))
        return;
    pull->get.if_none_match = known->etag[0] ? known->etag : NULL;
    pull->get.if_modified_since = !known->etag[0] && known->modified[0] ? known->modified : NULL;
}

void flota_pull_fill_get(struct flota_pull *pull)
{
    pull->get = (struct flota_http_get){
        .url = &pull->url,
        .user_agent = pull->user_agent,
        .lines = pull->lines,
        .has_range = pull->wish != FLOTA_PULL_WHOLE,
        .range_first = pull->wish == FLOTA_PULL_REST ? pull->offset : 0,
        .range_last = pull->wish == FLOTA_PULL_HEAD ? FLOTA_IMAGE_HEAD_SIZE - 1u : 0,
        .if_range = pull->wish == FLOTA_PULL_REST ? flota_pull_strong(&pull->transfer) : NULL,
        .head = flota_pull_on_head,
        .body = flota_pull_on_body,
        .context = pull,
    };
    add_condition(pull);
}
