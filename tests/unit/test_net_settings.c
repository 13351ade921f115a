/* test_net_settings.c - new addresses on trial, through restarts and power cuts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flash_model.h"
#include "flota/error.h"
#include "flota/net_settings.h"
#include <stdio.h>
#include <string.h>

#define IPV4(a, b, c, d)                                                                           \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A journal of 512 words. */
static const struct flash_model_geometry geometry = {1024, 7, 23, 32, 2, 1};

static const struct flota_net_values dhcp = {.is_dhcp = true};
static const struct flota_net_values fixed = {.address = IPV4(192, 168, 0, 10),
                                              .mask = IPV4(255, 255, 255, 0),
                                              .gateway = IPV4(192, 168, 0, 1)};

static struct {
    struct flash_model model;
    struct flota_config config;
    struct flota_net_settings settings;
    const struct flota_net_values *values;
    struct flota_net_values defaults;
    uint32_t now_ms;
    char line[160];
} device;

static void note_line(const char *line)
{
    snprintf(device.line, sizeof device.line, "%s", line);
}

static void boot(void)
{
    flash_model_power_up(&device.model);
    device.now_ms = 100;
    flota_config_init(&device.config, &device.model.flash);
    flota_net_settings_add_keys(&device.settings, &device.config, &device.defaults, note_line);
    device.values = flota_net_settings_start(&device.settings, device.now_ms);
}

static void init(struct flota_net_values defaults)
{
    memset(&device, 0, sizeof device);
    flash_model_init(&device.model, &geometry);
    device.defaults = defaults;
    boot();
}

