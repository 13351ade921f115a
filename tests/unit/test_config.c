/* test_config.c - keys, values, JSON; saves in the journals, through power cuts and bank swaps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/boot.h"
#include "flota/config.h"
#include "flota/error.h"
#include "flota/journal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct flash_model_geometry geometry = {16384, 2, 3, 32, 5, 2}; /* 512 words */
static const struct flash_model_geometry tiny = {3072, 2, 3, 32, 5, 2};      /* 96 words */

static const struct flota_config_key update_keys[] = {
    {"update.url", FLOTA_CONFIG_STRING, "", false},
    {"update.interval", FLOTA_CONFIG_INTEGER, "300", false},
    {"update.tls.ca", FLOTA_CONFIG_STRING, "ca.pem", false},
    {"mqtt.enable", FLOTA_CONFIG_BOOLEAN, "true", false},
    {"mqtt.pass", FLOTA_CONFIG_STRING, "", true},
    {"update.interval", FLOTA_CONFIG_STRING, "second", false},
};
static const struct flota_config_key project_keys[] = {
    {"device.id", FLOTA_CONFIG_STRING, "dev1", false},
    {"mqtt.port", FLOTA_CONFIG_INTEGER, "1883", false},
    {"bad..key", FLOTA_CONFIG_INTEGER, "1", false},
    {"note", FLOTA_CONFIG_STRING, "", false},
    {"name2", FLOTA_CONFIG_STRING, "", false},
};

static struct {
    struct flash_model model;
    struct flota_config config;
    struct flota_config_table update;
    struct flota_config_table project;
} device;

static struct flota_config *config(void)
{
    return &device.config;
}

static const struct flota_flash *flash(void)
{
    return &device.model.flash;
}

/* A new boot: RAM is lost. */
static void boot(void)
{
    memset(config(), 0xA5, sizeof *config());
    device.update = (struct flota_config_table){.keys = update_keys, .count = 6};
    device.project = (struct flota_config_table){.keys = project_keys, .count = 5};
    flota_config_init(config(), flash());
    flota_config_add(config(), &device.update);
    flota_config_add(config(), &device.project);
}

static int begin(void **state)
{
    (void)state;
    flash_model_init(&device.model, &geometry);
    boot();
    return 0;
}

static int begin_tiny(void **state)
{
    (void)state;
    flash_model_init(&device.model, &tiny);
    boot();
    return 0;
}

static int end(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

static void swap_banks(void)
{
    device.model.active = device.model.next_active = 1 - device.model.active;
    boot();
}

static void erase_spare_journal(void)
{
    assert_int_equal(
        flash()->erase_start(flash()->port, FLOTA_SLOT_SPARE, flash()->sector_count - 1), 0);
    while (flash()->poll(flash()->port) == FLOTA_FLASH_BUSY)
        ;
}

static uint32_t words_used(void)
{
    return flota_journal_end(flash(), FLOTA_SLOT_ACTIVE);
}

static void set(const char *key, const char *value)
{
    assert_int_equal(flota_config_set(config(), key, value), 0);
}

static void set_and_save(const char *key, const char *value)
{
    set(key, value);
    assert_int_equal(flota_config_save(config()), 0);
}

static void assert_value(const char *key, const char *value)
{
    assert_string_equal(flota_config_text(config(), key), value);
}

/* --- keys and values --- */

static void without_a_save_the_defaults_hold(void **state)
{
    (void)state;
    assert_value("update.url", "");
    assert_int_equal(flota_config_integer(config(), "update.interval"), 300);
    assert_true(flota_config_boolean(config(), "mqtt.enable"));
    assert_value("device.id", "dev1");
    assert_int_equal(words_used(), 0);
}

static void an_unknown_key_has_no_value_and_takes_none(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",         "nothing",     "update",    "update.",
        "bad..key", "update.url=", "a.b.c.d.e", "0123456789012345678901234567890123456789"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_value(keys[i], "");
        assert_int_equal(flota_config_integer(config(), keys[i]), 0);
        assert_false(flota_config_boolean(config(), keys[i]));
        assert_int_equal(flota_config_set(config(), keys[i], "1"), FLOTA_ERR_CONFIG_KEY);
        assert_int_equal(flota_config_reset(config(), keys[i]), FLOTA_ERR_CONFIG_KEY);
    }
}

