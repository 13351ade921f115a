/* net_wire.c - the cable between guest and peer, in virtual time: rate, delay, loss, duplication,
 * reordering, link down, all from --seed.
 *
 * Each direction is a line on which one frame follows the other at the rate, and which then takes
 * half the round trip time. The MAC model (eth_mac.c) has the time of a frame at 100 Mbit/s
 * already: only what a slower line needs beyond that is added here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "net.h"
#include "peer.h"
#include "wire_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_FRAME     60u
#define WIRE_OVERHEAD 24u /* preamble, FCS, gap between frames */
#define BOARD_RATE    100000000u
#define LANE_FRAMES   1024u     /* a switch's buffer: what does not fit is lost */
#define HELD_MIN_NS   NS_PER_MS /* a reordered frame is late by 1 to 5 ms: others overtake it */
#define HELD_RANGE_NS (4 * NS_PER_MS)

struct wire_frame {
    struct wire_frame *next;
    uint64_t at_ns; /* when it is there */
    size_t size;
    uint8_t data[];
};

struct lane {
    struct wire_frame *first, *last; /* in the order of arrival */
    unsigned count;
    uint64_t free_ns;   /* the line is free again */
    uint64_t latest_ns; /* arrival of the last frame in order */
};

struct wire {
    struct wire_settings settings;
    struct wire_plug plugs[WIRE_PLUGS]; /* at_ns of the program, to come */
    size_t plug_count;
    bool plugged;
    uint64_t random;
    struct lane to_guest, from_guest;
};

/* --- chance --- */

