/* test_stm32h7_rules.c - decisions of the STM32H7 port that need no hardware.
 *
 * The port is built for the board only, so its hardware-free file is compiled right here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../ports/stm32h7/guard/handover.h"
#include "../../ports/stm32h7/rules.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* needs the three above */

#define BCM4    (1u << 22)
#define SWAP    (1u << 31)
#define BUSY    (1u << 0)
#define FAILURE (1u << 30)

static struct stm32h7_options clean_options(bool swapped)
{
    struct stm32h7_options options = {.swapped = swapped};
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++)
        options.current[i] = options.programmed[i] = 0x1000u + i;
    if (swapped) {
        options.current[0] |= SWAP;
        options.programmed[0] |= SWAP;
    }
    return options;
}

static void clean_options_allow_an_update_in_either_bank(void **state)
{
    (void)state;
    for (int swapped = 0; swapped <= 1; swapped++) {
        struct stm32h7_options options = clean_options(swapped);
        assert_int_equal(stm32h7_options_check(&options), 0);
    }
}

static void a_second_core_that_boots_from_the_spare_bank_is_refused(void **state)
{
    struct stm32h7_options options = clean_options(false);
    (void)state;
    options.current[0] |= BCM4;
    assert_int_equal(stm32h7_options_check(&options), FLOTA_ERR_OPTION_PENDING);
    options.programmed[0] |= BCM4;
    assert_int_equal(stm32h7_options_check(&options), FLOTA_ERR_CM4_BOOTS);
    options.swapped = true; /* what may be set is only what nothing else waits beside */
    assert_int_equal(stm32h7_options_check(&options), FLOTA_ERR_OPTION_PENDING);
}

static void a_swap_that_waits_for_a_reset_is_refused(void **state)
{
    (void)state;
    for (int swapped = 0; swapped <= 1; swapped++) {
        struct stm32h7_options options = clean_options(swapped);
        options.swapped = !swapped;
        assert_int_equal(stm32h7_options_check(&options), FLOTA_ERR_OPTION_PENDING);
    }
}

static void any_option_that_waits_for_its_commit_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++)
        for (unsigned bit = 0; bit < 32; bit++) {
            struct stm32h7_options options = clean_options(false);
            bool is_no_option = i == 0 && ((1u << bit) & (BUSY | FAILURE));
            options.programmed[i] ^= 1u << bit;
            assert_int_equal(stm32h7_options_check(&options),
                             is_no_option ? 0 : FLOTA_ERR_OPTION_PENDING);
        }
}

