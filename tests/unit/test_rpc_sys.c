/* test_rpc_sys.c - Sys.GetInfo, Sys.Reboot, Config.Get, Config.Set, Config.Save.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flash_model.h"
#include "flota/rpc_config.h"
#include "flota/rpc_sys.h"
#include "rpc_test.h"

static struct {
    struct device device;
    struct flash_model model;
    struct flota_config config;
    struct flota_config_table table;
    struct flota_rpc_sys sys;
    struct flota_rpc_config service;
    int restarts, restart_error;
    bool on_trial, busy;
} t;

/* --- what the application fills in --- */

static void get_mac(void *context, uint8_t mac[6])
{
    assert_ptr_equal(context, &t);
    memcpy(mac, "\x02\x00\xAB\xCD\xEF\x01", 6);
}

static uint32_t get_uptime(void *context)
{
    (void)context;
    return 4000000000u;
}

static void get_memory(void *context, struct flota_rpc_memory *memory)
{
    (void)context;
    *memory = (struct flota_rpc_memory){524288, 400000, 390000};
}

static void get_ethernet(void *context, struct flota_rpc_address *address)
{
    (void)context;
    *address = (struct flota_rpc_address){"192.168.0.10", "255.255.255.0", ""};
}

static int restart_allowed(void *context)
{
    (void)context;
    return t.restart_error;
}

static bool is_on_trial(void *context)
{
    (void)context;
    return t.on_trial;
}

static void restart(void *context)
{
    (void)context;
    t.restarts++;
}

static bool is_quiet(void *context)
{
    assert_ptr_equal(context, &t.busy);
    return !t.busy;
}

static const struct flota_config_key keys[] = {
    {.key = "update.interval", .type = FLOTA_CONFIG_INTEGER, .initial = "300"},
    {.key = "update.url", .type = FLOTA_CONFIG_STRING, .initial = ""},
    {.key = "rpc.secret", .type = FLOTA_CONFIG_STRING, .initial = "", .is_secret = true},
    {.key = "led", .type = FLOTA_CONFIG_BOOLEAN, .initial = "true"},
};

/* Added where it matters: the others are read whole. */
static const struct flota_config_key acl_keys[] = {
    {.key = "rpc.acl", .type = FLOTA_CONFIG_STRING, .initial = ""},
};

static void start_config(void)
{
    t.table = (struct flota_config_table){.keys = keys, .count = sizeof keys / sizeof keys[0]};
    flota_config_init(&t.config, &t.model.flash);
    flota_config_add(&t.config, &t.table);
}

static int set_up(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    struct flota_rpc_sys_config config = {.app = "project2",
                                          .fw_version = "1.2.3",
                                          .fw_id = "4711abcd",
                                          .arch = "test-board",
                                          .context = &t,
                                          .mac = get_mac,
                                          .uptime_s = get_uptime,
                                          .memory = get_memory,
                                          .ethernet = get_ethernet,
                                          .restart_allowed = restart_allowed,
                                          .is_on_trial = is_on_trial,
                                          .restart = restart};
    device_init(&t.device, FLOTA_AUTH_NONE);
    flash_model_init(&t.model, &flash_model_h745);
    start_config();
    flota_rpc_sys_init(&t.sys, &config, &t.device.rpc);
    flota_rpc_config_init(&t.service, &t.config, &t.device.rpc, &t.sys, is_quiet, &t.busy);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    flash_model_free(&t.model);
    return 0;
}

static const char *call(const char *method, const char *params)
{
    char frame[512];
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
    return ask(&t.device, frame);
}

static void poll_at(uint32_t ms)
{
    flota_rpc_sys_poll(&t.sys, t.device.now_ms + ms);
}

/* --- Sys --- */

static void info_tells_what_the_application_says(void **state)
{
    (void)state;
    assert_string_equal(
        call("Sys.GetInfo", "{}"),
        "{\"id\":1,\"src\":\"dev1\",\"result\":{\"id\":\"dev1\",\"app\":\"project2\","
        "\"fw_version\":\"1.2.3\",\"fw_id\":\"4711abcd\",\"mac\":\"0200ABCDEF01\",\"arch\":"
        "\"test-board\",\"uptime\":4000000000,\"ram_size\":524288,\"ram_free\":400000,"
        "\"ram_min_free\":390000,\"fs_size\":0,\"fs_free\":0,\"wifi\":null,\"eth\":{\"ip\":"
        "\"192.168.0.10\",\"netmask\":\"255.255.255.0\",\"gw\":\"\"}}}");
}

