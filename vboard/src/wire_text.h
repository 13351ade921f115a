/* wire_text.h - the text of --link: "rate=100M,rtt=1ms,loss=0.01,down=2s-3s".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_WIRE_TEXT_H
#define VBOARD_WIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PLUGS 32u

struct wire_settings {
    uint64_t rate; /* bit/s, up to the board's 100 Mbit/s */
    uint64_t rtt_ns, jitter_ns;
    double loss, duplicate, reorder; /* of a frame, in each direction */
};

struct wire_plug {
    uint64_t at_ns;
    bool plugged;
};

struct wire_change {
    struct wire_settings settings;      /* in and out */
    bool is_link_quality;               /* something other than down and up was named */
    bool plugs_forgotten;               /* up=now: the times of link down to come are void */
    struct wire_plug plugs[WIRE_PLUGS]; /* at_ns: from now */
    size_t plug_count;
};

/* Returns NULL, or what is wrong (valid until the next call); change is then useless. */
const char *wire_text_parse(const char *text, struct wire_change *change);

#endif