static int set_up(void **state)
{
    (void)state;
    init(dhcp);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

/* As a person does it: Config.Set with save. */
static void change(const char *json)
{
    assert_int_equal(flota_config_set_json(&device.config, json, strlen(json), NULL), 0);
    assert_int_equal(flota_config_save(&device.config), 0);
}

static const char static_10[] = "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.10\","
                                "\"mask\":\"255.255.255.0\",\"gateway\":\"192.168.0.1\"}}";
static const char static_20[] = "{\"net\":{\"dhcp\":false,\"ip\":\"10.0.0.20\","
                                "\"mask\":\"255.0.0.0\",\"gateway\":\"\"}}";

static bool poll_at(uint32_t ms, bool is_served)
{
    return flota_net_settings_poll(&device.settings, 100 + ms, is_served, true);
}

static enum flota_net_state state_now(void)
{
    return flota_net_settings_state(&device.settings);
}

static uint32_t saves_since(uint32_t *number)
{
    uint32_t count = device.model.operation_count - *number;
    *number = device.model.operation_count;
    return count;
}

/* --- defaults --- */

static void the_firmware_s_values_are_settled(void **state)
{
    (void)state;
    assert_true(device.values->is_dhcp);
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
    assert_null(flota_net_settings_text(&device.settings));
    uint32_t number = 0;
    saves_since(&number);
    assert_false(poll_at(FLOTA_NET_TRIAL_MS, false));
    assert_int_equal(saves_since(&number), 0);
    flash_model_free(&device.model);
    init(fixed);
    assert_int_equal(device.values->address, fixed.address);
    assert_string_equal(flota_config_text(&device.config, "net.ip"), "192.168.0.10");
    assert_string_equal(flota_config_text(&device.config, "net.dhcp"), "false");
}

/* --- a change --- */

static void a_change_that_is_served_stays(void **state)
{
    (void)state;
    change(static_10);
    boot();
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
    assert_string_equal(flota_net_settings_text(&device.settings), "trial");
    assert_int_equal(device.values->address, fixed.address);
    assert_int_equal(device.values->gateway, fixed.gateway);
    assert_false(poll_at(5000, true));
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
    for (int i = 0; i < 5; i++) {
        boot();
        assert_int_equal(state_now(), FLOTA_NET_SETTLED);
        assert_int_equal(device.values->address, fixed.address);
    }
}

static void a_change_that_nobody_reaches_goes(void **state)
{
    (void)state;
    change(static_10);
    boot();
    assert_false(poll_at(FLOTA_NET_TRIAL_MS - 1, false));
    assert_true(poll_at(FLOTA_NET_TRIAL_MS, false));
    boot();
    assert_true(device.values->is_dhcp);
    assert_string_equal(flota_net_settings_text(&device.settings), "rolled-back");
    assert_string_equal(flota_config_text(&device.config, "net.ip"), "");
    boot(); /* said until new ones are confirmed */
    assert_int_equal(state_now(), FLOTA_NET_ROLLED_BACK);
    assert_false(poll_at(FLOTA_NET_TRIAL_MS, false));
    change(static_20);
    boot();
    assert_false(poll_at(1, true));
    boot();
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
    assert_int_equal(device.values->address, IPV4(10, 0, 0, 20));
}

static void a_trial_is_told_while_it_lasts(void **state)
{
    (void)state;
    assert_null(flota_net_settings_notice(&device.settings));
    change(static_10);
    boot();
    assert_string_equal(flota_net_settings_notice(&device.settings)->kind, "wait");
    assert_false(flota_net_settings_notice(&device.settings)->until_seen);
    assert_int_equal(flota_net_settings_seen(&device.settings), 0); /* is no confirmation */
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
    assert_false(poll_at(1, true));
    assert_null(flota_net_settings_notice(&device.settings));
}

static void that_it_was_taken_back_is_told_until_it_was_seen(void **state)
{
    (void)state;
    change(static_10);
    boot();
    assert_true(poll_at(FLOTA_NET_TRIAL_MS, false));
    boot();
    boot();
    assert_string_equal(flota_net_settings_notice(&device.settings)->kind, "bad");
    assert_true(flota_net_settings_notice(&device.settings)->until_seen);
    assert_int_equal(flota_net_settings_seen(&device.settings), 0);
    assert_null(flota_net_settings_notice(&device.settings));
    boot();
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
    assert_true(device.values->is_dhcp);
}

static void it_goes_back_to_what_was_served_not_to_the_defaults(void **state)
{
    (void)state;
    change(static_10);
    boot();
    poll_at(1, true);
    change(static_20);
    boot();
    assert_int_equal(device.values->address, IPV4(10, 0, 0, 20));
    assert_true(poll_at(FLOTA_NET_TRIAL_MS, false));
    boot();
    assert_int_equal(device.values->address, fixed.address);
    assert_int_equal(device.values->gateway, fixed.gateway);
    assert_int_equal(state_now(), FLOTA_NET_ROLLED_BACK);
}

static void power_lost_twice_goes_back(void **state)
{
    (void)state;
    change(static_10);
    boot();
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
    boot();
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
    boot();
    assert_int_equal(state_now(), FLOTA_NET_ROLLED_BACK);
    assert_true(device.values->is_dhcp);
    boot();
    assert_true(device.values->is_dhcp);
}

static void other_values_begin_anew(void **state)
{
    (void)state;
    change(static_10);
    boot();
    boot();
    change(static_20); /* over the serial line */
    boot();
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
    assert_int_equal(device.values->address, IPV4(10, 0, 0, 20));
    change(static_10);
    assert_true(poll_at(FLOTA_NET_TRIAL_MS, false)); /* restart: those have their own trial */
    boot();
    assert_int_equal(device.values->address, fixed.address);
    assert_int_equal(state_now(), FLOTA_NET_TRIAL);
}

static void a_busy_device_has_more_time(void **state)
{
    (void)state;
    change(static_10);
    boot();
    assert_false(flota_net_settings_poll(&device.settings, FLOTA_NET_TRIAL_MS * 2, false, false));
    assert_false(flota_net_settings_poll(&device.settings, FLOTA_NET_TRIAL_MS * 2, true, true));
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
}

/* Words: a save of so little takes below 14 of 32 bytes. */
static void a_change_costs_two_saves(void **state)
{
    uint32_t number = 0;
    (void)state;
    change(static_10);
    saves_since(&number);
    boot();
    assert_in_range(saves_since(&number), 1, 14);
    for (uint32_t ms = 0; ms < 100000; ms += 1000)
        poll_at(ms, false);
    assert_int_equal(saves_since(&number), 0);
    poll_at(100000, true);
    assert_in_range(saves_since(&number), 1, 14);
    for (int i = 0; i < 10; i++) {
        boot();
        poll_at(FLOTA_NET_TRIAL_MS, i % 2);
    }
    assert_int_equal(saves_since(&number), 0);
}

/* --- mistakes --- */

static void values_that_cannot_be_are_not_tried(void **state)
{
    static const char *const bad[] = {
        "{\"net\":{\"dhcp\":false}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.10\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.10\",\"mask\":\"255.0.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.10\",\"mask\":\"255.255.255.255\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.0\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.255\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"127.0.0.1\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"224.0.0.5\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"0.0.0.1\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.010\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.256\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.1.1\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"192.168.0.1 \",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dhcp\":false,\"ip\":\"hello\",\"mask\":\"255.255.255.0\"}}",
        "{\"net\":{\"dns\":\"8.8.8\"}}",
        "{\"net\":{\"dns\":\"255.255.255.255\"}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tear_down(state);
        set_up(state);
        change(bad[i]);
        boot();
        if (!device.values->is_dhcp || device.values->dns || state_now() != FLOTA_NET_ROLLED_BACK)
            fail_msg("tried: %s", bad[i]);
        boot();
        assert_string_equal(flota_config_text(&device.config, "net.ip"), "");
    }
}

static void a_full_journal_is_no_trial(void **state)
{
    char text[64];
    (void)state;
    change(static_10);
    for (int i = 0;; i++) { /* fill it */
        snprintf(text, sizeof text, "10.0.0.%d", 1 + i % 200);
        if (flota_config_set(&device.config, "net.dns", text) != 0 ||
            flota_config_save(&device.config) != 0)
            break;
    }
    flota_config_discard(&device.config);
    for (int i = 0;; i++) { /* and the room for what is the device's own */
        const struct flota_config_change note = {"net.trial", i % 2 ? "one" : "another"};
        if (flota_config_store(&device.config, &note, 1) != 0)
            break;
    }
    boot();
    assert_true(device.values->is_dhcp);
    assert_int_equal(state_now(), FLOTA_NET_ROLLED_BACK);
    assert_int_equal(flota_net_settings_seen(&device.settings), 0); /* for this run */
    assert_int_equal(state_now(), FLOTA_NET_SETTLED);
    boot();
    assert_int_equal(state_now(), FLOTA_NET_ROLLED_BACK);
}

/* net.good and net.trial are the device's own. */
static void rpc_does_not_see_its_notes(void **state)
{
    char text[512];
    struct flota_json json;
    (void)state;
    change(static_10);
    boot();
    flota_json_begin(&json, text, sizeof text);
    assert_int_equal(flota_config_json(&device.config, "net", &json), 0);
    assert_string_equal(text, "{\"dhcp\":false,\"ip\":\"192.168.0.10\",\"mask\":\"255.255.255.0\","
                              "\"gateway\":\"192.168.0.1\",\"dns\":\"\"}");
    static const char own[] = "{\"net\":{\"good\":\"\"}}";
    assert_int_equal(flota_config_set_json(&device.config, own, strlen(own), NULL),
                     FLOTA_ERR_CONFIG_KEY);
}

/* --- power cuts --- */

/* From a served fixed address to a new one: the whole way, cut at operation n. */
static bool cut_at(uint32_t n, enum flash_model_cut how, uint32_t seed, bool is_served)
{
    init(dhcp);
    change(static_10);
    boot();
    poll_at(1, true);
    change(static_20);
    device.model.random = seed;
    device.model.cut_at = device.model.operation_count + n;
    device.model.cut = how;
    bool was_cut = setjmp(device.model.power_cut) != 0;
    if (!was_cut) {
        flota_config_init(&device.config, &device.model.flash);
        flota_net_settings_add_keys(&device.settings, &device.config, &device.defaults, NULL);
        flota_net_settings_start(&device.settings, 100);
        poll_at(FLOTA_NET_TRIAL_MS, is_served);
    }
    return was_cut;
}

static bool is_one_of_both(void)
{
    return device.values->address == fixed.address || device.values->address == IPV4(10, 0, 0, 20);
}

/* Whatever was cut, the device has one address or the other, never a mixture; unserved it comes
 * back to the old one within two starts and a trial, and served it stays where it is. */
static void a_cut_at_any_word_loses_nobody(void **state)
{
    static const enum flash_model_cut ways[] = {FLASH_MODEL_CUT_BEFORE, FLASH_MODEL_CUT_TORN,
                                                FLASH_MODEL_CUT_AFTER};
    uint32_t cuts = 0;
    (void)state;
    for (uint32_t run = 0; run < 2 * 3 * 6; run++) {
        bool is_served = run % 2;
        for (uint32_t n = 1; cut_at(n, ways[run / 2 % 3], 1 + run / 6, is_served); n++, cuts++) {
            for (uint32_t starts = 0; starts < 4; starts++) {
                boot();
                assert_true(is_one_of_both());
                if (state_now() == FLOTA_NET_TRIAL && (is_served || starts == 1))
                    poll_at(FLOTA_NET_TRIAL_MS, is_served);
            }
            bool was_confirmed = device.values->address == IPV4(10, 0, 0, 20);
            assert_true(was_confirmed == is_served);
            assert_int_not_equal(state_now(), FLOTA_NET_TRIAL);
            flash_model_free(&device.model);
        }
        flash_model_free(&device.model);
    }
    assert_true(cuts > 36 * 10);
    set_up(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_firmware_s_values_are_settled),
        TEST(a_change_that_is_served_stays),
        TEST(a_change_that_nobody_reaches_goes),
        TEST(a_trial_is_told_while_it_lasts),
        TEST(that_it_was_taken_back_is_told_until_it_was_seen),
        TEST(it_goes_back_to_what_was_served_not_to_the_defaults),
        TEST(power_lost_twice_goes_back),
        TEST(other_values_begin_anew),
        TEST(a_busy_device_has_more_time),
        TEST(a_change_costs_two_saves),
        TEST(values_that_cannot_be_are_not_tried),
        TEST(a_full_journal_is_no_trial),
        TEST(rpc_does_not_see_its_notes),
        cmocka_unit_test_teardown(a_cut_at_any_word_loses_nobody, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