static void what_does_not_exist_is_null_or_0(void **state)
{
    struct flota_rpc_sys_config nothing = {.restart = restart};
    (void)state;
    flota_rpc_sys_init(&t.sys, &nothing, &t.device.rpc);
    assert_string_equal(
        call("Sys.GetInfo", "{}"),
        "{\"id\":1,\"src\":\"dev1\",\"result\":{\"id\":\"dev1\",\"app\":null,\"fw_version\":null,"
        "\"fw_id\":null,\"mac\":null,\"arch\":null,\"uptime\":0,\"ram_size\":0,\"ram_free\":0,"
        "\"ram_min_free\":0,\"fs_size\":0,\"fs_free\":0,\"wifi\":null,\"eth\":null}}");
    assert_true(has(call("Sys.Reboot", "{}"), "{\"delay_ms\":100}"));
}

static void the_restart_comes_after_the_reply_and_its_delay(void **state)
{
    const char *frame = "{\"id\":1,\"method\":\"Sys.Reboot\",\"params\":{\"delay_ms\":500}}";
    (void)state;
    flota_rpc_take(&t.device.channel, frame, strlen(frame), t.device.now_ms);
    poll_at(10000);
    assert_int_equal(t.restarts, 0); /* the reply still waits */
    t.device.now_ms += 10000;
    flota_rpc_poll(&t.device.channel, t.device.now_ms);
    flota_rpc_sent(&t.device.channel);
    poll_at(499);
    assert_int_equal(t.restarts, 0);
    assert_int_equal(code_of(ask(&t.device, GOOD_FRAME)), 418);
    poll_at(500);
    poll_at(501);
    assert_int_equal(t.restarts, 1);
}

static void a_client_that_has_gone_gets_its_restart(void **state)
{
    const char *frame = "{\"id\":1,\"method\":\"Sys.Reboot\"}";
    (void)state;
    flota_rpc_take(&t.device.channel, frame, strlen(frame), t.device.now_ms);
    flota_rpc_close(&t.device.channel);
    poll_at(FLOTA_RPC_REBOOT_MS);
    assert_int_equal(t.restarts, 1);
}

static void a_restart_without_an_id_needs_no_reply(void **state)
{
    (void)state;
    assert_string_equal(ask(&t.device, "{\"method\":\"Sys.Reboot\"}"), "");
    poll_at(FLOTA_RPC_REBOOT_MS);
    assert_int_equal(t.restarts, 1);
}

static void a_restart_is_refused_while_an_update_restarts(void **state)
{
    (void)state;
    t.restart_error = FLOTA_ERR_UPDATE_BUSY;
    assert_int_equal(code_of(call("Sys.Reboot", "{}")), 429);
    poll_at(1000);
    assert_int_equal(t.restarts, 0);
    assert_int_equal(code_of(ask(&t.device, GOOD_FRAME)), 0);
    /* And when the update comes in between, it does its own. */
    t.restart_error = 0;
    assert_int_equal(code_of(call("Sys.Reboot", "{}")), 0);
    t.restart_error = FLOTA_ERR_UPDATE_BUSY;
    poll_at(1000);
    assert_int_equal(t.restarts, 0);
}

static void a_delay_out_of_range_is_refused(void **state)
{
    (void)state;
    assert_int_equal(code_of(call("Sys.Reboot", "{\"delay_ms\":-1}")), 400);
    assert_int_equal(code_of(call("Sys.Reboot", "{\"delay_ms\":60001}")), 400);
    assert_int_equal(code_of(call("Sys.Reboot", "{\"delay_ms\":60000}")), 0);
}

static void on_trial_a_restart_warns(void **state)
{
    (void)state;
    t.on_trial = true;
    assert_true(has(call("Sys.Reboot", "{}"),
                    "{\"delay_ms\":100,\"warning\":\"the firmware is on trial: this restart counts "
                    "as one of its attempts\"}"));
}

/* --- Config --- */

