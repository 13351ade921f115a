/* planted.h - faults planted in the harness, to prove that the suite finds them.
 *
 * They sit where a board has its port and its guard's hands: in device.c. The product's code is the
 * real one. The last ones are faults of a power-cut suite itself. scripts/planted adds faults that
 * need other product code (tests/mutants/planted.mjs), and says which known bug each one stands
 * for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PLANTED_H
#define PLANTED_H

/* X(name, what the device does wrong) */
#define PLANTED_MAP(X)                                                                             \
    X(NO_FAILED, "rolls back without a FAILED record")                                             \
    X(TRUSTS_FAILED, "rolls back with a FAILED that reads well, and may be torn")                  \
    X(NO_ELIGIBILITY, "rolls back to whatever is in the other bank")                               \
    X(NO_CHECK, "starts a trial without a look at the image")                                      \
    X(ONE_CONFIRMED, "writes one CONFIRMED record, and erases upon it")                            \
    X(TRUSTS_CONFIRMED, "erases upon CONFIRMED that read well, and may be torn")                   \
    X(LATE_ATTEMPT, "writes ATTEMPT after the jump")                                               \
    X(DEAD_NOT_COUNTED, "does not count dead slots as attempts")                                   \
    X(NO_BEGIN, "erases before BEGIN")                                                             \
    X(LATE_BEGIN, "writes BEGIN after the first erase")                                            \
    X(NO_COMPACTION, "erases the other journal and does not say so before")                        \
    X(NO_REASSERT, "begins an update while an option change may come late")                        \
    X(NO_SETTLE_RECORD, "takes a swap back and does not say so before")                            \
    X(STAGE_AFTER_SWAP, "writes STAGED after the swap is ordered")                                 \
    X(SKIPS_TOUCHED, "skips sectors that read blank, whoever erased them")                         \
    X(REST_NOT_ERASED, "leaves sectors of an unfinished update that the next image does not need") \
    X(BELIEVES_PROGRESS, "goes on with an upload by the PROGRESS of another one")                  \
    X(UNCOUNTED_AGAIN, "activates again without counting")                                         \
    X(STARTS_UNCOUNTED, "starts a trial whose ATTEMPT could not be written")                       \
    X(NO_CARRY, "erases the other journal and the values that only it has")                        \
    X(LATE_CARRY, "carries values over after the erase")                                           \
    X(ONE_COPY, "takes a save for sure without its copy")                                          \
    X(NO_SETTLE, "starts with values that a cut left in doubt, and leaves it at that")             \
    X(INCOMPLETE, "takes values from a save of which the last pieces are missing")                 \
    X(OWN_ONLY, "looks for values in the journal of the image that runs only")                     \
    X(FORGETS_UNKNOWN, "drops values of keys that it does not know")                               \
    X(NEVER_CUTS, "the suite's own: the power does not fail where it is to")                       \
    X(TEARS_NOTHING, "the suite's own: the power fails between operations only")                   \
    X(RAM_SURVIVES, "the suite's own: RAM keeps its contents at resets and without power")

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
