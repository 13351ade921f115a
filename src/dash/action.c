/* action.c - actions: started, then done; run while pressed; or the device's own restart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <string.h>

static bool is_own_restart(const struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    return endpoint->restarts && dash->config.restart;
}

/* Of an action that nobody has told how to know. */
static enum flota_action_state mock_state(const struct flota_dash *dash,
                                          const struct flota_endpoint *endpoint)
{
    struct flota_endpoint_state *state = endpoint->state;
    bool ends_itself = !state->calls.set && !endpoint->hold && !is_own_restart(dash, endpoint);
    if (state->mock == FLOTA_ACTION_RUNNING && ends_itself &&
        dash->now_ms - state->started_ms >= FLOTA_DASH_MOCK_MS)
        state->mock = FLOTA_ACTION_DONE;
    return state->mock;
}

enum flota_action_state dash_action_state(const struct flota_dash *dash,
                                          const struct flota_endpoint *endpoint)
{
    if (endpoint->state->calls.state)
        return endpoint->state->calls.state();
    return mock_state(dash, endpoint);
}

const char *dash_action_text(enum flota_action_state state)
{
    static const char *const texts[] = {"idle", "running", "done", "failed"};
    return (unsigned)state < sizeof texts / sizeof *texts ? texts[state] : "failed";
}

/* --- begin and end --- */

static void set_pressed(const struct flota_endpoint *endpoint, bool pressed)
{
    memcpy(endpoint->scratch, &pressed, sizeof pressed); /* the first member */
}

static bool is_pressed(const struct flota_endpoint *endpoint)
{
    bool pressed;
    memcpy(&pressed, endpoint->scratch, sizeof pressed);
    return pressed;
}

/* The parameters that are left out are those of the description. */
static void prepare(const struct flota_endpoint *endpoint, bool pressed)
{
    memcpy(endpoint->scratch, endpoint->data, endpoint->size);
    set_pressed(endpoint, pressed);
}

static void call(const struct flota_dash *dash, struct flota_endpoint *endpoint)
{
    struct flota_endpoint_state *state = endpoint->state;
    state->started_ms = dash->now_ms;
    state->mock = FLOTA_ACTION_RUNNING;
    if (state->calls.set)
        state->calls.set(0, endpoint->scratch);
    if (state->calls.set && !endpoint->hold)
        state->mock = FLOTA_ACTION_DONE; /* for those without a state of their own */
}

static void release(struct flota_endpoint *endpoint)
{
    struct flota_endpoint_state *state = endpoint->state;
    state->is_pressed = false;
    state->mock = FLOTA_ACTION_DONE;
    if (state->calls.set)
        state->calls.set(0, endpoint->scratch);
}

static int start_restart(struct flota_dash *dash, struct flota_endpoint *endpoint)
{
    const struct flota_dash_config *config = &dash->config;
    int error = config->restart_allowed ? config->restart_allowed(config->context) : 0;
    if (error < 0)
        return error;
    endpoint->state->mock = FLOTA_ACTION_RUNNING;
    dash->restart_due = true;
    dash->restart_ms = dash->now_ms;
    return 0;
}

static int start(struct flota_dash *dash, struct flota_endpoint *endpoint)
{
    if (dash_action_state(dash, endpoint) == FLOTA_ACTION_RUNNING)
        return FLOTA_ERR_ACTION_RUNNING;
    if (is_own_restart(dash, endpoint))
        return start_restart(dash, endpoint);
    endpoint->state->is_pressed = endpoint->hold;
    call(dash, endpoint);
    return 0;
}

/* A button that is pressed and pressed again is the same press: its page repeats it. */
static int press_or_release(struct flota_dash *dash, struct flota_endpoint *endpoint)
{
    struct flota_endpoint_state *state = endpoint->state;
    bool pressed = is_pressed(endpoint);
    if (pressed && !state->is_pressed)
        return start(dash, endpoint);
    if (pressed)
        state->started_ms = dash->now_ms;
    else if (state->is_pressed)
        release(endpoint);
    return 0;
}

int dash_action_post(struct flota_dash *dash, struct flota_endpoint *endpoint, const char *json,
                     size_t size, struct flota_dash_fault *fault)
{
    uint64_t seen;
    prepare(endpoint, true);
    int error = size > 0 ? dash_read_values(endpoint, json, size, &seen, fault) : 0;
    if (error == 0)
        error = endpoint->hold ? press_or_release(dash, endpoint) : start(dash, endpoint);
    if (error < 0 && error != FLOTA_ERR_BAD_VALUE)
        dash_fault(fault, NULL, flota_error_text(error)->cause, flota_error_text(error)->remedy);
    return error;
}

/* --- each turn --- */

static void poll_hold(struct flota_dash *dash, struct flota_endpoint *endpoint)
{
    const struct flota_endpoint_state *state = endpoint->state;
    if (!state->is_pressed || dash->now_ms - state->started_ms < FLOTA_DASH_HOLD_MS)
        return;
    prepare(endpoint, false);
    release(endpoint);
}

void dash_action_poll(struct flota_dash *dash)
{
    for (size_t i = 0; i < dash->config.endpoint_count; i++)
        if (dash->config.endpoints[i].hold)
            poll_hold(dash, &dash->config.endpoints[i]);
    if (!dash->restart_due || dash->now_ms - dash->restart_ms < FLOTA_DASH_RESTART_MS)
        return;
    dash->restart_due = false;
    dash->config.restart(dash->config.context);
}