static void the_configuration_is_read_whole_by_section_and_by_key(void **state)
{
    (void)state;
    assert_true(has(call("Config.Get", "{}"),
                    "\"result\":{\"update\":{\"interval\":300,\"url\":\"\"},\"rpc\":{\"secret\":"
                    "\"\"},\"led\":true}}"));
    assert_true(has(call("Config.Get", "{\"key\":\"update\"}"),
                    "\"result\":{\"interval\":300,\"url\":\"\"}}"));
    assert_true(has(call("Config.Get", "{\"key\":\"update.interval\"}"), "\"result\":300}"));
    const char *reply = call("Config.Get", "{\"key\":\"updates\"}");
    assert_int_equal(code_of(reply), 404);
    assert_true(has(reply, "\"message\":\"updates: there is no configuration key of this name; "));
    assert_int_equal(
        code_of(call("Config.Get", "{\"key\":\"0123456789012345678901234567890123456789\"}")), 400);
}

static void a_change_is_in_ram_until_it_is_saved(void **state)
{
    (void)state;
    assert_true(has(call("Config.Set", "{\"config\":{\"update\":{\"interval\":60},\"rpc\":"
                                       "{\"secret\":\"s\"}}}"),
                    "\"result\":{\"saved\":false}}"));
    assert_true(has(call("Config.Get", "{\"key\":\"update.interval\"}"), "\"result\":60}"));
    assert_true(has(call("Config.Get", "{\"key\":\"rpc.secret\"}"), "\"result\":\"***\"}"));
    start_config();
    assert_true(has(call("Config.Get", "{\"key\":\"update.interval\"}"), "\"result\":300}"));
    call("Config.Set", "{\"config\":{\"update\":{\"interval\":60}}}");
    assert_true(has(call("Config.Save", "{}"), "\"result\":{\"saved\":true}}"));
    start_config();
    assert_true(has(call("Config.Get", "{\"key\":\"update.interval\"}"), "\"result\":60}"));
}

static void a_change_may_be_saved_and_restarted_into_at_once(void **state)
{
    (void)state;
    assert_true(
        has(call("Config.Set", "{\"config\":{\"led\":false},\"save\":true,\"reboot\":true}"),
            "\"result\":{\"saved\":true}}"));
    assert_int_equal(t.restarts, 0);
    poll_at(FLOTA_RPC_REBOOT_MS);
    assert_int_equal(t.restarts, 1);
    start_config();
    assert_false(flota_config_boolean(&t.config, "led"));
}

static void save_may_restart_too(void **state)
{
    (void)state;
    assert_int_equal(code_of(call("Config.Save", "{\"reboot\":true}")), 0);
    poll_at(FLOTA_RPC_REBOOT_MS);
    assert_int_equal(t.restarts, 1);
}

static void a_wrong_value_changes_nothing_and_is_named(void **state)
{
    (void)state;
    const char *reply = call("Config.Set", "{\"config\":{\"led\":false,\"update\":{\"interval\":"
                                           "\"often\"}},\"save\":true,\"reboot\":true}");
    assert_int_equal(code_of(reply), 400);
    assert_true(has(reply, "\"message\":\"update.interval: the value is not of the key's type"));
    reply = call("Config.Set", "{\"config\":{\"led\":false,\"ledd\":true}}");
    assert_int_equal(code_of(reply), 404);
    assert_true(has(reply, "\"message\":\"ledd: there is no"));
    assert_true(has(call("Config.Get", "{\"key\":\"led\"}"), "\"result\":true}"));
    poll_at(10000);
    assert_int_equal(t.restarts, 0);
    assert_int_equal(t.model.operation_count, 0);
}

static const char *set_acl(const char *acl)
{
    char params[400];
    snprintf(params, sizeof params, "{\"config\":{\"led\":false,\"rpc\":{\"acl\":\"%s\"}}}", acl);
    return call("Config.Set", params);
}

/* It would hold after each restart, and after each update. */
static void a_list_that_locks_everybody_out_is_refused(void **state)
{
    static const char *const bad[] = {"[oops", "{}", "[{\\\"method\\\":\\\"*\\\"}]",
                                      "[{\\\"method\\\":\\\"*\\\",\\\"acl\\\":\\\"\\\"}]",
                                      "[{\\\"method\\\":\\\"*\\\",\\\"acl\\\":\\\"admin\\\"}]"};
    static struct flota_config_table table;
    (void)state;
    table = (struct flota_config_table){.keys = acl_keys, .count = 1};
    flota_config_add(&t.config, &table);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *reply = set_acl(bad[i]);
        assert_int_equal(code_of(reply), 400);
        assert_true(has(reply, "\"message\":\"rpc.acl: it cannot be read, or lets nobody call "));
        assert_string_equal(flota_config_text(&t.config, "rpc.acl"), "");
        assert_true(flota_config_boolean(&t.config, "led"));
    }
    assert_int_equal(code_of(set_acl("[{\\\"method\\\":\\\"Config.*\\\",\\\"acl\\\":\\\"*\\\"}]")),
                     0);
    assert_int_equal(code_of(set_acl("[{\\\"method\\\":\\\"Sys.*\\\",\\\"acl\\\":\\\"\\\"}]")), 0);
    assert_int_equal(code_of(set_acl("")), 0);
}