static void only_the_known_chip_revisions_are_accepted(void **state)
{
    static const struct {
        struct stm32h7_chip chip;
        int result;
    } rows[] = {
        {{0x20036450, 2048}, 0},                      /* V */
        {{0x20016450, 2048}, 0},                      /* X */
        {{0x10036450, 2048}, FLOTA_ERR_CHIP_UNKNOWN}, /* Y: bank swap reported unsafe */
        {{0x10016450, 2048}, FLOTA_ERR_CHIP_UNKNOWN}, /* Z */
        {{0x20036450, 1024}, FLOTA_ERR_CHIP_UNKNOWN}, /* xG: banks of 512 KB */
        {{0x20036450, 128}, FLOTA_ERR_CHIP_UNKNOWN},  /* STM32H750 */
        {{0x10016483, 2048}, FLOTA_ERR_CHIP_UNKNOWN}, /* STM32H72x, H73x */
        {{0x10016480, 2048}, FLOTA_ERR_CHIP_UNKNOWN}, /* STM32H7A3, H7B3 */
        {{0, 0}, FLOTA_ERR_CHIP_UNKNOWN},
        {{0xFFFFFFFF, 0xFFFF}, FLOTA_ERR_CHIP_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(stm32h7_chip_check(&rows[i].chip), rows[i].result);
}

static void a_chip_is_named_with_its_revision(void **state)
{
    char text[80];
    (void)state;
    stm32h7_chip_name(&(struct stm32h7_chip){0x10036450, 2048}, text, sizeof text);
    assert_string_equal(text, "STM32H74x/75x revision Y, 2048 KB (IDCODE 0x10036450)");
    stm32h7_chip_name(&(struct stm32h7_chip){0x10016483, 1024}, text, sizeof text);
    assert_string_equal(text, "STM32H72x/73x revision ?, 1024 KB (IDCODE 0x10016483)");
    stm32h7_chip_name(&(struct stm32h7_chip){0, 0}, text, sizeof text);
    assert_string_equal(text, "unknown chip revision ?, 0 KB (IDCODE 0x00000000)");
}

static void flash_wait_states_follow_the_table_at_its_edges(void **state)
{
    (void)state;
    assert_int_equal(stm32h7_flash_acr(64000000), 0x00);
    assert_int_equal(stm32h7_flash_acr(70000000), 0x00);
    assert_int_equal(stm32h7_flash_acr(70000001), 0x11);
    assert_int_equal(stm32h7_flash_acr(140000000), 0x11);
    assert_int_equal(stm32h7_flash_acr(185000000), 0x12);
    assert_int_equal(stm32h7_flash_acr(200000000), 0x22);
    assert_int_equal(stm32h7_flash_acr(210000001), 0x23);
    assert_int_equal(stm32h7_flash_acr(225000001), -1);
}

static void mdc_stays_within_2_5_mhz_at_every_clock(void **state)
{
    static const uint32_t dividers[] = {42, 62, 16, 26, 102, 124};
    (void)state;
    for (uint32_t mhz = 20; mhz <= 300; mhz++) {
        uint32_t code = stm32h7_mdc_code(mhz * 1000000u);
        assert_in_range(code, 0, 5);
        assert_in_range(mhz * 1000000u / dividers[code], 1000000, 2500000);
    }
}

/* Source: RM0399, ETH_MACMDIOAR, CR: the ranges of the clock. */
static void the_mdc_divider_changes_where_the_manual_says(void **state)
{
    (void)state;
    static const uint32_t edges[] = {35, 60, 100, 150, 250}, codes[] = {2, 3, 0, 1, 4, 5};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        assert_int_equal(stm32h7_mdc_code(edges[i] * 1000000u - 1), codes[i]);
        assert_int_equal(stm32h7_mdc_code(edges[i] * 1000000u), codes[i + 1]);
    }
}

static void the_baud_rate_is_within_half_a_percent(void **state)
{
    (void)state;
    assert_int_equal(stm32h7_baud_divider(100000000, 115200), 868);
    assert_int_equal(stm32h7_baud_divider(64000000, 115200), 556);
    for (uint32_t mhz = 16; mhz <= 120; mhz++) {
        uint32_t real = mhz * 1000000u / stm32h7_baud_divider(mhz * 1000000u, 115200);
        assert_in_range(real, 115200 - 576, 115200 + 576);
    }
}

static void mac_addresses_are_local_unicast_stable_and_differ(void **state)
{
    uint8_t id[STM32H7_UNIQUE_ID_SIZE] = {0x2F, 0,    0x41, 0,    0x0A, 0x51,
                                          0x38, 0x30, 0x37, 0x37, 0x36, 0x34};
    uint8_t seen[97][STM32H7_MAC_ADDRESS_SIZE];
    uint8_t again[STM32H7_MAC_ADDRESS_SIZE];
    (void)state;
    stm32h7_mac_address(id, seen[0]);
    stm32h7_mac_address(id, again);
    assert_memory_equal(seen[0], again, sizeof again);
    for (unsigned bit = 0; bit < 96; bit++) { /* chips of one wafer differ by a bit or two */
        id[bit / 8] ^= (uint8_t)(1u << bit % 8);
        stm32h7_mac_address(id, seen[bit + 1]);
        id[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned i = 0; i < 97; i++) {
        assert_int_equal(seen[i][0] & 3, 2);
        for (unsigned k = 0; k < i; k++)
            assert_memory_not_equal(seen[i], seen[k], STM32H7_MAC_ADDRESS_SIZE);
    }
}

/* --- reset flags; names and combinations: RM0399, table "Reset source identification" --- */

#define CORES    (3u << 17 | STM32H7_RSR_PINRSTF) /* C1RSTF, C2RSTF: with every system reset */
#define POWER_ON (CORES | 3u << 19 | STM32H7_RSR_BORRSTF | STM32H7_RSR_PORRSTF)
#define BROWN    (CORES | STM32H7_RSR_BORRSTF)

static void a_loss_of_power_is_a_power_on_and_what_is_not_known_counts_as_one(void **state)
{
    (void)state;
    assert_true(stm32h7_reset_was_power_on(POWER_ON));
    assert_true(stm32h7_reset_was_power_on(BROWN));
    assert_true(stm32h7_reset_was_power_on(0));
    assert_true(stm32h7_reset_was_power_on(3u << 19)); /* the domains only: from Standby */
}

static void what_a_program_does_or_suffers_is_no_power_on_even_beside_its_flags(void **state)
{
    (void)state;
    for (unsigned bit = 24; bit < 32; bit++) {
        assert_false(stm32h7_reset_was_power_on(CORES | 1u << bit));
        assert_false(stm32h7_reset_was_power_on(POWER_ON | 1u << bit));
        assert_false(stm32h7_reset_was_power_on(BROWN | 1u << bit));
        assert_false(stm32h7_reset_was_power_on(1u << bit));
    }
}

static void the_reset_pin_alone_is_no_power_on(void **state)
{
    (void)state;
    assert_false(stm32h7_reset_was_power_on(CORES));
    assert_false(stm32h7_reset_was_power_on(STM32H7_RSR_PINRSTF));
}

static void a_reset_cause_is_named_by_its_latest_flag(void **state)
{
    (void)state;
    assert_string_equal(stm32h7_reset_text(CORES | 1u << 26), "watchdog");
    assert_string_equal(stm32h7_reset_text(POWER_ON | 1u << 28), "watchdog");
    assert_string_equal(stm32h7_reset_text(CORES | 1u << 24), "software");
    assert_string_equal(stm32h7_reset_text(CORES | 1u << 30), "low-power");
    assert_string_equal(stm32h7_reset_text(POWER_ON), "power-on");
    assert_string_equal(stm32h7_reset_text(BROWN), "brown-out");
    assert_string_equal(stm32h7_reset_text(CORES), "reset pin");
    assert_string_equal(stm32h7_reset_text(0), "unknown");
}

/* --- what the guard hands over --- */

static void a_decision_survives_packing(void **state)
{
    (void)state;
    for (int power_on = 0; power_on <= 1; power_on++)
        for (unsigned action = FLOTA_BOOT_RUN; action <= FLOTA_BOOT_STRANDED; action++)
            for (unsigned reason = 0; reason <= FLOTA_REASON_APPLICATION; reason++) {
                struct flota_boot_decision in = {(enum flota_boot_action)action,
                                                 (enum flota_boot_reason)reason,
                                                 FLOTA_OBSTACLE_JOURNAL, FLOTA_CHECK_OTHER};
                struct flota_boot_decision out;
                assert_int_equal(handover_unpack(handover_pack(&in, power_on), &out), power_on);
                assert_int_equal(out.action, in.action);
                assert_int_equal(out.reason, in.reason);
                assert_int_equal(out.obstacle, in.obstacle);
                assert_int_equal(out.check, FLOTA_CHECK_NOTHING);
            }
}

/* A device keeps its address, and its lease, across versions. Values of another FNV-1a. */
static void a_chip_has_the_same_mac_address_in_all_versions(void **state)
{
    (void)state;
    const uint8_t id[STM32H7_UNIQUE_ID_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const uint8_t expected[STM32H7_MAC_ADDRESS_SIZE] = {0x5A, 0x02, 0x0E, 0x17, 0x4F, 0x45};
    uint8_t address[STM32H7_MAC_ADDRESS_SIZE];
    stm32h7_mac_address(id, address);
    assert_memory_equal(address, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_options_allow_an_update_in_either_bank),
        cmocka_unit_test(a_second_core_that_boots_from_the_spare_bank_is_refused),
        cmocka_unit_test(a_swap_that_waits_for_a_reset_is_refused),
        cmocka_unit_test(any_option_that_waits_for_its_commit_is_refused),
        cmocka_unit_test(only_the_known_chip_revisions_are_accepted),
        cmocka_unit_test(a_chip_is_named_with_its_revision),
        cmocka_unit_test(flash_wait_states_follow_the_table_at_its_edges),
        cmocka_unit_test(mdc_stays_within_2_5_mhz_at_every_clock),
        cmocka_unit_test(the_mdc_divider_changes_where_the_manual_says),
        cmocka_unit_test(the_baud_rate_is_within_half_a_percent),
        cmocka_unit_test(a_loss_of_power_is_a_power_on_and_what_is_not_known_counts_as_one),
        cmocka_unit_test(what_a_program_does_or_suffers_is_no_power_on_even_beside_its_flags),
        cmocka_unit_test(the_reset_pin_alone_is_no_power_on),
        cmocka_unit_test(a_reset_cause_is_named_by_its_latest_flag),
        cmocka_unit_test(a_decision_survives_packing),
        cmocka_unit_test(mac_addresses_are_local_unicast_stable_and_differ),
        cmocka_unit_test(a_chip_has_the_same_mac_address_in_all_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