/* splitmix64, a public-domain generator by Sebastiano Vigna. */
static uint64_t next_random(struct wire *wire)
{
    uint64_t z = wire->random += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static bool chance(struct wire *wire, double probability)
{
    return probability > 0 && (double)(next_random(wire) >> 11) * 0x1p-53 < probability;
}

static uint64_t random_below(struct wire *wire, uint64_t limit)
{
    return limit > 0 ? next_random(wire) % limit : 0;
}

/* --- lanes --- */

static void insert(struct lane *lane, struct wire_frame *frame)
{
    struct wire_frame **place = &lane->first;
    if (lane->last && lane->last->at_ns <= frame->at_ns)
        place = &lane->last->next;
    while (*place && (*place)->at_ns <= frame->at_ns)
        place = &(*place)->next;
    frame->next = *place;
    *place = frame;
    if (!frame->next)
        lane->last = frame;
    lane->count++;
}

static struct wire_frame *take_first(struct lane *lane)
{
    struct wire_frame *frame = lane->first;
    lane->first = frame->next;
    if (!lane->first)
        lane->last = NULL;
    lane->count--;
    return frame;
}

static void empty(struct lane *lane)
{
    while (lane->first)
        free(take_first(lane));
}

static void put(struct lane *lane, const uint8_t *data, size_t size, uint64_t at_ns)
{
    struct wire_frame *frame = malloc(sizeof *frame + size);
    if (!frame)
        abort();
    frame->at_ns = at_ns;
    frame->size = size;
    memcpy(frame->data, data, size);
    insert(lane, frame);
}

/* start_ns: its first bit gets onto the line, if that is free. Returns when its last bit leaves. */
static uint64_t occupy(struct lane *lane, uint64_t start_ns, uint64_t line_ns)
{
    if (start_ns < lane->free_ns)
        start_ns = lane->free_ns;
    lane->free_ns = start_ns + line_ns;
    return lane->free_ns;
}

static uint64_t frame_ns(size_t size, uint64_t rate)
{
    uint64_t bits = ((size < MIN_FRAME ? MIN_FRAME : size) + WIRE_OVERHEAD) * 8;
    return bits * NS_PER_S / rate;
}

/* The end of the line, and what happens on the way. */
static void travel(struct wire *wire, struct lane *lane, const uint8_t *data, size_t size,
                   uint64_t leaves_ns)
{
    const struct wire_settings *settings = &wire->settings;
    uint64_t at_ns = leaves_ns + settings->rtt_ns / 2 + random_below(wire, settings->jitter_ns);
    if (chance(wire, settings->loss))
        return;
    if (chance(wire, settings->reorder)) {
        at_ns += HELD_MIN_NS + random_below(wire, HELD_RANGE_NS);
    } else {
        if (at_ns < lane->latest_ns) /* jitter alone lets no frame overtake another */
            at_ns = lane->latest_ns;
        lane->latest_ns = at_ns;
    }
    put(lane, data, size, at_ns);
    if (chance(wire, settings->duplicate))
        put(lane, data, size, at_ns);
}

void wire_to_guest(struct board *board, const uint8_t *frame, size_t size)
{
    struct wire *wire = board->net->wire;
    if (!wire->plugged || wire->to_guest.count >= LANE_FRAMES)
        return;
    uint64_t line_ns = frame_ns(size, wire->settings.rate);
    uint64_t leaves_ns = occupy(&wire->to_guest, board->now_ns, line_ns);
    travel(wire, &wire->to_guest, frame, size, leaves_ns - frame_ns(size, BOARD_RATE));
    net_schedule(board);
}

void wire_from_guest(struct board *board, const uint8_t *frame, size_t size)
{
    struct wire *wire = board->net->wire;
    if (!wire->plugged || wire->from_guest.count >= LANE_FRAMES)
        return;
    uint64_t sent_ns = frame_ns(size, BOARD_RATE);
    uint64_t start_ns = board->now_ns > sent_ns ? board->now_ns - sent_ns : 0;
    uint64_t leaves_ns = occupy(&wire->from_guest, start_ns, frame_ns(size, wire->settings.rate));
    travel(wire, &wire->from_guest, frame, size, leaves_ns);
    net_schedule(board);
}

/* --- plug --- */

static void plug(struct board *board, bool plugged)
{
    struct wire *wire = board->net->wire;
    if (wire->plugged == plugged)
        return;
    wire->plugged = plugged;
    empty(&wire->to_guest);
    empty(&wire->from_guest);
    phy_set_link(board, plugged);
}

static size_t next_plug(const struct wire *wire)
{
    size_t next = 0;
    for (size_t i = 1; i < wire->plug_count; i++) {
        if (wire->plugs[i].at_ns < wire->plugs[next].at_ns)
            next = i;
    }
    return next;
}

static void run_plugs(struct board *board)
{
    struct wire *wire = board->net->wire;
    while (wire->plug_count > 0) {
        size_t next = next_plug(wire);
        struct wire_plug due = wire->plugs[next];
        if (due.at_ns > board->now_ns)
            return;
        wire->plugs[next] = wire->plugs[--wire->plug_count];
        plug(board, due.plugged);
    }
}

const char *wire_configure(struct board *board, const char *text)
{
    struct wire *wire = board->net->wire;
    struct wire_change change = {.settings = wire->settings};
    const char *error = wire_text_parse(text, &change);
    if (error)
        return error;
    if (board->net->backend == &net_none_backend)
        return "there is no cable with --net none";
    if (!board->net->backend->on_wire && change.is_link_quality)
        return "this cable is always good: only down and up can be set, the rest needs --net "
               "script or tap";
    if (change.plugs_forgotten)
        wire->plug_count = 0;
    if (wire->plug_count + change.plug_count > WIRE_PLUGS)
        return "too many times of link down are still to come: up=now forgets them";
    wire->settings = change.settings;
    for (size_t i = 0; i < change.plug_count; i++) {
        change.plugs[i].at_ns += board->now_ns;
        wire->plugs[wire->plug_count++] = change.plugs[i];
    }
    run_plugs(board);
    net_schedule(board);
    return NULL;
}

/* --- time --- */

static uint64_t lane_deadline(const struct lane *lane)
{
    return lane->first ? lane->first->at_ns : BOARD_NEVER;
}

uint64_t wire_deadline(const struct wire *wire)
{
    uint64_t next = lane_deadline(&wire->to_guest), other = lane_deadline(&wire->from_guest);
    if (other < next)
        next = other;
    if (wire->plug_count > 0 && wire->plugs[next_plug(wire)].at_ns < next)
        next = wire->plugs[next_plug(wire)].at_ns;
    return next;
}

static void arrive(struct board *board, struct lane *lane, bool at_guest)
{
    while (lane_deadline(lane) <= board->now_ns) {
        struct wire_frame *frame = take_first(lane);
        if (at_guest)
            net_deliver(board, frame->data, frame->size);
        else if (board->net->backend->transmit)
            board->net->backend->transmit(board, frame->data, frame->size);
        free(frame);
    }
}

void wire_advance(struct board *board)
{
    struct wire *wire = board->net->wire;
    run_plugs(board);
    arrive(board, &wire->from_guest, false);
    arrive(board, &wire->to_guest, true);
}

uint64_t wire_rtt_ns(const struct wire *wire)
{
    return wire->settings.rtt_ns + 2 * wire->settings.jitter_ns;
}

/* --- life cycle --- */

struct wire *wire_create(struct board *board)
{
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        abort();
    wire->settings = (struct wire_settings){.rate = BOARD_RATE, .rtt_ns = NS_PER_MS};
    wire->plugged = true;
    wire->random = board->options.seed ^ 0x57495245ull; /* not the numbers of the other parts */
    board->net->wire = wire;
    const char *error = board->options.link ? wire_configure(board, board->options.link) : NULL;
    if (!error)
        return wire;
    fprintf(stderr, "vboard: --link %s: %s\n", board->options.link, error);
    return NULL; /* net_destroy() frees it */
}

void wire_destroy(struct wire *wire)
{
    if (!wire)
        return;
    empty(&wire->to_guest);
    empty(&wire->from_guest);
    free(wire);
}
