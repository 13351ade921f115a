/* glue_example.c - what a description with every type of endpoint says, for C.
 *
 * The model of what `flota generate` writes; tests/unit/test_dash_glue.c runs against it.
 *
 * The table calls functions of void *, the application's take their struct. Calling one through a
 * pointer to the other is undefined in C, so that a function per endpoint stands between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "glue_example.h"
#include <math.h>

extern const unsigned char flota_page[];
extern const unsigned long flota_page_size;

enum {
    ENDPOINT_SETTINGS,
    ENDPOINT_CLIMATE,
    ENDPOINT_NET,
    ENDPOINT_RELAYS,
    ENDPOINT_BLINK,
    ENDPOINT_LIFT,
    ENDPOINT_RESTART,
    ENDPOINT_ALARMS,
    ENDPOINT_LOGS,
    ENDPOINT_RAW,
    ENDPOINT_COUNT
};

static struct flota_dash_ram logs_ram;
static const struct flota_files logs_files = FLOTA_DASH_RAM_FILES(&logs_ram);

/* What the mock begins with: rows of arrays, files. */
static struct flota_endpoint_state states[ENDPOINT_COUNT] = {
    [ENDPOINT_RELAYS] = {.count = 3},
    [ENDPOINT_LOGS] = {.calls = {.files = &logs_files}},
};

/* --- settings --- */

static struct settings settings_data = {.level = 5,
                                        .ratio = 0.5,
                                        .mode = "auto",
                                        .password = "geheim",
                                        .serial = 42},
                       settings_scratch;
static void (*settings_get)(struct settings *);
static void (*settings_set)(struct settings *);

static void settings_call_get(size_t row, void *data)
{
    (void)row;
    settings_get(data);
}

static void settings_call_set(size_t row, void *data)
{
    (void)row;
    settings_set(data);
}

void flota_glue_set_settings(void (*get)(struct settings *), void (*set)(struct settings *))
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_SETTINGS].calls;
    settings_get = get;
    settings_set = set;
    calls->get = get ? settings_call_get : NULL;
    calls->set = set ? settings_call_set : NULL;
}

static const char *const settings_mode_options[] = {"auto", "manual", "off", NULL};

static const struct flota_field settings_fields[] = {
    {.name = "enabled",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct settings, enabled),
     .size = sizeof(((struct settings *)0)->enabled)},
    {.name = "level",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct settings, level),
     .size = sizeof(((struct settings *)0)->level),
     .is_limited = true,
     .min = 0,
     .max = 10},
    {.name = "ratio",
     .type = FLOTA_FIELD_DOUBLE,
     .offset = offsetof(struct settings, ratio),
     .size = sizeof(((struct settings *)0)->ratio),
     .is_limited = true,
     .min = -1.5,
     .max = INFINITY},
    {.name = "mode",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct settings, mode),
     .size = sizeof(((struct settings *)0)->mode),
     .options = settings_mode_options},
    {.name = "password",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct settings, password),
     .size = sizeof(((struct settings *)0)->password),
     .is_secret = true},
    {.name = "serial",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct settings, serial),
     .size = sizeof(((struct settings *)0)->serial),
     .read_only = true},
};

/* --- climate --- */

static struct climate climate_data = {.value = 20.5, .humidity = 40}, climate_scratch;
static void (*climate_get)(struct climate *);
static void (*climate_set)(struct climate *);

static void climate_call_get(size_t row, void *data)
{
    (void)row;
    climate_get(data);
}

static void climate_call_set(size_t row, void *data)
{
    (void)row;
    climate_set(data);
}

void flota_glue_set_climate(void (*get)(struct climate *), void (*set)(struct climate *))
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_CLIMATE].calls;
    climate_get = get;
    climate_set = set;
    calls->get = get ? climate_call_get : NULL;
    calls->set = set ? climate_call_set : NULL;
}

static const struct flota_field climate_fields[] = {
    {.name = "value",
     .type = FLOTA_FIELD_DOUBLE,
     .offset = offsetof(struct climate, value),
     .size = sizeof(((struct climate *)0)->value)},
    {.name = "humidity",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct climate, humidity),
     .size = sizeof(((struct climate *)0)->humidity)},
};

static float climate_value_points[120];
static struct flota_history climate_histories[] = {
    {.field = 0, .points = 120, .interval_ms = 1000, .values = climate_value_points},
};

/* --- net: configuration keys net.* --- */

static struct net net_data = {.ip = "192.168.0.10", .port = 80}, net_scratch;