static void a_value_must_be_of_the_keys_type(void **state)
{
    (void)state;
    static const char *const bad_integers[] = {
        "",    "1 ", " 1",         "+1",          "1.0", "0x1",
        "--1", "-",  "2147483648", "-2147483649", "01",  "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad_integers / sizeof bad_integers[0]; i++)
        assert_int_equal(flota_config_set(config(), "update.interval", bad_integers[i]),
                         FLOTA_ERR_CONFIG_VALUE);
    assert_int_equal(flota_config_set(config(), "mqtt.enable", "1"), FLOTA_ERR_CONFIG_VALUE);
    assert_int_equal(flota_config_set(config(), "update.url", "\xC3"), FLOTA_ERR_CONFIG_VALUE);
    assert_int_equal(flota_config_integer(config(), "update.interval"), 300);
    set("update.interval", "-2147483648");
    assert_int_equal(flota_config_integer(config(), "update.interval"), INT32_MIN);
    set("update.interval", "2147483647");
    assert_int_equal(flota_config_integer(config(), "update.interval"), INT32_MAX);
    set("mqtt.enable", "false");
    assert_false(flota_config_boolean(config(), "mqtt.enable"));
}

static void a_text_has_at_most_255_bytes(void **state)
{
    (void)state;
    char text[258];
    memset(text, 'x', sizeof text);
    text[256] = '\0';
    assert_int_equal(flota_config_set(config(), "update.url", text), FLOTA_ERR_CONFIG_VALUE);
    text[255] = '\0';
    set_and_save("update.url", text);
    boot();
    assert_value("update.url", text);
}

/* --- saves --- */

static void what_was_saved_holds_after_a_boot_and_what_was_not_does_not(void **state)
{
    (void)state;
    set_and_save("update.interval", "60");
    set("mqtt.port", "8883");
    boot();
    assert_int_equal(flota_config_integer(config(), "update.interval"), 60);
    assert_int_equal(flota_config_integer(config(), "mqtt.port"), 1883);
}

static void discard_goes_back_to_the_last_save(void **state)
{
    (void)state;
    set_and_save("update.interval", "60");
    set("update.interval", "61");
    set("note", "x");
    flota_config_discard(config());
    assert_int_equal(flota_config_integer(config(), "update.interval"), 60);
    assert_value("note", "");
    assert_value("device.id", "dev1"); /* the tables are still there */
}

static void a_save_without_a_change_writes_nothing(void **state)
{
    (void)state;
    assert_int_equal(flota_config_save(config()), 0);
    assert_int_equal(words_used(), 0);
    set_and_save("update.interval", "60");
    uint32_t used = words_used();
    set("update.interval", "61");
    set("update.interval", "60");
    assert_int_equal(flota_config_save(config()), 0);
    assert_int_equal(words_used(), used);
}

static void one_value_takes_three_words_however_many_there_are(void **state)
{
    (void)state;
    set("update.url", "http://example.test/firmware/thermostat/latest.zip");
    set("device.id", "thermostat-0123456789");
    set_and_save("note", "kitchen, left of the window");
    uint32_t used = words_used();
    set_and_save("update.interval", "60");
    assert_int_equal(words_used(), used + 3);
    boot();
    assert_value("note", "kitchen, left of the window");
    assert_value("update.interval", "60");
}

static void a_value_that_goes_back_to_its_default_is_gone_from_flash(void **state)
{
    (void)state;
    static const char text[] = "so long that it is not written again without need";
    set_and_save("update.interval", "60");
    set_and_save("note", text);
    set_and_save("update.interval", "300");
    assert_int_equal(config()->values.size, strlen("note=") + sizeof text);
    boot();
    assert_int_equal(config()->values.size, strlen("note=") + sizeof text);
    assert_int_equal(flota_config_reset(config(), "note"), 0);
    assert_int_equal(flota_config_save(config()), 0);
    boot();
    assert_value("note", "");
    assert_int_equal(config()->values.size, 0);
}

static void a_thousand_saves_are_read_back_each(void **state)
{
    (void)state;
    static const struct flash_model_geometry chip = {131072, 1, 2, 32, 0, 0};
    flash_model_free(&device.model);
    flash_model_init(&device.model, &chip);
    boot();
    uint32_t count = 0;
    int error = 0;
    for (char text[12]; error == 0; count += error == 0) {
        snprintf(text, sizeof text, "%u", (unsigned)(1000 + count));
        set("update.interval", text);
        error = flota_config_save(config());
        if (count % 100 == 0 || error != 0) {
            boot();
            assert_int_equal(flota_config_integer(config(), "update.interval"),
                             1000 + count - (error != 0));
        }
    }
    assert_int_equal(error, FLOTA_ERR_CONFIG_FULL);
    print_message("%u one-value saves fit into an empty journal of the chip\n", (unsigned)count);
    assert_true(count > 900);
    assert_true(words_used() <= 4096 - FLOTA_JOURNAL_KEEP_CONFIG - 192);
}

static void a_full_journal_says_so_and_keeps_what_it_holds(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    flash_model_init(&device.model, &tiny);
    boot();
    char text[12];
    int error = 0;
    uint32_t last = 0;
    for (uint32_t i = 1; error == 0; i++) {
        snprintf(text, sizeof text, "%u", (unsigned)i);
        set("update.interval", text);
        error = flota_config_save(config());
        last = error == 0 ? i : last;
    }
    assert_int_equal(error, FLOTA_ERR_CONFIG_FULL);
    assert_true(96 - words_used() >= FLOTA_JOURNAL_KEEP_CONFIG);
    boot();
    assert_int_equal(flota_config_integer(config(), "update.interval"), last);
}

/* Who saves again and again must not keep others from setting a password, nor the device from what
 * it notes itself. All of it leaves what an update needs. */
static void private_keys_have_room_that_other_saves_leave(void **state)
{
    (void)state;
    static const struct flash_model_geometry chip = {131072, 1, 2, 32, 0, 0};
    static const struct flota_config_key own_keys[] = {{"own.a", FLOTA_CONFIG_STRING, "", true},
                                                       {"own.b", FLOTA_CONFIG_STRING, "", true}};
    struct flota_config_table own = {.keys = own_keys, .count = 2, .is_private = true};
    const struct flota_config_change changes[] = {
        {"own.a", "0123456789012345678901234567890123"}, {"own.b", "right"}, {"own.a", NULL}};
    struct flota_config_change common = {"update.interval", NULL};
    char text[12];
    int error = 0;
    flash_model_free(&device.model);
    flash_model_init(&device.model, &chip);
    boot();
    flota_config_add(config(), &own);
    set_and_save("note", "something to carry along");
    for (uint32_t i = 1000; error == 0; i++) {
        snprintf(text, sizeof text, "%u", (unsigned)i);
        common.value = text;
        error = flota_config_store(config(), &common, 1);
    }
    assert_int_equal(error, FLOTA_ERR_CONFIG_FULL);
    for (size_t i = 0; i < 3; i++) /* the last one is a snapshot */
        assert_int_equal(flota_config_store(config(), &changes[i], 1), 0);
    assert_int_equal(flota_config_store(config(), &common, 1), FLOTA_ERR_CONFIG_FULL);
    set("update.interval", text);
    assert_int_equal(flota_config_save(config()), FLOTA_ERR_CONFIG_FULL);
    for (uint32_t i = 0; error == 0 || i == 0; i++) { /* and this room has its end, too */
        const struct flota_config_change change = {"own.a", i % 2 ? "one" : "another"};
        error = flota_config_store(config(), &change, 1);
        assert_true(i < 100);
    }
    assert_int_equal(error, FLOTA_ERR_CONFIG_FULL);
    assert_true(4096 - words_used() >= FLOTA_JOURNAL_KEEP_CONFIG + 192);
    boot();
    flota_config_add(config(), &own);
    assert_value("own.b", "right");
    assert_value("note", "something to carry along");
}

static void more_than_a_journal_can_carry_is_refused_when_it_is_set(void **state)
{
    (void)state;
    char text[90];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    set("update.url", "short");
    assert_int_equal(flota_config_set(config(), "note", text), FLOTA_ERR_CONFIG_FULL);
    assert_value("note", "");
    assert_int_equal(flota_config_set(config(), "update.url", text), FLOTA_ERR_CONFIG_FULL);
    assert_value("update.url", "short");
}

static void all_that_a_configuration_may_hold_can_be_saved_and_carried(void **state)
{
    (void)state;
    static const struct flash_model_geometry chip = {131072, 1, 2, 32, 0, 0};
    static struct flota_config_key many[9];
    static char names[9][8];
    char text[227];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    flash_model_free(&device.model);
    flash_model_init(&device.model, &chip);
    boot();
    struct flota_config_table table = {.keys = many, .count = 9};
    for (uint32_t i = 0; i < 9; i++) {
        snprintf(names[i], sizeof names[i], "k%u", (unsigned)i);
        many[i] = (struct flota_config_key){names[i], FLOTA_CONFIG_STRING, "", false};
    }
    flota_config_add(config(), &table);
    int error = 0;
    for (uint32_t i = 0; i < 9 && error == 0; i++)
        error = flota_config_set(config(), names[i], text);
    assert_int_equal(error, FLOTA_ERR_CONFIG_FULL);
    assert_true(config()->values.size > 1800);
    assert_int_equal(flota_config_save(config()), 0);
    uint32_t size = config()->values.size;
    swap_banks();
    assert_int_equal(config()->values.size, size);
    assert_int_equal(flota_config_carry(flash()), 0);
    erase_spare_journal();
    boot();
    assert_int_equal(config()->values.size, size);
}

/* --- two banks --- */

static void the_newest_save_of_either_bank_holds_in_both(void **state)
{
    (void)state;
    set_and_save("update.interval", "60");
    swap_banks();
    assert_value("update.interval", "60");
    set_and_save("note", "from the other");
    swap_banks();
    assert_value("update.interval", "60");
    assert_value("note", "from the other");
    set_and_save("note", "and back");
    swap_banks();
    assert_value("note", "and back");
}

static void a_carry_saves_what_only_the_other_journal_has(void **state)
{
    (void)state;
    set("note", "x");
    set_and_save("update.interval", "60");
    swap_banks();
    assert_int_equal(flota_config_carry(flash()), 0);
    uint32_t used = words_used();
    assert_true(used > 0);
    assert_int_equal(flota_config_carry(flash()), 0);
    assert_int_equal(words_used(), used);
    erase_spare_journal();
    boot();
    assert_value("update.interval", "60");
    assert_value("note", "x");
}

static void nothing_is_carried_when_nothing_was_ever_saved(void **state)
{
    (void)state;
    assert_int_equal(flota_config_carry(flash()), 0);
    assert_int_equal(words_used(), 0);
    assert_false(flota_config_wants_compaction(flash(), false));
}

static void a_firmware_with_fewer_keys_keeps_the_values_of_the_others(void **state)
{
    (void)state;
    struct flota_config_table few = {.keys = project_keys, .count = 1};
    set("update.interval", "60");
    set_and_save("mqtt.pass", "secret");
    device.model.active = device.model.next_active = 1 - device.model.active;
    flota_config_init(config(), flash());
    flota_config_add(config(), &few);
    assert_value("update.interval", "");
    set_and_save("device.id", "dev2");
    assert_int_equal(flota_config_carry(flash()), 0);
    erase_spare_journal();
    swap_banks();
    assert_value("update.interval", "60");
    assert_value("mqtt.pass", "secret");
    assert_value("device.id", "dev2");
}

static void a_value_of_another_type_is_the_default_here(void **state)
{
    (void)state;
    static const struct flota_config_key other[] = {
        {"update.interval", FLOTA_CONFIG_STRING, "", false}};
    struct flota_config_table table = {.keys = other, .count = 1};
    flota_config_init(config(), flash());
    flota_config_add(config(), &table);
    set_and_save("update.interval", "often");
    boot();
    assert_int_equal(flota_config_integer(config(), "update.interval"), 300);
}

/* --- who else reads the journals --- */

static void a_save_is_nothing_to_an_image_even_without_a_block(void **state)
{
    (void)state;
    struct flota_boot before, after;
    flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, FLOTA_IMAGE_INFO_OFFSET);
    flota_boot_read(flash(), &before);
    assert_true(before.own.any_tag);
    for (int i = 0; i < 5; i++)
        set_and_save("update.interval", i % 2 == 0 ? "60" : "61");
    flota_boot_read(flash(), &after);
    before.own.free_words = after.own.free_words;
    assert_memory_equal(&before.own, &after.own, sizeof before.own);
    assert_int_equal(flota_boot_next_generation(&after), 1);
}

