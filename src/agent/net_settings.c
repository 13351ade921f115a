/* net_settings.c - new network values on trial.
 *
 * net.trial is "", "rolled-back", or "STARTS VALUES": which values, so that others begin anew.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "net_internal.h"
#include <stdio.h>
#include <string.h>

#define ROLLED_BACK "rolled-back"
#define KEY_GOOD    "net.good"
#define KEY_TRIAL   "net.trial"

enum { KEY_DHCP, KEY_IP, KEY_MASK, KEY_GATEWAY, KEY_DNS };

static const char *const names[FLOTA_NET_KEYS] = {"net.dhcp", "net.ip", "net.mask", "net.gateway",
                                                  "net.dns"};

static const struct flota_config_key private_keys[FLOTA_NET_PRIVATE_KEYS] = {
    {KEY_GOOD, FLOTA_CONFIG_STRING, "", false},
    {KEY_TRIAL, FLOTA_CONFIG_STRING, "", false},
};

/* --- values --- */

/* Returns why not, or NULL. */
static const char *read_values(const struct flota_net_settings *settings,
                               struct flota_net_values *values)
{
    const struct flota_config *config = settings->config;
    values->is_dhcp = flota_config_boolean(config, names[KEY_DHCP]);
    if (!flota_net_read_address(flota_config_text(config, names[KEY_IP]), &values->address) ||
        !flota_net_read_address(flota_config_text(config, names[KEY_MASK]), &values->mask) ||
        !flota_net_read_address(flota_config_text(config, names[KEY_GATEWAY]), &values->gateway) ||
        !flota_net_read_address(flota_config_text(config, names[KEY_DNS]), &values->dns))
        return "an address is not of the form 192.168.0.10";
    flota_net_forget_unused(values);
    return flota_net_check(values);
}

/* The values that were served last; the defaults when there are none, or they cannot be read. */
static struct flota_net_values good_values(const struct flota_net_settings *settings)
{
    struct flota_net_values values;
    bool has_good = flota_net_read(flota_config_text(settings->config, KEY_GOOD), &values);
    return has_good ? values : settings->initial;
}

/* --- set up --- */

static void set_defaults(struct flota_net_settings *settings)
{
    const struct flota_net_values *values = &settings->initial;
    strcpy(settings->defaults[KEY_DHCP], values->is_dhcp ? "true" : "false");
    flota_net_write_address(values->address, settings->defaults[KEY_IP]);
    flota_net_write_address(values->mask, settings->defaults[KEY_MASK]);
    flota_net_write_address(values->gateway, settings->defaults[KEY_GATEWAY]);
    flota_net_write_address(values->dns, settings->defaults[KEY_DNS]);
    for (int i = 0; i < (int)FLOTA_NET_KEYS; i++)
        settings->keys[i] = (struct flota_config_key){
            names[i], i == KEY_DHCP ? FLOTA_CONFIG_BOOLEAN : FLOTA_CONFIG_STRING,
            settings->defaults[i], false};
}

void flota_net_settings_add_keys(struct flota_net_settings *settings, struct flota_config *config,
                                 const struct flota_net_values *defaults,
                                 void (*log)(const char *line))
{
    *settings = (struct flota_net_settings){.config = config, .log = log, .initial = *defaults};
    flota_net_forget_unused(&settings->initial);
    settings->values = settings->initial;
    set_defaults(settings);
    settings->table.keys = settings->keys;
    settings->table.count = FLOTA_NET_KEYS;
    settings->private_table.keys = private_keys;
    settings->private_table.count = FLOTA_NET_PRIVATE_KEYS;
    settings->private_table.is_private = true;
    flota_config_add(config, &settings->private_table);
    flota_config_add(config, &settings->table);
}

/* --- flash --- */

static void say(const struct flota_net_settings *settings, const char *line)
{
    if (settings->log)
        settings->log(line);
}

static int note_start(const struct flota_net_settings *settings, unsigned starts)
{
    char canonical[FLOTA_NET_CANONICAL_MAX], text[FLOTA_NET_CANONICAL_MAX + 4];
    flota_net_write(&settings->values, canonical);
    snprintf(text, sizeof text, "%u %s", starts, canonical);
    const struct flota_config_change change = {KEY_TRIAL, text};
    return flota_config_store(settings->config, &change, 1);
}

/* How often these values were started. */
static unsigned starts_of(const struct flota_net_settings *settings,
                          const struct flota_net_values *values)
{
    const char *text = flota_config_text(settings->config, KEY_TRIAL);
    char canonical[FLOTA_NET_CANONICAL_MAX];
    flota_net_write(values, canonical);
    bool is_about = text[0] >= '1' && text[0] <= '9' && text[1] == ' ';
    return is_about && strcmp(text + 2, canonical) == 0 ? (unsigned)(text[0] - '0') : 0;
}

static int confirm(const struct flota_net_settings *settings)
{
    char canonical[FLOTA_NET_CANONICAL_MAX];
    flota_net_write(&settings->values, canonical);
    bool is_default = flota_net_is_equal(&settings->values, &settings->initial);
    const struct flota_config_change changes[] = {{KEY_GOOD, is_default ? NULL : canonical},
                                                  {KEY_TRIAL, NULL}};
    return flota_config_store(settings->config, changes, 2);
}

