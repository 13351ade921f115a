/* test_flota_host.c - firmware on flota-host: boot, update, trial, confirmation, rollback, cuts.
 *
 * The real launcher and real firmware, both with sanitizers, as processes; HTTP by libcurl.
 * DEVICE_SHOW=1 shows what the devices say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "flota/error.h"
#include "flota/image.h"
#include "host_flash.h"
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WATCHDOG_MS "700"
#define RUNS        "\"product\":\"flota-host-test\",\"name\":" /* not what could be gone back to */

static struct device device;

static int set_up(void **state)
{
    (void)state;
    device_make(&device);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    device_remove(&device);
    return 0;
}

/* --- boot --- */

static void a_firmware_boots_and_says_who_it_is(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    device_expect(&device, "\"name\":\"good1\"");
    assert_non_null(strstr(device.reply, "\"board\":\"host\""));
    assert_non_null(strstr(device.reply, "\"bank\":1"));
    assert_non_null(strstr(device.reply, "\"running\":\"unrecorded\""));
    assert_null(strstr(device.reply, "\"build_id\":\"0000000000000000\"")); /* the sealed block */
    assert_int_equal(device_stop(&device), 0);
}

static void a_blank_flash_runs_nothing_and_can_be_switched_off(void **state)
{
    (void)state;
    device_start(&device, NULL);
    device_hear(&device, "holds no program for this machine");
    assert_int_equal(device_stop(&device), 0);
}

static void two_launchers_do_not_share_a_flash(void **state)
{
    struct device other;
    (void)state;
    device_boot(&device, "good1");
    other = device;
    device_start(&other, NULL);
    device_hear(&other, "in use by another flota-host");
    device_kill(&other);
}

/* --- update --- */

static void update_to(const char *image)
{
    assert_int_equal(device_upload(&device, device_image(image)), 200);
    device_hear_listening(&device);
}

static void an_update_runs_on_trial_and_is_confirmed_by_its_health_check(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    char address[sizeof device.address];
    strcpy(address, device.address);
    update_to("good2");
    assert_string_equal(device.address, address); /* a free port is kept over a reset */
    device_expect(&device, "\"running\":\"confirmed\"");
    assert_non_null(strstr(device.reply, "\"name\":\"good2\""));
    assert_non_null(strstr(device.reply, "\"bank\":2"));
}

static void what_was_confirmed_runs_after_a_loss_of_power(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    update_to("good2");
    device_expect(&device, "\"running\":\"confirmed\"");
    device_kill(&device);
    device_start(&device, NULL);
    device_hear(&device, "reset: power-on");
    device_hear_listening(&device);
    device_expect(&device, "\"running\":\"confirmed\"");
    assert_non_null(strstr(device.reply, "\"name\":\"good2\""));
}