/* Who has credentials is not locked out by a list that wants them. */
static void a_list_for_the_devices_user_is_taken(void **state)
{
    static struct flota_config_table table;
    (void)state;
    table = (struct flota_config_table){.keys = acl_keys, .count = 1};
    flota_config_add(&t.config, &table);
    t.device.rpc.auth = FLOTA_AUTH_BASIC("admin", "secret");
    t.device.channel.origin.is_trusted = true;
    assert_int_equal(code_of(set_acl("[{\\\"method\\\":\\\"*\\\",\\\"acl\\\":\\\"admin\\\"}]")), 0);
    assert_int_equal(code_of(set_acl("[{\\\"method\\\":\\\"*\\\",\\\"acl\\\":\\\"root\\\"}]")),
                     400);
}

static void while_an_update_uses_the_flash_nothing_is_saved(void **state)
{
    (void)state;
    t.busy = true;
    assert_int_equal(code_of(call("Config.Save", "{}")), 429);
    assert_int_equal(code_of(call("Config.Set", "{\"config\":{\"led\":false},\"save\":true}")),
                     429);
    assert_true(has(call("Config.Get", "{\"key\":\"led\"}"), "\"result\":true}"));
    assert_int_equal(code_of(call("Config.Set", "{\"config\":{\"led\":false}}")), 0);
    assert_int_equal(t.model.operation_count, 0);
}

static void while_an_update_restarts_nothing_is_changed(void **state)
{
    (void)state;
    t.restart_error = FLOTA_ERR_UPDATE_BUSY;
    assert_int_equal(
        code_of(call("Config.Set", "{\"config\":{\"led\":false},\"save\":true,\"reboot\":true}")),
        429);
    assert_true(flota_config_boolean(&t.config, "led"));
    assert_int_equal(t.model.operation_count, 0);
}

static int program_fails(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port, (void)slot, (void)offset, (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void flash_that_fails_is_reported(void **state)
{
    (void)state;
    call("Config.Set", "{\"config\":{\"led\":false}}");
    t.model.flash.program_start = program_fails;
    const char *reply = call("Config.Save", "{\"reboot\":true}");
    assert_int_equal(code_of(reply), 500);
    poll_at(10000);
    assert_int_equal(t.restarts, 0);
    assert_false(flota_config_boolean(&t.config, "led")); /* what was set before stays set */
}

static void a_set_that_cannot_be_saved_changes_nothing(void **state)
{
    (void)state;
    call("Config.Set", "{\"config\":{\"update\":{\"interval\":60}}}");
    t.model.flash.program_start = program_fails;
    assert_int_equal(code_of(call("Config.Set", "{\"config\":{\"led\":false},\"save\":true}")),
                     500);
    assert_true(flota_config_boolean(&t.config, "led"));
    assert_int_equal(flota_config_integer(&t.config, "update.interval"), 60);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(info_tells_what_the_application_says),
        TEST(what_does_not_exist_is_null_or_0),
        TEST(the_restart_comes_after_the_reply_and_its_delay),
        TEST(a_client_that_has_gone_gets_its_restart),
        TEST(a_restart_without_an_id_needs_no_reply),
        TEST(a_restart_is_refused_while_an_update_restarts),
        TEST(a_delay_out_of_range_is_refused),
        TEST(on_trial_a_restart_warns),
        TEST(the_configuration_is_read_whole_by_section_and_by_key),
        TEST(a_change_is_in_ram_until_it_is_saved),
        TEST(a_change_may_be_saved_and_restarted_into_at_once),
        TEST(save_may_restart_too),
        TEST(a_wrong_value_changes_nothing_and_is_named),
        TEST(a_list_that_locks_everybody_out_is_refused),
        TEST(a_list_for_the_devices_user_is_taken),
        TEST(while_an_update_uses_the_flash_nothing_is_saved),
        TEST(while_an_update_restarts_nothing_is_changed),
        TEST(flash_that_fails_is_reported),
        TEST(a_set_that_cannot_be_saved_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