/* One save: the values before, and that they came back. */
static int write_back(const struct flota_net_settings *settings,
                      const struct flota_net_values *good)
{
    char texts[FLOTA_NET_KEYS][FLOTA_NET_TEXT_MAX];
    struct flota_config_change changes[FLOTA_NET_KEYS + 1];
    strcpy(texts[KEY_DHCP], good->is_dhcp ? "true" : "false");
    flota_net_write_address(good->address, texts[KEY_IP]);
    flota_net_write_address(good->mask, texts[KEY_MASK]);
    flota_net_write_address(good->gateway, texts[KEY_GATEWAY]);
    flota_net_write_address(good->dns, texts[KEY_DNS]);
    bool is_default = flota_net_is_equal(good, &settings->initial);
    for (size_t i = 0; i < FLOTA_NET_KEYS; i++)
        changes[i] = (struct flota_config_change){names[i], is_default ? NULL : texts[i]};
    changes[FLOTA_NET_KEYS] = (struct flota_config_change){KEY_TRIAL, ROLLED_BACK};
    return flota_config_store(settings->config, changes, FLOTA_NET_KEYS + 1);
}

/* --- start --- */

/* Should flash not take it, the next start comes here again. */
static void roll_back(struct flota_net_settings *settings, const char *why)
{
    settings->values = good_values(settings);
    settings->state = FLOTA_NET_ROLLED_BACK;
    say(settings, "network settings: back to those before:");
    say(settings, why);
    if (write_back(settings, &settings->values) != 0)
        say(settings, "network settings: the journal did not take it; set them again");
}

static void try_values(struct flota_net_settings *settings, const struct flota_net_values *wanted)
{
    unsigned starts = starts_of(settings, wanted);
    if (starts >= FLOTA_NET_STARTS_MAX) {
        roll_back(settings, "power failed before anybody was served with the new ones");
        return;
    }
    settings->values = *wanted;
    if (note_start(settings, starts + 1) != 0) {
        roll_back(settings, "the journal has no room for a trial of the new ones");
        return;
    }
    settings->state = FLOTA_NET_TRIAL;
    say(settings, "network settings: new ones are on trial until somebody is served, 3 minutes");
}

const struct flota_net_values *flota_net_settings_start(struct flota_net_settings *settings,
                                                        uint32_t now_ms)
{
    struct flota_net_values wanted, good = good_values(settings);
    const char *why = read_values(settings, &wanted);
    const char *trial = flota_config_text(settings->config, KEY_TRIAL);
    settings->since_ms = now_ms;
    if (why) {
        roll_back(settings, why);
    } else if (!flota_net_is_equal(&wanted, &good)) {
        try_values(settings, &wanted);
    } else {
        settings->values = good;
        settings->state =
            strcmp(trial, ROLLED_BACK) == 0 ? FLOTA_NET_ROLLED_BACK : FLOTA_NET_SETTLED;
        if (settings->state == FLOTA_NET_ROLLED_BACK)
            say(settings, "network settings: the last change was taken back");
    }
    return &settings->values;
}

/* --- one turn --- */

static bool may_write(struct flota_net_settings *settings, uint32_t now_ms)
{
    if (settings->has_tried && now_ms - settings->tried_ms < FLOTA_NET_RETRY_MS)
        return false;
    settings->has_tried = true;
    settings->tried_ms = now_ms;
    return true;
}

/* Somebody at the serial line may have set others meanwhile: those have their own trial. */
static bool are_others_set(const struct flota_net_settings *settings)
{
    struct flota_net_values wanted;
    return read_values(settings, &wanted) || !flota_net_is_equal(&wanted, &settings->values);
}

/* Returns whether to restart. */
static bool give_up(struct flota_net_settings *settings)
{
    const struct flota_net_values good = good_values(settings);
    say(settings,
        "network settings: nobody was served in 3 minutes; back to those before, restart");
    return are_others_set(settings) || write_back(settings, &good) == 0;
}

bool flota_net_settings_poll(struct flota_net_settings *settings, uint32_t now_ms, bool is_served,
                             bool is_quiet)
{
    bool is_late = now_ms - settings->since_ms >= FLOTA_NET_TRIAL_MS;
    if (settings->state != FLOTA_NET_TRIAL || !is_quiet || (!is_served && !is_late) ||
        !may_write(settings, now_ms))
        return false;
    if (!is_served)
        return give_up(settings);
    if (confirm(settings) != 0)
        return false;
    settings->state = FLOTA_NET_SETTLED;
    say(settings, "network settings: confirmed");
    return false;
}

/* --- queries --- */

enum flota_net_state flota_net_settings_state(const struct flota_net_settings *settings)
{
    return settings->state;
}

const char *flota_net_settings_text(const struct flota_net_settings *settings)
{
    static const char *const texts[] = {NULL, "trial", ROLLED_BACK};
    return texts[settings->state];
}

const struct flota_ota_notice *flota_net_settings_notice(const struct flota_net_settings *settings)
{
    static const struct flota_ota_notice trial = {
        .kind = "wait",
        .title = "New network settings are on trial",
        .text = "You reach the device with them, so they will stay: as soon as no update and no "
                "trial of a firmware is under way.",
    };
    static const struct flota_ota_notice rolled_back = {
        .kind = "bad",
        .title = "The last change of the network settings was taken back",
        .text = "Nobody reached the device with it in 3 minutes, power failed meanwhile, or a "
                "value was wrong. Check the values, and set them again.",
        .until_seen = true,
    };
    static const struct flota_ota_notice *const notices[] = {NULL, &trial, &rolled_back};
    return notices[settings->state];
}

int flota_net_settings_seen(struct flota_net_settings *settings)
{
    const struct flota_config_change change = {KEY_TRIAL, NULL};
    if (settings->state != FLOTA_NET_ROLLED_BACK)
        return 0;
    int result = flota_config_store(settings->config, &change, 1);
    if (result == FLOTA_ERR_CONFIG_FULL) /* advisory: then it is said again after a restart */
        result = 0;
    if (result == 0)
        settings->state = FLOTA_NET_SETTLED;
    return result;
}