/* The same image, sealed for another board. */
static void make_image_of_other_board(const char *path)
{
    static uint8_t bytes[917504];
    FILE *file = fopen(device_image("good2"), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct flota_image_info *info = (void *)(bytes + FLOTA_IMAGE_INFO_OFFSET);
    memset(info->board, 0, sizeof info->board);
    strcpy(info->board, "stm32h745i-disco");
    assert_int_equal(flota_image_seal(bytes, (uint32_t)size), 0);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void an_image_for_another_board_is_refused(void **state)
{
    char path[128];
    (void)state;
    device_boot(&device, "good1");
    snprintf(path, sizeof path, "%s/other.bin", device.folder);
    make_image_of_other_board(path);
    long code = device_upload(&device, path);
    unlink(path);
    assert_true(code >= 400);
    assert_non_null(strstr(device.reply, "built for another board"));
    device_expect(&device, "\"name\":\"good1\"");
}

/* --- rollback --- */

static void start_with_short_watchdog(void)
{
    static const char *const arguments[] = {"--load", NULL, "--watchdog-ms", WATCHDOG_MS, NULL};
    const char *filled[5];
    memcpy(filled, arguments, sizeof filled);
    filled[1] = device_image("good1");
    device_start(&device, filled);
    device_hear_listening(&device);
}

static void expect_rollback(const char *reason)
{
    device_hear(&device, "good1 1.0.0, bank 1");
    device_hear_listening(&device);
    device_expect(&device, "\"name\":\"good1\"");
    assert_non_null(strstr(device.reply, "\"rolled_back\":{"));
    if (!strstr(device.reply, reason))
        fail_msg("%s is not in: %s", reason, device.reply);
}

static void an_image_that_crashes_is_rolled_back(void **state)
{
    (void)state;
    start_with_short_watchdog();
    assert_int_equal(device_upload(&device, device_image("crash")), 200);
    for (int boot = 0; boot < 3; boot++) {
        device_hear(&device, "crash 1.2.0, bank 2");
        device_hear(&device, "fault: the firmware ended");
    }
    expect_rollback("\"cause\":\"fault\"");
}

/* Without sanitizers the signal itself is the last word. */
static void a_crash_leaves_signal_place_and_milestone(void **state)
{
    (void)state;
    device.sanitized = false;
    start_with_short_watchdog();
    assert_int_equal(device_upload(&device, device_image("crash")), 200);
    expect_rollback("\"what\":\"SIGSEGV\"");
    assert_non_null(strstr(device.reply, "\"milestone\":17"));
    assert_null(strstr(device.reply, "\"pc\":\"0x00000000\""));
}

static void an_image_that_does_not_feed_is_reset_and_rolled_back(void **state)
{
    (void)state;
    start_with_short_watchdog();
    assert_int_equal(device_upload(&device, device_image("hang")), 200);
    device_hear(&device, "hang 1.2.0, bank 2");
    device_hear(&device, "the watchdog was not fed");
    device_hear(&device, "reset: watchdog");
    expect_rollback("\"cause\":\"watchdog\"");
}

static void an_image_that_turns_in_circles_is_rolled_back(void **state)
{
    (void)state;
    start_with_short_watchdog();
    assert_int_equal(device_upload(&device, device_image("runaway")), 200);
    device_hear(&device, "the watchdog was not fed");
    expect_rollback("\"cause\":\"watchdog\"");
}

/* Its deadline is 10 minutes: they pass at once. */
static void an_image_that_nobody_confirms_is_rolled_back_at_its_deadline(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    update_to("silent");
    device_expect(&device, "\"running\":\"trial\"");
    assert_string_equal(device_command(&device, "time 590000"), "ok\n");
    device_expect(&device, "\"running\":\"trial\"");
    assert_string_equal(device_command(&device, "time 10000"), "ok\n");
    expect_rollback("\"rolled_back\":{");
}

/* --- power off at any time --- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* An upload by a process of its own: the device may vanish under it. */
static pid_t begin_upload(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        device_upload(&device, device_image("good2"));
        _exit(0);
    }
    return pid;
}

static void start_with_slow_flash(void)
{
    static const char *const arguments[] = {"--erase-ms", "10", NULL};
    device_start(&device, arguments);
    device_hear_listening(&device);
}

static void cut_during_update(uint32_t delay_ms)
{
    start_with_slow_flash();
    pid_t upload = begin_upload();
    poll(NULL, 0, (int)delay_ms); /* the moment of the cut: any is right */
    device_kill(&device);
    kill(upload, SIGKILL);
    waitpid(upload, NULL, 0);
}

/* From the first byte until the new firmware serves. */
static uint32_t measure_update_ms(void)
{
    start_with_slow_flash();
    uint64_t begin_ms = device_now_ms();
    update_to("good2");
    uint32_t passed_ms = (uint32_t)(device_now_ms() - begin_ms);
    device_kill(&device);
    return passed_ms;
}

/* Returns whether the new firmware has arrived. */
static bool check_after_cut(void)
{
    device_start(&device, NULL);
    device_hear_listening(&device);
    assert_int_equal(device_get(&device, "/api/firmware_update"), 200);
    bool is_old = strstr(device.reply, RUNS "\"good1\"") != NULL;
    bool is_new = strstr(device.reply, RUNS "\"good2\"") != NULL;
    assert_true(is_old != is_new);
    assert_null(strstr(device.reply, "\"running\":\"stranded\""));
    device_kill(&device);
    return is_new;
}

/* Something else in bank 2, so that an update erases it. */
static void program_again(void)
{
    static uint8_t other[2u * HOST_FLASH_SECTOR];
    device_boot(&device, "good1");
    device_kill(&device);
    memset(other, 0x5A, sizeof other);
    int fd = open(device.flash, O_WRONLY);
    assert_int_equal(pwrite(fd, other, sizeof other, HOST_FLASH_BANK), sizeof other);
    close(fd);
}

#define CUTS 24

static void a_cut_at_any_time_leaves_the_old_or_the_new_firmware(void **state)
{
    const char *given = getenv("SEED");
    uint32_t seed = given ? (uint32_t)strtoul(given, NULL, 10) : (uint32_t)device_now_ms() | 1u;
    uint32_t random = seed, arrived = 0;
    (void)state;
    printf("repeat: SEED=%u test_flota_host\n", seed);
    program_again();
    uint32_t range_ms = measure_update_ms() * 2u + 1u; /* after a cut it takes longer */
    program_again();
    for (int i = 0; i < CUTS; i++) {
        cut_during_update(next_random(&random) % range_ms);
        if (!check_after_cut())
            continue;
        arrived++;
        program_again();
    }
    printf("cuts within %u ms; %u of %d came after the swap\n", range_ms, arrived, CUTS);
}

/* --- the hand at the board --- */

static void the_button_resets(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    kill(device.launcher, SIGUSR1);
    device_hear(&device, "reset: button");
    device_hear_listening(&device);
    assert_string_equal(device_command(&device, "power-cycle"), "ok\n");
    device_hear(&device, "reset: power-on");
}

static void an_unplugged_cable_stops_the_server_and_is_said(void **state)
{
    (void)state;
    device_boot(&device, "good1");
    device_expect(&device, "\"phase\":\"idle\"");
    device_command(&device, "link down");
    device_hear(&device, "no link");
    device_command(&device, "link up");
    device_hear(&device, "ip 127.0.0.1");
    device_expect(&device, "\"phase\":\"idle\"");
}

static void pins_can_be_seen_and_driven(void **state)
{
    (void)state;
    device_boot(&device, "good1"); /* which drives its LED at J2 high, then serves */
    device_expect(&device, "\"phase\":\"idle\"");
    assert_string_equal(device_command(&device, "pin J2"), "ok 1\n");
    assert_string_equal(device_command(&device, "pin C13=1"), "ok 1\n");
    assert_string_equal(device_command(&device, "pin C13=z"), "ok 0\n");
    assert_non_null(strstr(device_command(&device, "pin Z99"), "error: "));
    assert_non_null(strstr(device_command(&device, "nonsense"), "error: "));
}

/* --- the serial line --- */

static void read_line_until(int line, const char *text)
{
    char heard[4096] = "";
    size_t size = 0;
    while (!strstr(heard, text)) {
        struct pollfd fds = {.fd = line, .events = POLLIN};
        assert_int_equal(poll(&fds, 1, 20000), 1);
        ssize_t got = read(line, heard + size, sizeof heard - 1 - size);
        assert_true(got > 0);
        size += (size_t)got;
        heard[size] = 0;
    }
}

static void a_pseudo_terminal_is_the_serial_line(void **state)
{
    char link[96], uart[128];
    (void)state;
    snprintf(link, sizeof link, "%s/line", device.folder);
    snprintf(uart, sizeof uart, "pty:%s", link);
    const char *const arguments[] = {"--load", device_image("good1"), "--uart", uart, NULL};
    device_start(&device, arguments);
    device_hear_listening(&device);
    int line = open(link, O_RDWR | O_NOCTTY);
    assert_true(line >= 0);
    read_line_until(line, "good1 1.0.0, bank 1"); /* what came before somebody listened is kept */
    assert_int_equal(write(line, "knock\r\n", 7), 7);
    read_line_until(line, "knock\r\n");
    close(line);
    assert_string_equal(device_command(&device, "reset"), "ok\n");
    device_hear_listening(&device);
    line = open(link, O_RDWR | O_NOCTTY);
    read_line_until(line, "reset: button");
    close(line);
    assert_int_equal(device_stop(&device), 0);
    assert_int_equal(access(link, F_OK), -1);
}

/* --- fifty of them on one machine --- */

static unsigned long switches_of(const char *pid)
{
    char path[64], line[128];
    unsigned long count = 0;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        sscanf(line, "voluntary_ctxt_switches: %lu", &count);
    fclose(file);
    return count;
}

static void an_idle_firmware_wakes_up_at_most_100_times_a_second(void **state)
{
    char pid[16];
    (void)state;
    device_boot(&device, "good1");
    device_expect(&device, "\"phase\":\"idle\"");
    const char *found = strstr(device_command(&device, "status"), "pid=");
    assert_non_null(found);
    assert_int_equal(sscanf(found, "pid=%15[0-9]", pid), 1);
    unsigned long before = switches_of(pid);
    uint64_t begin_ms = device_now_ms();
    poll(NULL, 0, 1000); /* the time over which is counted */
    uint64_t passed_ms = device_now_ms() - begin_ms;
    assert_in_range((switches_of(pid) - before) * 1000u / passed_ms, 1, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_firmware_boots_and_says_who_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_blank_flash_runs_nothing_and_can_be_switched_off, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(two_launchers_do_not_share_a_flash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_update_runs_on_trial_and_is_confirmed_by_its_health_check, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_confirmed_runs_after_a_loss_of_power, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_image_for_another_board_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_crashes_is_rolled_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_crash_leaves_signal_place_and_milestone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_does_not_feed_is_reset_and_rolled_back,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_turns_in_circles_is_rolled_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            an_image_that_nobody_confirms_is_rolled_back_at_its_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_at_any_time_leaves_the_old_or_the_new_firmware,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_button_resets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unplugged_cable_stops_the_server_and_is_said, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(pins_can_be_seen_and_driven, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pseudo_terminal_is_the_serial_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_idle_firmware_wakes_up_at_most_100_times_a_second,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
