/* gdb_test.c - GDB's remote protocol without I/O: packets in, packets out, against a target that is
 * none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gdb_fake.h"

static struct gdb_session *session;
static struct fake fake;

static int begin(void **state)
{
    (void)state;
    session = malloc(sizeof *session); /* so that ASan sees what is written behind it */
    memset(&fake, 0, sizeof fake);
    gdb_session_init(session, &fake_target, &fake);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(session);
    return 0;
}

static void feed(const char *text, size_t size)
{
    gdb_session_receive(session, (const uint8_t *)text, size);
}

/* All output so far, which is taken away. */
static const char *output(void)
{
    static char text[GDB_OUTPUT_MAX + 1];
    size_t size;
    const uint8_t *data = gdb_session_output(session, &size);

    memcpy(text, data, size);
    text[size] = '\0';
    gdb_session_sent(session, size);
    return text;
}

/* A packet as gdb sends it; what comes back, without acknowledgement and frame. */
static const char *exchange_bytes(const char *data, size_t size)
{
    char packet[512];
    static char reply[GDB_OUTPUT_MAX + 1];
    uint8_t sum = 0;
    size_t length;

    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + (uint8_t)data[i]);
    }
    feed("$", 1);
    feed(data, size);
    (void)snprintf(packet, sizeof packet, "#%02x", sum);
    feed(packet, 3);
    const char *raw = output();
    length = strlen(raw);
    assert_int_equal(raw[0], '+');
    if (length == 1) {
        return "nothing";
    }
    assert_int_equal(raw[1], '$');
    assert_int_equal(raw[length - 3], '#');
    memcpy(reply, raw + 2, length - 5);
    reply[length - 5] = '\0';
    return reply;
}

static const char *exchange(const char *text)
{
    return exchange_bytes(text, strlen(text));
}

static void a_packet_is_acknowledged_and_answered(void **state)
{
    (void)state;
    feed("$qC#b4", 6);
    assert_string_equal(output(), "+$QC1#c5");
}

static void a_wrong_checksum_is_asked_for_again(void **state)
{
    (void)state;
    feed("$qC#b5", 6);
    assert_string_equal(output(), "-");
    feed("$qC#zz", 6);
    assert_string_equal(output(), "-");
}

static void without_acknowledgements_there_are_none(void **state)
{
    (void)state;
    assert_string_equal(exchange("QStartNoAckMode"), "OK");
    feed("$qC#00", 6);
    assert_string_equal(output(), "$QC1#c5");
}

static void bytes_may_come_one_at_a_time_and_with_rubbish_between(void **state)
{
    static const char text[] = "++-garbage$qC#b4";

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        feed(text + i, 1);
    }
    assert_string_equal(output(), "+$QC1#c5");
}

static void a_new_packet_begins_where_an_old_one_was_cut(void **state)
{
    (void)state;
    feed("$qSuppo$qC#b4", 13);
    assert_string_equal(output(), "+$QC1#c5");
}

static void a_packet_that_is_too_long_is_an_error(void **state)
{
    (void)state;
    feed("$m", 2);
    for (int i = 0; i < 3 * GDB_PACKET_MAX; i++) {
        feed("1", 1);
    }
    feed("#00", 3);
    assert_string_equal(output(), "+$E22#a9");
    assert_string_equal(exchange("qC"), "QC1");
}

static void what_is_not_known_is_answered_empty(void **state)
{
    (void)state;
    assert_string_equal(exchange("vMustReplyEmpty"), "");
    assert_string_equal(exchange("qTStatus"), "");
    assert_string_equal(exchange("Y"), "");
    assert_string_equal(exchange(""), "");
}

static void registers_are_little_endian_and_of_their_size(void **state)
{
    (void)state;
    fake.registers[0] = 0x12345678;
    fake.registers[2] = 0x1122334455667788;
    assert_string_equal(exchange("g"), "78563412000000008877665544332211");
    assert_string_equal(exchange("p2"), "8877665544332211");
    assert_string_equal(exchange("P1=efbeadde"), "OK");
    assert_int_equal(fake.registers[1], 0xdeadbeef);
    assert_string_equal(exchange("G0100000002000000"), "OK");
    assert_int_equal(fake.registers[0], 1);
    assert_int_equal(fake.registers[1], 2);
}

