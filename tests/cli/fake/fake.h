/* fake.h - a device for the tests of the tool's ways: the real RPC core, made-up flash, and faults
 * to order. It updates as a device does: it keeps what it has received, restarts, and gives a
 * verdict.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_TEST_FAKE_H
#define FLOTA_TEST_FAKE_H

#include "flota/image.h"
#include "flota/rpc.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_FILE_MAX (1u << 20)

/* What goes wrong. */
struct fake_faults {
    bool garbage;     /* replies are no JSON */
    bool huge;        /* replies are 3 MB */
    bool stall;       /* frames are taken, none is answered */
    bool busy;        /* somebody else updates, and goes on */
    bool vanished;    /* somebody else has begun, and stands still for two seconds */
    bool rolls_back;  /* the new firmware fails its trial */
    bool is_explicit; /* the trial waits for OTA.Commit */
    bool forgets;     /* as other makers' devices: no offset, no max_chunk, no phase, no boot id */
    bool old;         /* no RPC over HTTP, and /update/commit instead of ?confirm=1 */
    int refuse;       /* OTA.Write past the image's head: this FLOTA_ERR_* */
    uint32_t drop_at; /* at so many bytes the connection is closed, once */
    uint32_t stop_at; /* at so many bytes the device stops answering, until it is told otherwise */
    uint32_t hold_at; /* by HTTP: at so many bytes it takes no more, but answers otherwise */
    unsigned lose_every; /* every so many-th reply is lost */
    uint32_t max_chunk;  /* 0: 1024 */
};

struct fake {
    struct flota_rpc rpc;
    struct flota_rpc_service service;
    struct fake_faults faults;
    const char *log_path; /* a line for each thing that the tests ask about */

    uint32_t boot_id;
    char name[32], version[32], board[32], product[32], build[17];
    const char *running; /* "trial", "confirmed" */
    bool was_rolled_back;
    struct flota_image_info before; /* what it goes back to */

    bool is_receiving, has_failed;
    uint32_t size, received, largest_write, began_ms;
    uint32_t commit_timeout_s;
    uint32_t restart_at_ms; /* 0: none is ordered */
    uint32_t up_at_ms;      /* it answers from here on */
    uint32_t verdict_at_ms;
    unsigned replies;
    bool drops; /* the ways close their connections */
    uint8_t *file;
};

/* secret: NULL: no credentials; user NULL: a token. */
void fake_init(struct fake *fake, const char *user, const char *secret);

/* Let time pass. */
void fake_poll(struct fake *fake, uint32_t now_ms);

/* Does it take part in the world? Not while it restarts. */
bool fake_is_up(const struct fake *fake, uint32_t now_ms);

/* Is the next reply one that gets lost? */
bool fake_loses(struct fake *fake);

/* The status as JSON; free() it. */
char *fake_status(struct fake *fake);

/* An upload's pieces; also OTA.Write's. Each returns 0 or FLOTA_ERR_*. */
int fake_begin(struct fake *fake, uint32_t size, bool resume);
int fake_take(struct fake *fake, const uint8_t *data, size_t size);
int fake_end(struct fake *fake, uint32_t now_ms);
int fake_commit(struct fake *fake);

void fake_log(const struct fake *fake, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- ways: each opens, prints its --port, and serves one turn --- */

uint32_t fake_now_ms(void);

/* A reply as the faults want it; free() it. */
char *fake_twist(const struct fake *fake, const char *reply);

void fake_stream_open(struct fake *fake, const char *kind); /* "tcp", "serial", "ws" */
void fake_stream_poll(struct fake *fake);
void fake_udp_open(struct fake *fake);
void fake_udp_poll(struct fake *fake);
void fake_mqtt_open(struct fake *fake, int broker_port);
void fake_mqtt_poll(struct fake *fake);
void fake_http_open(struct fake *fake, const char *user, const char *secret);
void fake_http_poll(struct fake *fake);

#endif
