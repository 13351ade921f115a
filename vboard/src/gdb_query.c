/* gdb_query.c - what gdb asks about the stub and the target; monitor commands. See gdb_packet.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_command.h"

/* qXfer:...:read:ANNEX:OFFSET,SIZE of a text. */
static bool transfer(const char *content, const char *range, struct gdb_text *reply)
{
    uint32_t offset, size;
    size_t length = strlen(content);

    if (!gdb_range(&range, '\0', &offset, &size) || offset > length) {
        return answer(reply, false);
    }
    if (size > GDB_PACKET_MAX / 2) {
        size = GDB_PACKET_MAX / 2;
    }
    gdb_add(reply, length - offset > size ? "m" : "l");
    for (size_t i = offset; i < length && i < (size_t)offset + size; i++) {
        const char one[2] = {content[i], '\0'};
        gdb_add(reply, one);
    }
    return true;
}

static bool monitor(struct gdb_session *session, const char *hex, struct gdb_text *reply)
{
    char command[256], printed[4096];
    struct gdb_text output = {printed, 0, sizeof printed, false};
    size_t size = gdb_bytes(hex, strlen(hex), (uint8_t *)command, sizeof command - 1);

    command[size] = '\0';
    if (!session->target->monitor(session->context, command, &output)) {
        gdb_addf(&output, "%.100s: no such command; `monitor help` lists them\n", command);
    }
    if (output.size == 0) {
        return answer(reply, true);
    }
    gdb_add_hex(reply, (const uint8_t *)printed, output.size);
    return true;
}

static bool supported(struct gdb_session *session, const char *text, struct gdb_text *reply)
{
    session->reports_breaks = strstr(text, "hwbreak+") != NULL;
    gdb_addf(reply,
             "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:memory-map:read+;"
             "vContSupported+;hwbreak+",
             GDB_PACKET_MAX);
    return true;
}

bool gdb_query(struct gdb_session *session, struct gdb_text *reply)
{
    static const char features[] = "qXfer:features:read:target.xml:";
    static const char memory_map[] = "qXfer:memory-map:read::";
    const char *text = session->data;

    if (starts_with(text, "qSupported")) {
        return supported(session, text, reply);
    }
    if (starts_with(text, features)) {
        return transfer(session->target->description, text + strlen(features), reply);
    }
    if (starts_with(text, memory_map)) {
        return transfer(session->target->memory_map, text + strlen(memory_map), reply);
    }
    if (starts_with(text, "qRcmd,")) {
        return monitor(session, text + strlen("qRcmd,"), reply);
    }
    if (strcmp(text, "QStartNoAckMode") == 0) {
        session->no_ack = true;
        return answer(reply, true);
    }
    if (strcmp(text, "qfThreadInfo") == 0) {
        gdb_add(reply, "m1");
    } else if (strcmp(text, "qsThreadInfo") == 0) {
        gdb_add(reply, "l");
    } else if (strcmp(text, "qC") == 0) {
        gdb_add(reply, "QC1");
    } else if (starts_with(text, "qAttached")) {
        gdb_add(reply, "1");
    } else if (starts_with(text, "qSymbol")) {
        gdb_add(reply, "OK");
    }
    return true;
}
