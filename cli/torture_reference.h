/* torture_reference.h - the update without a cut, once: what it does to flash, how long it takes,
 * and by what its new firmware can be told from the old one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_REFERENCE_H
#define FLOTA_CLI_TORTURE_REFERENCE_H

#include "file.h"
#include "torture.h"
#include "torture_board.h"

#define TORTURE_UPDATE_S 600.0 /* at most, of the board's time */

/* How the update is asked for, and how to see that a firmware is alive. */
struct torture_target {
    char method[16];
    const char *path;
    const char *field;          /* of a form; NULL: the file is the body */
    const char *update;         /* the file */
    const char *const *prepare; /* files that the device is updated with before, without cuts */
    size_t prepare_count;
    const char *const *headers;
    size_t header_count;
    uint32_t status;         /* of the answer that takes the update; 0: any 2xx */
    const char *service;     /* path of a GET */
    uint32_t service_status; /* 0: any */
    double within_s, quiet_s;
};

#define TORTURE_WINDOW 32u

/* Bytes of the new firmware, where the core sees them, that the old one has otherwise. */
struct torture_mark {
    uint32_t address;
    char hex[TORTURE_WINDOW * 2 + 1];
};

struct torture_reference {
    struct torture_update update;
    struct torture_mark marks[2]; /* the first difference, and the last */
    bool takes_again;             /* the new firmware takes the same update, too */
};

/* Commands that several parts send. */
cJSON *torture_request(const struct torture_target *target, const char *file);
/* request: the update is 1, the next one 2 and so on. */
cJSON *torture_await_number(size_t number, double for_s); /* of all requests so far */
cJSON *torture_await_response(const struct torture_target *target, unsigned request, double for_s);
bool torture_is_taken(const struct torture_target *target, const cJSON *answer);
cJSON *torture_await_service(const struct torture_target *target, double for_s);
cJSON *torture_await_quiet(const struct torture_target *target, double for_s);
cJSON *torture_read_mark(const struct torture_mark *mark, bool expect);
bool torture_has_mark(const struct torture_mark *mark, const cJSON *answer);

/* Run the board's firmware until it serves, and make the updates that come before. Returns false
 * after having said why not. */
bool torture_boot(struct torture_board *board, const struct torture_target *target);

/* The whole update, in a copy of the board. firmware, update: the two images. */
bool torture_learn(struct torture_board *board, const struct torture_target *target,
                   const struct file *firmware, const struct file *update,
                   struct torture_reference *reference);
void torture_reference_free(struct torture_reference *reference);

#endif
