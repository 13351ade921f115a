/* glue_example.h - what a description with every type of endpoint says, for C: a struct for each.
 *
 * The model of what `flota generate` writes; tests/unit/test_dash_glue.c runs against it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GLUE_EXAMPLE_H
#define GLUE_EXAMPLE_H

#include "flota/flota.h"

/* data; `password` is a secret, `serial` is read only */
struct settings {
    bool enabled;
    int32_t level;
    double ratio;
    char mode[8];
    char password[16];
    int32_t serial;
};

/* data, with a history of `value` */
struct climate {
    double value;
    int32_t humidity;
};

/* data, bound to the configuration: net */
struct net {
    char ip[16];
    bool dhcp;
    int32_t port;
};

/* array, a row */
struct relays {
    bool on;
    char name[16];
};

/* action */
struct blink {
    bool pressed;
    int32_t seconds;
};

/* action, while pressed */
struct lift {
    bool pressed;
    int32_t speed;
};

/* action, the device's own */
struct restart {
    bool pressed;
};

/* events */
struct alarms {
    int32_t code;
    char text[32];
};

/* Used by the macros of flota/flota.h. */
enum {
    dashboard_json_has_data_settings,
    dashboard_json_has_data_climate,
    dashboard_json_has_data_net,
    dashboard_json_has_array_relays,
    dashboard_json_has_action_blink,
    dashboard_json_has_action_lift,
    dashboard_json_has_action_restart,
    dashboard_json_has_events_alarms,
    dashboard_json_has_file_logs,
    dashboard_json_has_custom_raw
};
void flota_glue_set_settings(void (*get)(struct settings *), void (*set)(struct settings *));
void flota_glue_set_climate(void (*get)(struct climate *), void (*set)(struct climate *));
void flota_glue_set_relays(size_t (*count)(void), void (*get)(size_t, struct relays *),
                           void (*set)(size_t, struct relays *));
void flota_glue_set_blink(void (*start)(struct blink *), enum flota_action_state (*state)(void));
void flota_glue_set_lift(void (*start)(struct lift *), enum flota_action_state (*state)(void));
void flota_glue_report_alarms(const struct alarms *data);
void flota_glue_set_logs(const struct flota_files *files);
void flota_glue_set_raw(const struct flota_http_handler *handler, void *context);

#endif