static void records_between_the_pieces_change_nothing(void **state)
{
    (void)state;
    set("note", "a text of several pieces, with others in between");
    device.model.fail_at = device.model.operation_count + 2;
    device.model.fault = FLASH_MODEL_SILENT; /* the word stays blank: the next one is taken */
    assert_int_equal(flota_config_save(config()), 0);
    boot();
    assert_value("note", "a text of several pieces, with others in between");
}

static void a_flash_that_fails_is_said_and_costs_nothing(void **state)
{
    (void)state;
    set_and_save("note", "before");
    set("note", "after");
    device.model.fail_at = device.model.operation_count + 1;
    device.model.fault = FLASH_MODEL_TIMES_OUT;
    assert_int_equal(flota_config_save(config()), FLOTA_ERR_JOURNAL);
    boot();
    assert_value("note", "before");
    set_and_save("note", "again");
    boot();
    assert_value("note", "again");
}

/* --- decay: what no power cut does --- */

static void a_word_that_decays_gives_an_older_save_or_the_defaults(void **state)
{
    (void)state;
    set_and_save("update.interval", "1");
    set("note", "so long that a second snapshot is cheaper than nothing at all");
    assert_int_equal(flota_config_save(config()), 0);
    set_and_save("update.interval", "3");
    uint32_t used = words_used();
    for (uint32_t i = 0; i < used; i++) {
        flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, 2 * geometry.sector_size + 32 * i);
        boot();
        int32_t interval = flota_config_integer(config(), "update.interval");
        assert_true(interval == 1 || interval == 3 || interval == 300);
        if (interval == 3)
            assert_true(strlen(flota_config_text(config(), "note")) > 20);
    }
    set_and_save("update.interval", "4");
    boot();
    assert_value("update.interval", "4");
}

