/* planted.h - faults planted in the harness, to prove that the suite finds them.
 *
 * They sit where a board has its port and its guard's hands: in device.c. The product's code is the
 * real one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PLANTED_H
#define PLANTED_H

/* X(name, what the device does wrong) */
#define PLANTED_MAP(X)                                                                             \
    X(NO_FAILED, "rolls back without a FAILED record")                                             \
    X(NO_ELIGIBILITY, "rolls back to whatever is in the other bank")                               \
    X(NO_CHECK, "starts a trial without a look at the image")                                      \
    X(ONE_CONFIRMED, "writes one CONFIRMED record, and erases upon it")                            \
    X(LATE_ATTEMPT, "writes ATTEMPT after the jump")                                               \
    X(DEAD_NOT_COUNTED, "does not count dead slots as attempts")                                   \
    X(NO_BEGIN, "erases before BEGIN")                                                             \
    X(NO_REASSERT, "begins an update while an option change may come late")                        \
    X(STAGE_AFTER_SWAP, "writes STAGED after the swap is ordered")                                 \
    X(SKIPS_TOUCHED, "skips sectors that read blank, whoever erased them")

enum planted_fault {
    PLANTED_NOTHING,
#define X(name, text) PLANTED_##name,
    PLANTED_MAP(X)
#undef X
        PLANTED_COUNT
};

/* For people. */
const char *planted_name(enum planted_fault fault);
const char *planted_text(enum planted_fault fault);

/* Returns the fault, or PLANTED_COUNT when there is none of that name. */
enum planted_fault planted_by_name(const char *name);

#endif
