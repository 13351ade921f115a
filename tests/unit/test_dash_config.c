/* test_dash_config.c - an endpoint whose fields are configuration keys: kept in flash, all or
 * nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dash_fixture.h"
#include "flash_model.h"
#include "flota/journal.h"
#include "glue_example.c"

const unsigned char flota_page[1];
const unsigned long flota_page_size = 1;

static const struct flash_model_geometry geometry = {16384, 2, 3, 32, 5, 2};

static const struct flota_config_key keys[] = {
    {"net.ip", FLOTA_CONFIG_STRING, "192.168.0.10", false},
    {"net.dhcp", FLOTA_CONFIG_BOOLEAN, "false", false},
    {"net.port", FLOTA_CONFIG_INTEGER, "80", false},
    {"net.pass", FLOTA_CONFIG_STRING, "", true},
    {"a", FLOTA_CONFIG_STRING, "", false},
    {"b", FLOTA_CONFIG_STRING, "", false},
    {"c", FLOTA_CONFIG_STRING, "", false},
    {"d", FLOTA_CONFIG_STRING, "", false},
    {"e", FLOTA_CONFIG_STRING, "", false},
    {"f", FLOTA_CONFIG_STRING, "", false},
    {"g", FLOTA_CONFIG_STRING, "", false},
    {"h", FLOTA_CONFIG_STRING, "", false},
};

static struct {
    struct flash_model model;
    struct flota_config config;
    struct flota_config_table table;
    bool is_busy;
} device;

static bool is_quiet(void *context)
{
    assert_ptr_equal(context, &device);
    return !device.is_busy;
}

/* A new boot: RAM is lost. */
static void boot(void)
{
    memset(&device.config, 0xA5, sizeof device.config);
    device.table = (struct flota_config_table){.keys = keys, .count = sizeof keys / sizeof *keys};
    flota_config_init(&device.config, &device.model.flash);
    flota_config_add(&device.config, &device.table);
    const struct flota_dash_config config = {
        .endpoints = flota_glue.endpoints,
        .endpoint_count = flota_glue.endpoint_count,
        .config = &device.config,
        .is_quiet = is_quiet,
        .context = &device,
    };
    set_up_world(&config);
}