/* --- power cuts --- */

static void save_three(void)
{
    set("update.interval", "77");
    set("note", "seventy-seven");
    set("device.id", "dev77");
    assert_int_equal(flota_config_save(config()), 0);
}

static bool is_before(void)
{
    return flota_config_integer(config(), "update.interval") == 5 &&
           strcmp(flota_config_text(config(), "note"), "five") == 0 &&
           strcmp(flota_config_text(config(), "device.id"), "dev1") == 0;
}

static bool is_after(void)
{
    return flota_config_integer(config(), "update.interval") == 77 &&
           strcmp(flota_config_text(config(), "note"), "seventy-seven") == 0 &&
           strcmp(flota_config_text(config(), "device.id"), "dev77") == 0;
}

/* Cut at operation n; returns false when the save came to its end. What the first boot reads holds
 * at all later ones. */
static bool cut_save_at(uint32_t n, enum flash_model_cut how, uint32_t seed)
{
    flash_model_free(&device.model);
    flash_model_init(&device.model, &geometry);
    device.model.random = seed;
    boot();
    set("note", "five");
    set_and_save("update.interval", "5");
    device.model.cut_at = device.model.operation_count + n;
    device.model.cut = how;
    if (setjmp(device.model.power_cut) == 0) {
        save_three();
        assert_true(is_after());
        return false;
    }
    flash_model_power_up(&device.model);
    boot();
    bool after = is_after();
    assert_true(after || is_before());
    for (int i = 0; i < 8; i++) {
        boot();
        assert_true(after ? is_after() : is_before());
    }
    swap_banks();
    assert_true(after ? is_after() : is_before());
    assert_int_equal(flota_config_carry(flash()), 0);
    erase_spare_journal();
    boot();
    assert_true(after ? is_after() : is_before());
    return true;
}

