/* gdb_memory.c - gdb reads and writes memory, and programs flash. See gdb_packet.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_command.h"

/* As much memory at a time as its hexadecimal form fits a packet. */
#define READ_MAX (GDB_PACKET_MAX / 2)

bool gdb_range(const char **text, char end, uint32_t *address, uint32_t *size)
{
    return gdb_number(text, address) && *(*text)++ == ',' && gdb_number(text, size) &&
           (end == '\0' ? **text == '\0' : *(*text)++ == end);
}

bool gdb_read_memory(struct gdb_session *session, struct gdb_text *reply)
{
    const char *text = session->data + 1;
    uint32_t address, size;
    uint8_t data[READ_MAX];
    size_t count = 0;

    if (gdb_range(&text, '\0', &address, &size)) {
        count = session->target->read_memory(session->context, address, data,
                                             size < READ_MAX ? size : READ_MAX);
    }
    if (count == 0) {
        return answer(reply, false);
    }
    gdb_add_hex(reply, data, count);
    return true;
}

/* Binary data end with the packet; '}' escapes a byte. */
static size_t unescape(const struct gdb_session *session, const char *text, uint8_t *data)
{
    const char *end = session->data + session->size;
    size_t size = 0;

    while (text < end) {
        char c = *text++;
        if (c == '}' && text < end) {
            c = (char)(*text++ ^ 0x20);
        }
        data[size++] = (uint8_t)c;
    }
    return size;
}

bool gdb_write_memory(struct gdb_session *session, bool binary, struct gdb_text *reply)
{
    const char *text = session->data + 1;
    uint32_t address, size;
    uint8_t data[GDB_PACKET_MAX];
    size_t count;

    if (!gdb_range(&text, ':', &address, &size)) {
        return answer(reply, false);
    }
    if (binary) {
        count = unescape(session, text, data);
    } else {
        count = gdb_bytes(text, strlen(text), data, sizeof data);
    }
    return answer(reply, count == size &&
                             (size == 0 || session->target->write_memory(session->context, address,
                                                                         data, count)));
}

/* --- flash: vFlashErase:ADDR,SIZE  vFlashWrite:ADDR:DATA  vFlashDone --- */

bool gdb_flash_packet(struct gdb_session *session, const char *text, struct gdb_text *reply)
{
    const struct gdb_target *target = session->target;
    uint32_t address, size;
    uint8_t data[GDB_PACKET_MAX];

    if (starts_with(text, "Erase:")) {
        text += strlen("Erase:");
        return answer(reply, gdb_range(&text, '\0', &address, &size) &&
                                 target->erase_flash(session->context, address, size));
    }
    if (starts_with(text, "Write:")) {
        text += strlen("Write:");
        if (!gdb_number(&text, &address) || *text++ != ':') {
            return answer(reply, false);
        }
        size = (uint32_t)unescape(session, text, data);
        return answer(reply, target->write_flash(session->context, address, data, size));
    }
    return answer(reply, strcmp(text, "Done") == 0 && target->finish_flash(session->context));
}