static const struct flota_field net_fields[] = {
    {.name = "ip",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct net, ip),
     .size = sizeof(((struct net *)0)->ip)},
    {.name = "dhcp",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct net, dhcp),
     .size = sizeof(((struct net *)0)->dhcp)},
    {.name = "port",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct net, port),
     .size = sizeof(((struct net *)0)->port),
     .is_limited = true,
     .min = 1,
     .max = 65535},
};

/* --- relays --- */

static struct relays relays_data[64] = {{.name = "pump"}, {.name = "light"}}, relays_scratch;
static void (*relays_get)(size_t, struct relays *);
static void (*relays_set)(size_t, struct relays *);

static void relays_call_get(size_t row, void *data)
{
    relays_get(row, data);
}

static void relays_call_set(size_t row, void *data)
{
    relays_set(row, data);
}

void flota_glue_set_relays(size_t (*count)(void), void (*get)(size_t, struct relays *),
                           void (*set)(size_t, struct relays *))
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_RELAYS].calls;
    relays_get = get;
    relays_set = set;
    calls->count = count;
    calls->get = get ? relays_call_get : NULL;
    calls->set = set ? relays_call_set : NULL;
}

static const struct flota_field relays_fields[] = {
    {.name = "on",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct relays, on),
     .size = sizeof(((struct relays *)0)->on)},
    {.name = "name",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct relays, name),
     .size = sizeof(((struct relays *)0)->name)},
};

/* --- blink --- */

static struct blink blink_data = {.seconds = 3}, blink_scratch;
static void (*blink_start)(struct blink *);

static void blink_call_start(size_t row, void *data)
{
    (void)row;
    blink_start(data);
}

void flota_glue_set_blink(void (*start)(struct blink *), enum flota_action_state (*state)(void))
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_BLINK].calls;
    blink_start = start;
    calls->set = start ? blink_call_start : NULL;
    calls->state = state;
}

static const struct flota_field blink_fields[] = {
    {.name = "seconds",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct blink, seconds),
     .size = sizeof(((struct blink *)0)->seconds),
     .is_limited = true,
     .min = 1,
     .max = 60},
};

/* --- lift --- */

static struct lift lift_data = {.speed = 50}, lift_scratch;
static void (*lift_start)(struct lift *);

static void lift_call_start(size_t row, void *data)
{
    (void)row;
    lift_start(data);
}

void flota_glue_set_lift(void (*start)(struct lift *), enum flota_action_state (*state)(void))
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_LIFT].calls;
    lift_start = start;
    calls->set = start ? lift_call_start : NULL;
    calls->state = state;
}

static const struct flota_field lift_fields[] = {
    {.name = "pressed",
     .type = FLOTA_FIELD_BOOL,
     .offset = offsetof(struct lift, pressed),
     .size = sizeof(((struct lift *)0)->pressed)},
    {.name = "speed",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct lift, speed),
     .size = sizeof(((struct lift *)0)->speed)},
};

/* --- restart: the device's own --- */

static struct restart restart_data, restart_scratch;

/* --- alarms --- */

static struct alarms alarms_data[8];

static const struct flota_field alarms_fields[] = {
    {.name = "code",
     .type = FLOTA_FIELD_INT,
     .offset = offsetof(struct alarms, code),
     .size = sizeof(((struct alarms *)0)->code)},
    {.name = "text",
     .type = FLOTA_FIELD_STRING,
     .offset = offsetof(struct alarms, text),
     .size = sizeof(((struct alarms *)0)->text)},
};

/* --- logs --- */

void flota_glue_set_logs(const struct flota_files *files)
{
    states[ENDPOINT_LOGS].calls.files = files ? files : &logs_files;
}

/* --- raw --- */

static char raw_data[512];

void flota_glue_set_raw(const struct flota_http_handler *handler, void *context)
{
    struct flota_endpoint_calls *calls = &states[ENDPOINT_RAW].calls;
    calls->custom = handler;
    calls->custom_context = context;
}

/* --- the table --- */

