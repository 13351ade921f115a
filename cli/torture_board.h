/* torture_board.h - flota-vboard as a program that stands still until it is asked: its control
 * socket, vboard/CONTROL.md.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_BOARD_H
#define FLOTA_CLI_TORTURE_BOARD_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TORTURE_PATH_SIZE 1024u
#define TORTURE_LINE_MAX  (64u << 20)

/* What the firmware needs to run. */
struct torture_setup {
    const char *command;  /* for messages */
    const char *firmware; /* the image to start with */
    const char *address;  /* NULL: it asks by DHCP */
    const char *const *options;
    size_t option_count; /* further ones of flota-vboard */
    uint32_t seed;
};

/* An answer to torture_board_send(): takes it over. */
typedef void (*torture_take)(void *context, uint32_t id, cJSON *answer);

struct torture_board {
    const char *command;
    pid_t pid;
    int socket;
    char folder[64];
    char *line; /* what has come of it */
    size_t used, size;
    uint32_t last_id;
    torture_take take;
    void *context;
};

/* Start one. flash: a file that keeps what is in flash; NULL: none. Returns false after having said
 * why not. */
bool torture_board_start(struct torture_board *board, const struct torture_setup *setup,
                         const char *flash);
void torture_board_end(struct torture_board *board);

/* Ask, and wait for the answer; frees the command. Answers to torture_board_send() are taken
 * meanwhile. Returns NULL after having said what is wrong: no answer, or one that is not ok. */
cJSON *torture_board_ask(struct torture_board *board, cJSON *command);

/* The same; an answer that is not ok comes back, too. */
cJSON *torture_board_try(struct torture_board *board, cJSON *command);

/* Ask without waiting; the answer goes to board->take. Frees the command. Returns the id, 0: lost.
 */
uint32_t torture_board_send(struct torture_board *board, cJSON *command);

/* Wait for one answer, and have it taken. Returns false after having said what is wrong. */
bool torture_board_wait(struct torture_board *board);

/* --- values of an answer --- */

const char *torture_text(const cJSON *object, const char *name); /* "": none */
double torture_number(const cJSON *object, const char *name);    /* 0: none */
uint64_t torture_count(const cJSON *object, const char *name);

/* --- commands --- */

cJSON *torture_command(const char *name);
cJSON *torture_run(cJSON *until, double for_s); /* `until` becomes part of it */
cJSON *torture_expect(cJSON *command, const char *stopped);
cJSON *torture_until_number(const char *name, double value);

#endif
