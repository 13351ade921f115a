/* check.c - one turn of the dashboard: what has changed, samples, buttons.
 *
 * Each call looks at one endpoint, of an array at some rows; endpoints that nobody watches are not
 * read. FLOTA_DASH_CHECK_MS is spread over all of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include <string.h>

#define ROWS_STEP 16u /* rows of an array looked at in one turn */

static bool is_watched(const struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_STREAMS; i++)
        if (dash->streams[i].connection)
            return true;
    return false;
}

/* --- the status --- */

/* What only counts time is no change: ..._ms members are left out. */
static uint32_t digest_of_status(const char *text)
{
    uint32_t digest = 0;
    const char *at;
    while ((at = strstr(text, "_ms\":"))) {
        digest = dash_digest_bytes(text, (size_t)(at - text), digest);
        text = at + 5;
        text += strspn(text, "0123456789.-");
    }
    return dash_digest_bytes(text, strlen(text), digest);
}

void dash_note_status(struct flota_dash *dash)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    dash->status.started_ms = dash->now_ms;
    if (dash->config.status(dash->config.context, text, sizeof text) > 0)
        dash_note(&dash->status, digest_of_status(text));
}

static void check_status(struct flota_dash *dash)
{
    if (dash->config.status && dash->now_ms - dash->status.started_ms >= FLOTA_DASH_STATUS_MS)
        dash_note_status(dash);
}

/* --- endpoints --- */

/* Returns whether all rows have been looked at. */
static bool check_rows(struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    size_t count = dash_count(endpoint);
    size_t end = dash->check_row + ROWS_STEP;
    if (dash->check_row == 0)
        dash->check_digest = dash_digest_bytes(&count, sizeof count, 0);
    for (; dash->check_row < count && dash->check_row < end; dash->check_row++) {
        dash_read(dash, endpoint, dash->check_row);
        dash->check_digest = dash_digest(endpoint, endpoint->scratch, dash->check_digest);
    }
    if (dash->check_row < count)
        return false;
    dash->check_row = 0;
    dash_note(endpoint->state, dash->check_digest);
    return true;
}

/* Returns whether the next one is to be looked at in the next turn. */
static bool check(struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    if (endpoint->history_count > 0)
        dash_sample(dash, endpoint);
    if (!is_watched(dash))
        return true;
    if (endpoint->type == FLOTA_ENDPOINT_ARRAY)
        return check_rows(dash, endpoint);
    dash_note_now(dash, endpoint);
    return true;
}

static void check_next(struct flota_dash *dash)
{
    if (dash->check_next >= dash->config.endpoint_count) {
        dash->check_next = 0;
        if (is_watched(dash))
            check_status(dash);
    } else if (check(dash, &dash->config.endpoints[dash->check_next])) {
        dash->check_row = 0;
        dash->check_next++;
    }
}

void flota_dash_poll(struct flota_dash *dash, uint32_t now_ms)
{
    uint32_t share_ms = FLOTA_DASH_CHECK_MS / (uint32_t)(dash->config.endpoint_count + 1);
    dash->now_ms = now_ms;
    dash_action_poll(dash);
    if (now_ms - dash->checked_ms < share_ms)
        return;
    dash->checked_ms = now_ms;
    check_next(dash);
}