static void registers_that_are_not_there_are_errors(void **state)
{
    (void)state;
    assert_string_equal(exchange("p3"), "E01");
    assert_string_equal(exchange("pffffffff"), "E01");
    assert_string_equal(exchange("p123456789a"), "E01");
    assert_string_equal(exchange("P3=00000000"), "E01");
    assert_string_equal(exchange("P0=0000"), "E01");
    assert_string_equal(exchange("P0=0000000g"), "E01");
    assert_string_equal(exchange("P0"), "E01");
    assert_string_equal(exchange("G"), "E01");
    assert_string_equal(exchange("G0"), "E01");
}

static void memory_is_read_and_written(void **state)
{
    (void)state;
    assert_string_equal(exchange("M1004,3:a1b2c3"), "OK");
    assert_string_equal(exchange("m1003,5"), "00a1b2c300");
    assert_string_equal(exchange_bytes("X1000,2:}\x03\x04", 11), "OK"); /* '#', and a 4 */
    assert_string_equal(exchange("m1000,2"), "2304");
    assert_string_equal(exchange("X1000,0:"), "OK"); /* gdb asks so whether X is known */
}

static void memory_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    assert_string_equal(exchange("m3000,4"), "E01");
    assert_string_equal(exchange("m10fe,8"), "0000"); /* as far as it goes */
    assert_string_equal(exchange("m1000"), "E01");
    assert_string_equal(exchange("m1000,"), "E01");
    assert_string_equal(exchange("m1000,4x"), "E01");
    assert_string_equal(exchange("M10fe,4:00000000"), "E01");
    assert_string_equal(exchange("M1000,4:0000"), "E01");
    assert_string_equal(exchange("M1000,2:00zz"), "E01");
}

static void flash_is_erased_programmed_and_done(void **state)
{
    (void)state;
    assert_string_equal(exchange("vFlashErase:2000,10"), "OK");
    assert_int_equal(fake.flash[15], 0xFF);
    assert_int_equal(fake.flash[16], 0);
    assert_string_equal(exchange("vFlashWrite:2001:ab}]"), "OK"); /* }] is } */
    assert_memory_equal(fake.flash + 1, "ab}", 3);
    assert_string_equal(exchange("vFlashDone"), "OK");
    assert_string_equal(exchange("vFlashErase:2000,101"), "E01");
    assert_string_equal(exchange("vFlashWrite:3000:a"), "E01");
    assert_string_equal(exchange("vFlashWrite:"), "E01");
    assert_string_equal(exchange("vFlash"), "E01");
}

static void the_answer_to_a_run_is_its_stop(void **state)
{
    (void)state;
    assert_string_equal(exchange("?"), "T05thread:1;");
    assert_string_equal(exchange("vCont;c"), "nothing");
    assert_int_equal(fake.resumes, 1);
    gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_BREAKPOINT, 0, 0});
    assert_string_equal(output(), "$T05thread:1;#d7");
    gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_BREAKPOINT, 0, 0});
    assert_string_equal(output(), ""); /* nobody waits for it */
    assert_string_equal(exchange("vCont;s:1;c"), "nothing");
    assert_int_equal(fake.steps, 1);
    gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_WATCH_WRITE, 0x24000010, 0});
    assert_non_null(strstr(output(), "watch:24000010;"));
    assert_string_equal(exchange("c"), "nothing");
    gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_EXITED, 0, 1});
    assert_string_equal(output(), "$W01#b8");
}

static void breakpoints_are_named_as_such_only_to_who_knows(void **state)
{
    (void)state;
    assert_non_null(strstr(exchange("qSupported:hwbreak+;x+"), "qXfer:memory-map:read+"));
    assert_string_equal(exchange("c"), "nothing");
    gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_BREAKPOINT, 0, 0});
    assert_non_null(strstr(output(), "hwbreak:;"));
}

