/* flota/ble_frame.h - RPC frames over a Bluetooth LE GATT service, as bytes in and out of its
 * characteristics.
 *
 * A client writes a frame's length to tx_ctl (32 bits, big-endian), then the frame to data in
 * pieces of any size. The reply's length is read from, or notified by, rx_ctl in the same form, and
 * its pieces are read from data until that many bytes were read. One frame at a time each way.
 *
 * No radio has run this: the bytes are tested, a Bluetooth stack's side is not.
 *
 * Wire format: SPEC.md, "RPC". Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_BLE_FRAME_H
#define FLOTA_BLE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The service's UUID; as text of 16 characters it reads "_mOS_RPC_SVC_ID_". */
#define FLOTA_BLE_SERVICE_UUID "5f6d4f53-5f52-5043-5f53-56435f49445f"

#define FLOTA_BLE_CONTROL_SIZE 4u

/* Treat as private, but for the first group. */
struct flota_ble_frame {
    char *text;  /* the frame that came, valid while flota_ble_frame_is_complete() */
    size_t size; /* of it */
    /* private */
    size_t capacity;
    size_t taken;
    bool is_begun;
    const char *reply;
    size_t reply_size;
    size_t reply_read;
};

/* buffer: for the longest frame; kept by reference. Also for a client that has disconnected. */
void flota_ble_frame_init(struct flota_ble_frame *frame, char *buffer, size_t capacity);

/* tx_ctl was written. A frame that had not come whole is dropped. Returns 0, FLOTA_ERR_BAD_VALUE
 * for another size than 4 bytes, a length of 0 or one above the buffer, or FLOTA_ERR_NOT_READY
 * while a complete frame is there: nothing has changed then. */
int flota_ble_frame_control(struct flota_ble_frame *frame, const uint8_t *value, size_t size);

/* data was written. Returns 0, FLOTA_ERR_NOT_READY without a length before it, or
 * FLOTA_ERR_BAD_VALUE when it is more than the length said: the frame is dropped then. */
int flota_ble_frame_write(struct flota_ble_frame *frame, const uint8_t *data, size_t size);

bool flota_ble_frame_is_complete(const struct flota_ble_frame *frame);

/* The frame was served: the next one may come. */
void flota_ble_frame_next(struct flota_ble_frame *frame);

/* --- the reply --- */

/* Offer a reply; kept by reference until it was read whole. FLOTA_ERR_NOT_READY while another one
 * waits. rx_ctl is to be notified then. */
int flota_ble_frame_reply(struct flota_ble_frame *frame, const char *text, size_t size);

/* rx_ctl is read: the bytes of the reply that were not read yet, 0 for none. */
void flota_ble_frame_reply_control(const struct flota_ble_frame *frame,
                                   uint8_t value[FLOTA_BLE_CONTROL_SIZE]);

/* data is read: at most size bytes, the MTU less 3. Returns how many. */
size_t flota_ble_frame_read(struct flota_ble_frame *frame, uint8_t *data, size_t size);

/* Was the reply read whole, or none offered? */
bool flota_ble_frame_is_read(const struct flota_ble_frame *frame);

#endif
