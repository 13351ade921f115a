/* endpoint.c - an endpoint's values as structs: read, written, and whether they have changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include <string.h>

size_t dash_count(const struct flota_endpoint *endpoint)
{
    const struct flota_endpoint_state *state = endpoint->state;
    if (endpoint->type != FLOTA_ENDPOINT_ARRAY)
        return 1;
    size_t count = state->calls.count ? state->calls.count() : state->count;
    return count < endpoint->rows ? count : endpoint->rows;
}

static unsigned char *copy_of(const struct flota_endpoint *endpoint, size_t row)
{
    return (unsigned char *)endpoint->data + row * endpoint->size;
}

void dash_read(const struct flota_dash *dash, const struct flota_endpoint *endpoint, size_t row)
{
    memcpy(endpoint->scratch, copy_of(endpoint, row), endpoint->size);
    if (dash_is_bound(dash, endpoint))
        dash_bound_read(dash, endpoint);
    else if (endpoint->state->calls.get)
        endpoint->state->calls.get(row, endpoint->scratch);
}

void dash_write(const struct flota_endpoint *endpoint, size_t row)
{
    memcpy(copy_of(endpoint, row), endpoint->scratch, endpoint->size);
    if (endpoint->state->calls.set)
        endpoint->state->calls.set(row, endpoint->scratch);
}

bool dash_is_writable(const struct flota_endpoint *endpoint)
{
    return endpoint->state->calls.set || !endpoint->state->calls.get;
}

/* --- changes --- */

/* FNV-1a: a change of one byte always shows. */
uint32_t dash_digest_bytes(const void *data, size_t size, uint32_t digest)
{
    const unsigned char *bytes = data;
    digest ^= 2166136261u;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ bytes[i]) * 16777619u;
    return digest ^ 2166136261u;
}

/* Of the fields only: what lies between them, and behind the end of a text, is anything. */
uint32_t dash_digest(const struct flota_endpoint *endpoint, const void *data, uint32_t digest)
{
    for (size_t i = 0; i < endpoint->field_count; i++) {
        const struct flota_field *field = &endpoint->fields[i];
        const char *value = (const char *)data + field->offset;
        size_t size = field->size;
        if (field->type == FLOTA_FIELD_STRING)
            size = strnlen(value, size - 1u) + 1u;
        digest = dash_digest_bytes(value, size, digest);
    }
    return digest;
}

void dash_note(struct flota_endpoint_state *state, uint32_t digest)
{
    if (state->digest == digest && state->change > 0)
        return;
    state->digest = digest;
    state->change++;
}

void dash_note_now(const struct flota_dash *dash, const struct flota_endpoint *endpoint)
{
    uint32_t digest;
    if (endpoint->type == FLOTA_ENDPOINT_ACTION) {
        digest = (uint32_t)dash_action_state(dash, endpoint);
    } else if (endpoint->type == FLOTA_ENDPOINT_DATA) {
        dash_read(dash, endpoint, 0);
        digest = dash_digest(endpoint, endpoint->scratch, 0);
    } else {
        return;
    }
    dash_note(endpoint->state, digest);
}

/* --- events --- */

void flota_dash_report(struct flota_endpoint *endpoint, const void *data)
{
    struct flota_endpoint_state *state = endpoint->state;
    size_t row = state->reported % endpoint->rows;
    memcpy(copy_of(endpoint, row), data, endpoint->size);
    state->reported++;
    if (state->count < endpoint->rows)
        state->count++;
}
