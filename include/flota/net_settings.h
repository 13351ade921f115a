/* flota/net_settings.h - the network's address as configuration, on trial like firmware.
 *
 * Keys: net.dhcp (boolean), net.ip, net.mask, net.gateway, net.dns (dotted texts, "" for none).
 * Their defaults are the firmware's. They hold from the next start on. A wrong one must not lose
 * the device: new values are on trial until somebody was served. When nobody was within
 * FLOTA_NET_TRIAL_MS, or power fails twice before, the values before come back.
 *
 *     flota_net_settings_add_keys(&settings, &config, &defaults);
 *     values = flota_net_settings_start(&settings, now_ms);
 *     for (;;)
 *         if (flota_net_settings_poll(&settings, now_ms, is_served, is_quiet)) restart();
 *
 * In flash, beside those keys: net.good, the values that were served last ("": the defaults), and
 * net.trial, which values are on trial and how often they were started. A change that is served
 * costs two saves beside the person's own: at its first start, and when somebody is served; one
 * more for each loss of power in between. Values whose start cannot be noted are not tried.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NET_SETTINGS_H
#define FLOTA_NET_SETTINGS_H

#include "flota/config.h"
#include "flota/ota.h"

#define FLOTA_NET_TRIAL_MS     180000u
#define FLOTA_NET_STARTS_MAX   2u     /* starts of values on trial */
#define FLOTA_NET_RETRY_MS     10000u /* until what flash did not take is tried again */
#define FLOTA_NET_TEXT_MAX     16u    /* "255.255.255.255" and the zero */
#define FLOTA_NET_KEYS         5u
#define FLOTA_NET_PRIVATE_KEYS 2u

/* In host byte order; 0: none. With DHCP only dns counts, 0: the one that DHCP gives. */
struct flota_net_values {
    bool is_dhcp;
    uint32_t address, mask, gateway, dns;
};

enum flota_net_state { FLOTA_NET_SETTLED, FLOTA_NET_TRIAL, FLOTA_NET_ROLLED_BACK };

/* Treat all members as private. */
struct flota_net_settings {
    struct flota_config *config;
    void (*log)(const char *line);
    struct flota_config_table table, private_table;
    struct flota_config_key keys[FLOTA_NET_KEYS];
    char defaults[FLOTA_NET_KEYS][FLOTA_NET_TEXT_MAX];
    struct flota_net_values initial, values;
    enum flota_net_state state;
    uint32_t since_ms;
    uint32_t tried_ms; /* to write, last */
    bool has_tried;
};

/* Add the keys; defaults are copied. log: the console, may be NULL. */
void flota_net_settings_add_keys(struct flota_net_settings *settings, struct flota_config *config,
                                 const struct flota_net_values *defaults,
                                 void (*log)(const char *line));

/* Decide which values this run has. After flota_config_init() and add_keys; flash must be idle. */
const struct flota_net_values *flota_net_settings_start(struct flota_net_settings *settings,
                                                        uint32_t now_ms);

/* One turn. is_served: somebody was, over the network, since the start. is_quiet: may flash be
 * written, and the device be restarted; while it is not, a trial lasts longer. Returns whether the
 * device is to restart now. */
bool flota_net_settings_poll(struct flota_net_settings *settings, uint32_t now_ms, bool is_served,
                             bool is_quiet);

enum flota_net_state flota_net_settings_state(const struct flota_net_settings *settings);

/* "trial", "rolled-back", or NULL. */
const char *flota_net_settings_text(const struct flota_net_settings *settings);

/* What people should know of it, or NULL. */
const struct flota_ota_notice *flota_net_settings_notice(const struct flota_net_settings *settings);

/* Somebody has read that the values before came back. One save. Returns 0 or FLOTA_ERR_*. */
int flota_net_settings_seen(struct flota_net_settings *settings);

#endif