/* Cut before the copy of the last piece. Returns that last piece's word. */
static uint32_t save_without_its_copy(void)
{
    set_and_save("update.interval", "5");
    uint32_t used = words_used();
    set("update.interval", "77");
    device.model.cut_at = device.model.operation_count + 3;
    device.model.cut = FLASH_MODEL_CUT_BEFORE;
    if (setjmp(device.model.power_cut) == 0) {
        flota_config_save(config());
        fail_msg("the save has fewer words than it should");
    }
    device.model.cut_at = 0;
    flash_model_power_up(&device.model);
    return used + 1;
}

static uint8_t *state_of(uint32_t word)
{
    return &device.model.states[device.model.active][2 * geometry.sector_size / 32 + word];
}

static void a_last_piece_that_was_read_once_may_fade(void **state)
{
    (void)state;
    uint32_t last = save_without_its_copy();
    boot();
    assert_value("update.interval", "77");
    flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, 2 * geometry.sector_size + 32 * last);
    boot();
    assert_value("update.interval", "77");
}

static void a_last_piece_that_could_not_be_read_may_come_back(void **state)
{
    (void)state;
    uint32_t last = save_without_its_copy();
    uint8_t good = *state_of(last);
    flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, 2 * geometry.sector_size + 32 * last);
    uint8_t bad = *state_of(last);
    assert_int_not_equal(good, bad);
    boot();
    assert_value("update.interval", "5");
    *state_of(last) = good;
    boot();
    assert_value("update.interval", "5");
    set_and_save("note", "on what was in force");
    boot();
    assert_value("update.interval", "5");
}

