/* power_case.h - one case of the power-cut suite: a device, a story, a schedule of cuts, a verdict.
 *
 * The device runs its story (an update that confirms, one that hangs, ...). At each scheduled
 * operation the power goes; all RAM is refilled with random bytes; the chip boots. After the last
 * cut the story must come to its good end without help. What must hold all the time stands in
 * power_case.c, section "what must hold".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POWER_CASE_H
#define POWER_CASE_H

#include "cut_flash.h"
#include "planted.h"

#define POWER_CUTS_MAX 16u
#define POWER_KINDS    15u

enum power_story {
    STORY_FIRST,   /* a programmer's image updates to one that confirms; the spare bank is blank */
    STORY_USED,    /* the same between two images that came by updates, over old contents */
    STORY_SECOND,  /* two updates in a row, each confirmed */
    STORY_HANGS,   /* the new image never confirms: rolled back; then one that confirms */
    STORY_FAILS,   /* the same, but the new image gives up at its deadline */
    STORY_DECAYS,  /* the same, but the new image rots before its first boot */
    STORY_REVERT,  /* update, confirm, then back to the image before */
    STORY_ROT,     /* the fallback rots while the new image, which never confirms, is on trial */
    STORY_THIRD,   /* three updates in a row: the third goes where the first may have broken off */
    STORY_REFUSED, /* the chip refuses to swap until the device has given up and is asked again */
    STORY_STUCK,   /* the new image hangs, and the chip refuses to swap back: it has to stay */
    STORY_STUCK_FIRST,  /* the same from a programmer's image, which has no records */
    STORY_UNCOUNTED,    /* ATTEMPT cannot be written at the new image's boots: it is left at once */
    STORY_SAVES,        /* two updates in a row, and each image saves values now and then */
    STORY_SAVES_HANGS,  /* the same, but the new image never confirms */
    STORY_SAVES_REVERT, /* the same, there and back */
    STORY_COUNT
};

struct power_cut {
    uint32_t at; /* operation since the power came, from 1 */
    enum cut_model how;
};

struct power_case {
    uint32_t geometry; /* index of cut_geometries */
    enum power_story story;
    uint32_t seed;
    uint32_t cut_count;
    struct power_cut cuts[POWER_CUTS_MAX];
};

struct power_verdict {
    const char *wrong; /* NULL: all held */
    bool reached;      /* each cut met an operation that it fits */
    uint32_t repeated; /* updates that had to be asked for again, because of marginal words */
    uint32_t restarts; /* swaps that the application ordered again, by itself */
    uint32_t resent;   /* reverts that needed the image sent, because a compaction was cut */
    uint32_t strays;   /* starts of the bank that an order taken back, and cut there, selected */
    uint32_t saves;    /* of values, answered */
    uint32_t full;     /* refused for want of room */
    uint32_t refused;  /* updates to an image that had failed, until they were forced */
    uint32_t first_of[POWER_KINDS]; /* operations, from 1, that began each kind's first record */
    uint32_t operation_count;
    uint8_t
        operations[CUT_TRACE_MAX]; /* enum cut_operation, since the last cut: where to cut next */
};

/* Prepare what all cases share; before the first case, and once for each fault. */
void power_case_setup(enum planted_fault fault);
void power_case_teardown(void);

/* Run one case; tracing prints what the device does. */
void power_case_run(const struct power_case *power_case, bool tracing,
                    struct power_verdict *verdict);

const char *power_story_name(enum power_story story);

/* Each image of the story saves values: the small geometry has no room for them. */
bool power_story_saves(enum power_story story);

/* Write the case as --only takes it: "small/first/7/12:DEAD,3:AFTER". */
void power_case_print(const struct power_case *power_case);

/* Returns 0, or -1 when the text is no case. */
int power_case_parse(const char *text, struct power_case *power_case);

#endif
