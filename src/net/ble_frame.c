/* ble_frame.c - RPC frames over the characteristics of a GATT service. See flota/ble_frame.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/ble_frame.h"
#include "flota/error.h"
#include <string.h>

void flota_ble_frame_init(struct flota_ble_frame *frame, char *buffer, size_t capacity)
{
    *frame = (struct flota_ble_frame){.text = buffer, .capacity = capacity};
}

bool flota_ble_frame_is_complete(const struct flota_ble_frame *frame)
{
    return frame->is_begun && frame->taken == frame->size;
}

int flota_ble_frame_control(struct flota_ble_frame *frame, const uint8_t *value, size_t size)
{
    if (flota_ble_frame_is_complete(frame))
        return FLOTA_ERR_NOT_READY;
    if (size != FLOTA_BLE_CONTROL_SIZE)
        return FLOTA_ERR_BAD_VALUE;
    uint32_t length =
        (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
    if (length == 0 || length > frame->capacity)
        return FLOTA_ERR_BAD_VALUE;
    frame->size = length;
    frame->taken = 0;
    frame->is_begun = true;
    return 0;
}

int flota_ble_frame_write(struct flota_ble_frame *frame, const uint8_t *data, size_t size)
{
    if (!frame->is_begun || flota_ble_frame_is_complete(frame))
        return FLOTA_ERR_NOT_READY;
    if (size > frame->size - frame->taken) {
        frame->is_begun = false;
        return FLOTA_ERR_BAD_VALUE;
    }
    memcpy(frame->text + frame->taken, data, size);
    frame->taken += size;
    return 0;
}

void flota_ble_frame_next(struct flota_ble_frame *frame)
{
    frame->is_begun = false;
}

int flota_ble_frame_reply(struct flota_ble_frame *frame, const char *text, size_t size)
{
    if (!flota_ble_frame_is_read(frame))
        return FLOTA_ERR_NOT_READY;
    frame->reply = text;
    frame->reply_size = size;
    frame->reply_read = 0;
    return 0;
}

bool flota_ble_frame_is_read(const struct flota_ble_frame *frame)
{
    return frame->reply_read == frame->reply_size;
}

void flota_ble_frame_reply_control(const struct flota_ble_frame *frame,
                                   uint8_t value[FLOTA_BLE_CONTROL_SIZE])
{
    uint32_t left = (uint32_t)(frame->reply_size - frame->reply_read);
    for (size_t i = 0; i < FLOTA_BLE_CONTROL_SIZE; i++)
        value[i] = (uint8_t)(left >> (24 - 8 * i));
}

size_t flota_ble_frame_read(struct flota_ble_frame *frame, uint8_t *data, size_t size)
{
    size_t left = frame->reply_size - frame->reply_read;
    if (size > left)
        size = left;
    if (size > 0)
        memcpy(data, frame->reply + frame->reply_read, size);
    frame->reply_read += size;
    return size;
}
