/* fuzz_gdb.c - any bytes as gdb's: nothing is written outside the buffers, and a good packet after
 * them is answered.
 *
 * Input: the bytes. The checksums are off after "QStartNoAckMode", which each input begins with, so
 * that commands are reached.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_fake.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void receive(struct gdb_session *session, const char *text)
{
    gdb_session_receive(session, (const uint8_t *)text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char answer[] = "$QC1#c5";
    static struct fake fake;
    struct gdb_session *session = malloc(sizeof *session);
    const uint8_t *output;
    size_t count;

    gdb_session_init(session, &fake_target, &fake);
    receive(session, "$QStartNoAckMode#b0");
    gdb_session_receive(session, data, size);
    if (session->running) {
        gdb_session_stopped(session, &(struct gdb_stop){GDB_STOP_WATCH_READ, 1, 0});
    }
    gdb_session_output(session, &count);
    gdb_session_sent(session, count);
    receive(session, "#00$qC#00");
    output = gdb_session_output(session, &count);
    if (!session->ended &&
        (count < sizeof answer - 1 ||
         memcmp(output + count - (sizeof answer - 1), answer, sizeof answer - 1) != 0)) {
        fprintf(stderr, "a good packet is not answered\n");
        abort();
    }
    free(session);
    return 0;
}