static struct flota_endpoint endpoints[ENDPOINT_COUNT] = {
    [ENDPOINT_SETTINGS] =
        {
            .name = "settings",
            .type = FLOTA_ENDPOINT_DATA,
            .read_level = 1,
            .write_level = 5,
            .fields = settings_fields,
            .field_count = sizeof settings_fields / sizeof *settings_fields,
            .size = sizeof(struct settings),
            .rows = 1,
            .data = &settings_data,
            .scratch = &settings_scratch,
            .state = &states[ENDPOINT_SETTINGS],
        },
    [ENDPOINT_CLIMATE] =
        {
            .name = "climate",
            .type = FLOTA_ENDPOINT_DATA,
            .read_level = 1,
            .write_level = 5,
            .fields = climate_fields,
            .field_count = sizeof climate_fields / sizeof *climate_fields,
            .size = sizeof(struct climate),
            .rows = 1,
            .data = &climate_data,
            .scratch = &climate_scratch,
            .histories = climate_histories,
            .history_count = 1,
            .state = &states[ENDPOINT_CLIMATE],
        },
    [ENDPOINT_NET] =
        {
            .name = "net",
            .type = FLOTA_ENDPOINT_DATA,
            .read_level = 1,
            .write_level = 5,
            .fields = net_fields,
            .field_count = sizeof net_fields / sizeof *net_fields,
            .size = sizeof(struct net),
            .rows = 1,
            .data = &net_data,
            .scratch = &net_scratch,
            .config = "net",
            .state = &states[ENDPOINT_NET],
        },
    [ENDPOINT_RELAYS] =
        {
            .name = "relays",
            .type = FLOTA_ENDPOINT_ARRAY,
            .read_level = 1,
            .write_level = 5,
            .fields = relays_fields,
            .field_count = sizeof relays_fields / sizeof *relays_fields,
            .size = sizeof(struct relays),
            .rows = 64,
            .data = relays_data,
            .scratch = &relays_scratch,
            .state = &states[ENDPOINT_RELAYS],
        },
    [ENDPOINT_BLINK] =
        {
            .name = "blink",
            .type = FLOTA_ENDPOINT_ACTION,
            .read_level = 1,
            .write_level = 5,
            .fields = blink_fields,
            .field_count = sizeof blink_fields / sizeof *blink_fields,
            .size = sizeof(struct blink),
            .rows = 1,
            .data = &blink_data,
            .scratch = &blink_scratch,
            .state = &states[ENDPOINT_BLINK],
        },
    [ENDPOINT_LIFT] =
        {
            .name = "lift",
            .type = FLOTA_ENDPOINT_ACTION,
            .read_level = 1,
            .write_level = 5,
            .fields = lift_fields,
            .field_count = sizeof lift_fields / sizeof *lift_fields,
            .size = sizeof(struct lift),
            .rows = 1,
            .data = &lift_data,
            .scratch = &lift_scratch,
            .hold = true,
            .state = &states[ENDPOINT_LIFT],
        },
    [ENDPOINT_RESTART] =
        {
            .name = "restart",
            .type = FLOTA_ENDPOINT_ACTION,
            .read_level = 1,
            .write_level = 5,
            .size = sizeof(struct restart),
            .rows = 1,
            .data = &restart_data,
            .scratch = &restart_scratch,
            .restarts = true,
            .state = &states[ENDPOINT_RESTART],
        },
    [ENDPOINT_ALARMS] =
        {
            .name = "alarms",
            .type = FLOTA_ENDPOINT_EVENTS,
            .read_level = 1,
            .write_level = 5,
            .fields = alarms_fields,
            .field_count = sizeof alarms_fields / sizeof *alarms_fields,
            .size = sizeof(struct alarms),
            .rows = 8,
            .data = alarms_data,
            .keep = 8,
            .state = &states[ENDPOINT_ALARMS],
        },
    [ENDPOINT_LOGS] =
        {
            .name = "logs",
            .type = FLOTA_ENDPOINT_FILES,
            .read_level = 1,
            .write_level = 5,
            .rows = 1,
            .may_upload = true,
            .may_delete = true,
            .size_max = 3000,
            .state = &states[ENDPOINT_LOGS],
        },
    [ENDPOINT_RAW] =
        {
            .name = "raw",
            .type = FLOTA_ENDPOINT_CUSTOM,
            .read_level = 1,
            .write_level = 5,
            .size = sizeof raw_data,
            .rows = 1,
            .data = raw_data,
            .state = &states[ENDPOINT_RAW],
        },
};

void flota_glue_report_alarms(const struct alarms *data)
{
    flota_dash_report(&endpoints[ENDPOINT_ALARMS], data);
}

/* --- users --- */

static const struct flota_access_user users[] = {{"admin", 9}, {"operator", 5}};
static const struct flota_access_rules access = {
    .users = users,
    .user_count = 2,
    .open_at_first = false,
    .update_level = 7,
};

const struct flota_glue flota_glue = {
    .endpoints = endpoints,
    .endpoint_count = ENDPOINT_COUNT,
    .access = &access,
    .page = flota_page,
    .page_size = &flota_page_size,
};