static void an_interrupt_counts_only_while_running(void **state)
{
    (void)state;
    feed("\x03", 1);
    assert_int_equal(fake.halts, 0);
    assert_string_equal(exchange("c"), "nothing");
    feed("\x03", 1);
    assert_int_equal(fake.halts, 1);
}

static void points_are_set_and_removed(void **state)
{
    (void)state;
    assert_string_equal(exchange("Z0,8000000,2"), "OK");
    assert_string_equal(exchange("Z1,8000000,2"), "OK");
    assert_string_equal(exchange("Z4,24000000,4"), "OK");
    assert_string_equal(exchange("z0,8000000,2"), "OK");
    assert_int_equal(fake.points, 3);
    assert_string_equal(exchange("Z5,0,0"), "E01");
    assert_string_equal(exchange("Z"), "E01");
    assert_string_equal(exchange("Z0,"), "E01");
}

static void texts_are_transferred_in_pieces_and_escaped(void **state)
{
    (void)state;
    assert_string_equal(exchange("qXfer:features:read:target.xml:0,4"), "m<tar");
    assert_string_equal(exchange("qXfer:features:read:target.xml:8,3"), "m}]}\x03}\x04");
    assert_string_equal(exchange("qXfer:memory-map:read::0,ffff"), "l<memory-map/>");
    assert_string_equal(exchange("qXfer:memory-map:read::d,4"), "l");
    assert_string_equal(exchange("qXfer:memory-map:read::ffffffff,4"), "E01");
    assert_string_equal(exchange("qXfer:memory-map:read::"), "E01");
}

static void monitor_commands_print(void **state)
{
    (void)state;
    assert_string_equal(exchange("qRcmd,68656c6c6f"), "736169642068656c6c6f0a"); /* hello */
    assert_non_null(strstr(exchange("qRcmd,78"), "6e6f2073756368"));             /* x: no such */
    assert_int_equal(strlen(exchange("qRcmd,6c6f6e67")), 2 * 4096); /* long: cut, not more */
    assert_non_null(exchange("qRcmd,zz"));
}

static void leaving_ends_the_session(void **state)
{
    (void)state;
    assert_string_equal(exchange("D"), "OK");
    assert_int_equal(fake.detaches, 1);
    feed("$qC#b4", 6);
    assert_string_equal(output(), "");
}

static void killing_and_restarting(void **state)
{
    (void)state;
    assert_string_equal(exchange("vRun;"), ""); /* not extended */
    assert_string_equal(exchange("!"), "OK");
    assert_string_equal(exchange("vRun;"), "T05thread:1;");
    assert_int_equal(fake.restarts, 1);
    assert_string_equal(exchange("vKill;1"), "OK");
    assert_int_equal(fake.kills, 1);
    assert_string_equal(exchange("k"), "nothing");
    assert_true(session->ended);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_packet_is_acknowledged_and_answered),
        TEST(a_wrong_checksum_is_asked_for_again),
        TEST(without_acknowledgements_there_are_none),
        TEST(bytes_may_come_one_at_a_time_and_with_rubbish_between),
        TEST(a_new_packet_begins_where_an_old_one_was_cut),
        TEST(a_packet_that_is_too_long_is_an_error),
        TEST(what_is_not_known_is_answered_empty),
        TEST(registers_are_little_endian_and_of_their_size),
        TEST(registers_that_are_not_there_are_errors),
        TEST(memory_is_read_and_written),
        TEST(memory_that_is_not_there_is_an_error),
        TEST(flash_is_erased_programmed_and_done),
        TEST(the_answer_to_a_run_is_its_stop),
        TEST(breakpoints_are_named_as_such_only_to_who_knows),
        TEST(an_interrupt_counts_only_while_running),
        TEST(points_are_set_and_removed),
        TEST(texts_are_transferred_in_pieces_and_escaped),
        TEST(monitor_commands_print),
        TEST(leaving_ends_the_session),
        TEST(killing_and_restarting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
