/* http_update_body.c - the firmware image inside a request's body: raw, or a part of a form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

int flota_http_update_body_init(struct flota_http_update *service, struct flota_http_text type)
{
    static const char multipart[] = "multipart/";
    size_t size = sizeof multipart - 1;
    service->in_file = false;
    service->file_seen = false;
    service->file_ended = false;
    service->body_ended = false;
    service->field = NULL;
    service->held_size = 0;
    service->is_multipart =
        type.size >= size &&
        flota_http_text_is((struct flota_http_text){type.data, size}, multipart);
    return service->is_multipart ? flota_multipart_init(&service->multipart, type.data, type.size)
                                 : 0;
}

#define DEADLINE_MAX_S 86400u

uint32_t flota_http_update_deadline_ms(struct flota_http_text seconds)
{
    uint32_t value = 0;
    for (size_t i = 0; i < seconds.size; i++) {
        if (seconds.data[i] < '0' || seconds.data[i] > '9')
            return 0;
        value = value * 10u + (uint32_t)(seconds.data[i] - '0');
        if (value > DEADLINE_MAX_S)
            return 0;
    }
    return value * 1000u;
}

/* --- parts of a form --- */

static bool *consent_named(struct flota_http_update *service, const char *name)
{
    if (strcmp(name, "foreign") == 0)
        return &service->request.consents.foreign;
    if (strcmp(name, "downgrade") == 0)
        return &service->request.consents.downgrade;
    if (strcmp(name, "guard") == 0)
        return &service->request.consents.guard;
    return strcmp(name, "force") == 0 ? &service->request.consents.again : NULL;
}

static int begin_part(struct flota_http_update *service)
{
    const char *name = service->multipart.name;
    service->field = NULL;
    service->field_is_deadline = false;
    service->field_size = 0;
    if (service->multipart.has_filename) {
        if (service->file_seen)
            return FLOTA_ERR_BAD_MULTIPART;
        service->file_seen = true;
        service->in_file = true;
        return flota_ota_begin(service->config.ota, &service->request, &service->owner);
    }
    service->field = consent_named(service, name);
    service->field_is_deadline = strcmp(name, "commit_timeout") == 0;
    return 0;
}

static void take_field(struct flota_http_update *service, const uint8_t *data, size_t size)
{
    size_t room = sizeof service->field_value - service->field_size;
    if (size > room)
        size = room; /* too long for any consent: not equal to one below */
    memcpy(service->field_value + service->field_size, data, size);
    service->field_size += size;
}

static bool is_consent(struct flota_http_text value)
{
    return flota_http_text_is(value, "1") || flota_http_text_is(value, "true") ||
           flota_http_text_is(value, "on") || flota_http_text_is(value, "yes");
}

/* Behind the file it changes the update that runs. */
static void say_deadline(struct flota_http_update *service, uint32_t deadline_ms)
{
    service->request.deadline_ms = deadline_ms;
    if (service->file_seen && deadline_ms != 0)
        flota_ota_set_deadline(service->config.ota, deadline_ms);
}

static int end_part(struct flota_http_update *service)
{
    if (service->in_file) {
        service->in_file = false;
        service->file_ended = true;
        return 0;
    }
    const struct flota_http_text value = {service->field_value, service->field_size};
    if (service->field)
        *service->field = is_consent(value);
    bool fits = service->field_size < sizeof service->field_value;
    if (service->field_is_deadline)
        say_deadline(service, fits ? flota_http_update_deadline_ms(value) : 0);
    return 0;
}

/* --- the file --- */

/* Deliver file bytes that lie in the multipart parser. Returns 0, or the update's error. */
static int deliver_held(struct flota_http_update *service)
{
    if (service->held_size == 0)
        return 0;
    int taken = flota_ota_write(service->config.ota, service->held, service->held_size);
    if (taken < 0)
        return taken;
    service->held += taken;
    service->held_size -= (size_t)taken;
    return 0;
}

/* Deliver a DATA event's bytes. Those the updater has no room for are held when they lie in the
 * parser (in_input is 0), else *in_input is lowered: they are offered again. */
static int deliver(struct flota_http_update *service, size_t *in_input)
{
    const struct flota_multipart *multipart = &service->multipart;
    int taken = flota_ota_write(service->config.ota, multipart->data, multipart->data_size);
    if (taken < 0)
        return taken;
    if (*in_input > 0) {
        *in_input = (size_t)taken;
    } else {
        service->held = multipart->data + taken;
        service->held_size = multipart->data_size - (size_t)taken;
    }
    return 0;
}

static int take_data(struct flota_http_update *service, size_t *in_input)
{
    if (service->in_file)
        return deliver(service, in_input);
    if (service->field || service->field_is_deadline)
        take_field(service, service->multipart.data, service->multipart.data_size);
    return 0;
}

/* Act on a parser's event. Returns 0, or the error that ends the update. */
static int act(struct flota_http_update *service, enum flota_multipart_event event, size_t *taken)
{
    switch (event) {
    case FLOTA_MULTIPART_PART:
        return begin_part(service);
    case FLOTA_MULTIPART_DATA:
        return take_data(service, taken);
    case FLOTA_MULTIPART_PART_END:
        return end_part(service);
    case FLOTA_MULTIPART_END:
        service->body_ended = true;
        return 0;
    case FLOTA_MULTIPART_ERROR:
        return FLOTA_ERR_BAD_MULTIPART;
    case FLOTA_MULTIPART_NEED_MORE:
        break;
    }
    return 0;
}

static int take_multipart(struct flota_http_update *service, const uint8_t *data, size_t size)
{
    size_t used = 0;
    for (;;) {
        size_t taken, offered;
        int error = deliver_held(service);
        if (error < 0)
            return error;
        if (service->held_size > 0)
            return (int)used;
        enum flota_multipart_event event =
            flota_multipart_next(&service->multipart, data + used, size - used, &taken);
        offered = taken;
        error = act(service, event, &taken);
        if (error < 0)
            return error;
        used += taken;
        if (event == FLOTA_MULTIPART_NEED_MORE || taken < offered)
            return (int)used;
    }
}

int flota_http_update_take(struct flota_http_update *service, const uint8_t *data, size_t size)
{
    if (service->is_multipart)
        return take_multipart(service, data, size);
    return flota_ota_write(service->config.ota, data, size);
}

int flota_http_update_body_end(const struct flota_http_update *service)
{
    bool complete = service->file_ended && service->body_ended;
    return service->is_multipart && !complete ? FLOTA_ERR_BAD_MULTIPART : 0;
}