static int set_up(void **state)
{
    (void)state;
    memset(&device, 0, sizeof device);
    flash_model_init(&device.model, &geometry);
    boot();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

#define FIRST "{\"ip\":\"192.168.0.10\",\"dhcp\":false,\"port\":80}"

static void values_are_those_of_the_configuration_and_survive_a_restart(void **state)
{
    (void)state;
    expect("GET", "/api/net", NULL, 200, FIRST);
    expect("POST", "/api/net", "{\"ip\":\"10.0.0.\\u0037 \\\"x\\\"\",\"port\":8080}", 200,
           "{\"ip\":\"10.0.0.7 \\\"x\\\"\",\"dhcp\":false,\"port\":8080}");
    assert_string_equal(flota_config_text(&device.config, "net.ip"), "10.0.0.7 \"x\"");
    boot();
    expect("GET", "/api/net", NULL, 200,
           "{\"ip\":\"10.0.0.7 \\\"x\\\"\",\"dhcp\":false,\"port\":8080}");
    expect("POST", "/api/net", "{\"dhcp\":true}", 200, NULL);
    assert_int_equal(flota_config_integer(&device.config, "net.port"), 8080);
    boot();
    assert_true(flota_config_boolean(&device.config, "net.dhcp"));
}

static void a_change_that_is_refused_changes_nothing(void **state)
{
    (void)state;
    expect_refusal("POST", "/api/net", "{\"dhcp\":true,\"port\":0}", 400, "from 1 to 65535");
    expect_refusal("POST", "/api/net", "{\"dhcp\":true,\"ip\":\"1234567890123456\"}", 400,
                   "at most 15 bytes");
    expect("GET", "/api/net", NULL, 200, FIRST);
    boot();
    expect("GET", "/api/net", NULL, 200, FIRST);
}

static void while_an_update_uses_the_flash_it_says_so(void **state)
{
    (void)state;
    device.is_busy = true;
    expect_refusal("POST", "/api/net", "{\"dhcp\":true}", 409, "UPDATE_BUSY");
    assert_non_null(strstr(answer(), "send it again when the update is over"));
    expect("GET", "/api/net", NULL, 200, FIRST);
    device.is_busy = false;
    expect("POST", "/api/net", "{\"dhcp\":true}", 200, NULL);
}

static void a_full_configuration_is_507_and_changes_nothing(void **state)
{
    (void)state;
    char text[FLOTA_CONFIG_VALUE_MAX], key[2] = "a";
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    while (key[0] <= 'h' && flota_config_set(&device.config, key, text) == 0)
        key[0]++;
    assert_true(key[0] <= 'h');
    for (size_t size = sizeof text - 1; size > 0; size--) { /* to the last byte */
        text[size] = '\0';
        if (flota_config_set(&device.config, key, text) == 0)
            break;
    }
    assert_int_equal(flota_config_save(&device.config), 0);
    expect("POST", "/api/net", "{\"dhcp\":true,\"ip\":\"10.20.30.40\"}", 507, NULL);
    expect("GET", "/api/net", NULL, 200, FIRST);
    boot();
    expect("GET", "/api/net", NULL, 200, FIRST);
}

/* A change by RPC that is not saved yet is another person's. */
static void what_others_changed_is_neither_saved_nor_lost(void **state)
{
    (void)state;
    assert_int_equal(flota_config_set(&device.config, "a", "waits"), 0);
    expect("POST", "/api/net", "{\"port\":-1}", 400, NULL);
    expect("POST", "/api/net", "{\"port\":8080,\"dhcp\":true}", 200,
           "{\"ip\":\"192.168.0.10\",\"dhcp\":true,\"port\":8080}");
    assert_string_equal(flota_config_text(&device.config, "a"), "waits");
    boot();
    assert_string_equal(flota_config_text(&device.config, "a"), "");
    assert_int_equal(flota_config_integer(&device.config, "net.port"), 8080);
    assert_true(flota_config_boolean(&device.config, "net.dhcp"));
}

/* The generator refuses such a description; the device does not rely on it. */
static void private_keys_are_neither_read_nor_written(void **state)
{
    (void)state;
    assert_int_equal(flota_config_set(&device.config, "net.ip", "10.0.0.7"), 0);
    assert_int_equal(flota_config_save(&device.config), 0);
    device.table.is_private = true;
    expect("GET", "/api/net", NULL, 200, FIRST);
    expect_refusal("POST", "/api/net", "{\"ip\":\"10.0.0.8\"}", 400, "net.ip");
    assert_string_equal(flota_config_text(&device.config, "net.ip"), "10.0.0.7");
}

/* Each change takes words of the journal; when there are no more the updates have room still. */
static void saving_for_ever_ends_in_words_and_leaves_room_for_an_update(void **state)
{
    char body[64];
    int status = 200;
    (void)state;
    for (int port = 1000; status == 200 && port < 9000; port++) {
        snprintf(body, sizeof body, "{\"port\":%d}", port);
        status = request("POST", "/api/net", "", body);
    }
    assert_int_equal(status, 507);
    assert_non_null(strstr(answer(), "CONFIG_FULL"));
    uint32_t words = flota_journal_word_count(&device.model.flash);
    uint32_t used = flota_journal_end(&device.model.flash, FLOTA_SLOT_ACTIVE);
    assert_true(words - used >= FLOTA_JOURNAL_KEEP_CONFIG);
    expect("GET", "/api/net", NULL, 200, NULL);
}

static void a_secret_goes_in_and_never_out(void **state)
{
    (void)state;
    static struct flota_field fields[4];
    struct flota_endpoint *net = &endpoints[ENDPOINT_NET];
    static struct {
        struct net net;
        char pass[16];
    } data, scratch;
    memcpy(fields, net_fields, sizeof net_fields);
    fields[3] = (struct flota_field){.name = "pass",
                                     .type = FLOTA_FIELD_STRING,
                                     .offset = sizeof(struct net),
                                     .size = 16,
                                     .is_secret = true};
    const struct flota_endpoint before = *net;
    net->fields = fields;
    net->field_count = 4;
    net->size = sizeof data;
    net->data = &data;
    net->scratch = &scratch;
    expect("POST", "/api/net", "{\"pass\":\"geheim\"}", 200, NULL);
    assert_non_null(strstr(answer(), "\"pass\":\"\"}"));
    expect("POST", "/api/net", "{\"pass\":\"\",\"dhcp\":true}", 200, NULL);
    *net = before;
    boot();
    assert_string_equal(flota_config_text(&device.config, "net.pass"), "geheim");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_those_of_the_configuration_and_survive_a_restart),
        TEST(a_change_that_is_refused_changes_nothing),
        TEST(while_an_update_uses_the_flash_it_says_so),
        TEST(a_full_configuration_is_507_and_changes_nothing),
        TEST(what_others_changed_is_neither_saved_nor_lost),
        TEST(private_keys_are_neither_read_nor_written),
        TEST(saving_for_ever_ends_in_words_and_leaves_room_for_an_update),
        TEST(a_secret_goes_in_and_never_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