static void a_cut_at_any_word_leaves_the_values_before_or_after(void **state)
{
    (void)state;
    static const enum flash_model_cut ways[] = {FLASH_MODEL_CUT_BEFORE, FLASH_MODEL_CUT_TORN,
                                                FLASH_MODEL_CUT_AFTER};
    uint32_t cuts = 0;
    for (uint32_t seed = 1; seed <= 40; seed++)
        for (uint32_t way = 0; way < 3; way++)
            for (uint32_t n = 1; cut_save_at(n, ways[way], seed); n++)
                cuts++;
    assert_true(cuts > 40 * 3 * 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(without_a_save_the_defaults_hold),
        TEST(an_unknown_key_has_no_value_and_takes_none),
        TEST(a_value_must_be_of_the_keys_type),
        TEST(a_text_has_at_most_255_bytes),
        TEST(what_was_saved_holds_after_a_boot_and_what_was_not_does_not),
        TEST(discard_goes_back_to_the_last_save),
        TEST(a_save_without_a_change_writes_nothing),
        TEST(one_value_takes_three_words_however_many_there_are),
        TEST(a_value_that_goes_back_to_its_default_is_gone_from_flash),
        TEST(a_thousand_saves_are_read_back_each),
        TEST(a_full_journal_says_so_and_keeps_what_it_holds),
        cmocka_unit_test_setup_teardown(more_than_a_journal_can_carry_is_refused_when_it_is_set,
                                        begin_tiny, end),
        TEST(private_keys_have_room_that_other_saves_leave),
        TEST(all_that_a_configuration_may_hold_can_be_saved_and_carried),
        TEST(the_newest_save_of_either_bank_holds_in_both),
        TEST(a_carry_saves_what_only_the_other_journal_has),
        TEST(nothing_is_carried_when_nothing_was_ever_saved),
        TEST(a_firmware_with_fewer_keys_keeps_the_values_of_the_others),
        TEST(a_value_of_another_type_is_the_default_here),
        TEST(a_save_is_nothing_to_an_image_even_without_a_block),
        TEST(records_between_the_pieces_change_nothing),
        TEST(a_flash_that_fails_is_said_and_costs_nothing),
        TEST(a_word_that_decays_gives_an_older_save_or_the_defaults),
        TEST(a_last_piece_that_was_read_once_may_fade),
        TEST(a_last_piece_that_could_not_be_read_may_come_back),
        TEST(a_cut_at_any_word_leaves_the_values_before_or_after),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
