/* control_parts.h - the control socket's parts among themselves.
 *
 * Lines come in at control_lines.c and wait as commands in one queue (control.c). They are carried
 * out between two turns of the core only, so that a copy of the program (snapshot.c) always begins
 * at the same place. In a copy the only asker is the channel to the process that keeps the clients.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CONTROL_PARTS_H
#define VBOARD_CONTROL_PARTS_H

#include "control.h"
#include "cuts.h"

#include <cjson/cJSON.h>
#include <sys/types.h>

enum {
    LINE_MAX_SIZE = 1 << 20,
    ASKER_MAX = 128,
    QUEUE_MAX = 1024,
    COPY_MAX = 64,
    RESPONSES_KEPT = 64,
    FORWARDED_MAX = 256
};

#define EVENT_NAMES(X)                                                                             \
    X(OPERATION, "operation")                                                                      \
    X(RESET, "reset")                                                                              \
    X(POWER, "power")                                                                              \
    X(WARNING, "warning")                                                                          \
    X(CONSOLE, "console")                                                                          \
    X(RESPONSE, "response")

enum event_kind {
#define X(id, name) TELL_##id,
    EVENT_NAMES(X)
#undef X
        EVENT_KIND_COUNT
};

struct text {
    char *bytes;
    size_t start, size, capacity; /* bytes[start..size) is what counts */
};

/* Who asks: a client of the socket, the channel to the process that keeps the clients, or a list of
 * commands (a script, a fork's). */
struct asker {
    struct asker *next;
    int fd; /* -1: a list */
    struct text in, out;
    bool skips_line;  /* too long: the rest of it is dropped */
    bool hub;         /* the process that keeps the clients */
    bool gone;        /* freed when nothing refers to it any more */
    bool closing;     /* after what is in out */
    unsigned events;  /* bits of enum event_kind */
    unsigned waiting; /* its commands in the queue */
    struct command_list *list;
    int passed_fd; /* came with the last bytes of the hub's channel, or -1 */
};

struct command {
    struct command *next;
    struct asker *asker; /* NULL: its client has gone, nobody wants the answer */
    cJSON *json;
    const struct command_kind *kind;
    int passed_fd; /* the end of a channel for a copy, or -1 */
};

/* What a handler does with its command. */
enum outcome {
    ANSWERED, /* the answer is complete: send it */
    LATER,    /* the command was kept: control_answer() comes later */
    REBORN    /* this is now another process: the command is nobody's */
};

struct command_kind {
    const char *name;
    const char *keys; /* that it takes, with a blank before and behind each */
    enum outcome (*act)(struct board *board, struct command *command, cJSON *answer);
    unsigned flags;
};

enum {
    READS = 1,        /* alters nothing: is answered in the middle of a run */
    DETERMINISTIC = 2 /* has sense only there */
};

struct run {
    struct run *next;
    struct command *command;
    uint64_t begin_ns, end_ns;
    double host_end_s;
    uint64_t operation, time_ns, response, resets, max_resets, quiet_ns;
    bool edge_end, operation_hit;
    uint64_t console_usart;
    char *console, *window; /* text to appear, and the last bytes of the same length */
    size_t console_size, window_size;
    bool console_hit, service, cut, off;
    uint64_t losses, on_ns, off_ns, phase_end_ns; /* brownouts */
    bool is_brownouts;
};

/* A copy of the program: at work on a list (`fork`), kept (`snapshot`), or, after a `restore`, the
 * board itself. All are children of the process that keeps the clients. */
struct copy {
    struct copy *next;
    char *name;              /* of a snapshot, else NULL */
    struct command *command; /* a fork's, that waits for the answer */
    struct text in;
    int fd, pid; /* its channel, -1 when it has ended; pid 0: not known, or reaped */
};

struct control {
    struct asker *askers;
    struct command *queue, **queue_end;
    unsigned queue_size;
    struct run *runs;
    uint64_t deadline_ns;   /* of the earliest run */
    uint64_t host_check_ns; /* when the host was asked last, virtual time; turns since then */
    unsigned idle_turns;
    int listener;
    char *path;
    bool quits;
    int exit_status;
    enum board_stop stopped;
    char stopped_text[256];
    uint64_t reset_row, row_ns; /* resets in a row, and the time of the last */
    uint64_t last_operation_ns; /* began or ended */
    char console[3][256];       /* a line, until its end comes */
    size_t console_size[3];
    unsigned last_request;       /* requests have been made up to this number */
    unsigned last_response;      /* responses up to here have been told of, or were given up */
    struct copy *copies;         /* forks and snapshots */
    struct copy *board;          /* the board is another process since a `restore`; else NULL */
    struct forwarded *forwarded; /* commands under way to it */
    unsigned forwarded_size;
    uint64_t forwarded_count;
    int hub_pid;   /* in a copy: the process that keeps the clients; else 0 */
    int report_fd; /* in a fork: where its answers go; else -1 */
};

/* --- control_json.c --- */

/* What is wrong with a command, for people. The first complaint stands. */
struct complaint {
    char text[320];
    char remedy[320];
};

void complain_of(struct complaint *complaint, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool complained(const struct complaint *complaint);
/* Answer with it, if there is one. */
bool answer_complaint(cJSON *answer, const struct complaint *complaint);
/* Make answer a refusal. */
enum outcome refuse(cJSON *answer, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A parameter; the value stays as it is where it is not given. Numbers are whole, not negative, and
 * no more than max; text may hold a number, in hexadecimal after 0x. */
bool json_number(const cJSON *json, const char *name, uint64_t max, uint64_t *value,
                 struct complaint *complaint);
bool json_boolean(const cJSON *json, const char *name, bool *value, struct complaint *complaint);
bool json_text(const cJSON *json, const char *name, const char **value,
               struct complaint *complaint);
const cJSON *json_needed(const cJSON *json, const char *name, struct complaint *complaint);
/* Complain of the first key that is not in keys (each with blanks around it). */
void json_check_keys(const cJSON *json, const char *keys, const char *what,
                     struct complaint *complaint);
void json_add_number(cJSON *object, const char *name, uint64_t value);
void json_add_hex(cJSON *object, const char *name, const uint8_t *bytes, size_t size);
/* Bytes as a text if they are one, else as name_base64. */
void json_add_bytes(cJSON *object, const char *name, const uint8_t *bytes, size_t size);
/* Does answer have all that expected has? Else says what differs. */
bool json_holds(const cJSON *answer, const cJSON *expected, char *difference, size_t size);

/* --- control_text.c --- */

void text_append(struct text *text, const char *bytes, size_t size);
void text_free(struct text *text);
/* The next whole line of text, without its end, or NULL. It is valid until the next append. */
char *text_line(struct text *text, size_t *size);
/* --- control_lines.c --- */

struct asker *asker_add(struct control *control, int fd);
/* Its client has gone, or has to go. */
void asker_drop(struct board *board, struct asker *asker);
void asker_read(struct board *board, struct asker *asker);
void asker_write(struct board *board, struct asker *asker);
void asker_send(struct board *board, struct asker *asker, const cJSON *message);
void askers_free_gone(struct control *control);
/* Make a descriptor not block, and not be inherited by other programs. */
bool set_nonblocking(int fd);

/* --- control.c --- */

void control_take_line(struct board *board, struct asker *asker, const char *line, size_t size);
/* Send the answer and free both. */
void control_answer(struct board *board, struct command *command, cJSON *answer);
void control_free_command(struct control *control, struct command *command);
cJSON *control_new_answer(const struct command *command);
bool control_has_peer(const struct board *board);

/* --- control_socket.c --- */

/* False, after a message on stderr, when the socket cannot be made. */
bool control_listen(struct control *control, const char *path);

/* --- control_commands.c --- */

const struct command_kind *control_find(const char *name);
const char *control_names(void);
void control_add_status(struct board *board, cJSON *answer);
bool control_led(const struct board *board);

/* the handlers, by file */
#define HANDLER(name)                                                                              \
    enum outcome control_do_##name(struct board *board, struct command *command, cJSON *answer)
HANDLER(run); /* control_until.c */
HANDLER(stop);
HANDLER(brownouts);
HANDLER(cut); /* control_flash.c */
HANDLER(fail);
HANDLER(rot);
HANDLER(operations);
HANDLER(memory);
HANDLER(flash);
HANDLER(request); /* control_peer.c */
HANDLER(probe);
HANDLER(link);
HANDLER(events);   /* control_events.c */
HANDLER(snapshot); /* control_snapshots.c */
HANDLER(restore);
HANDLER(drop);
HANDLER(fork);
#undef HANDLER

/* --- control_run.c --- */

void run_free(struct board *board, struct run *run);
/* A byte of its console: has the text appeared? */
void run_add_to_window(struct board *board, struct run *run, char byte);
/* End the runs whose condition holds. */
void control_check_runs(struct board *board);
/* A client has gone: its runs end. */
void control_drop_runs(struct board *board, const struct asker *asker);
void control_end_runs(struct board *board, const char *stopped, const char *why);
void control_run_operation(struct board *board, const struct operation_record *record, bool starts);
void control_run_console(struct board *board, int usart, uint8_t byte);

/* --- control_peer.c --- */

void control_add_response(cJSON *object, const struct board *board, unsigned number);
void control_check_responses(struct board *board);

/* --- control_events.c --- */

const char *operation_kind_name(const struct operation_record *record);
const char *operation_end_name(const struct operation_record *record);
const char *reset_cause_name(enum reset_cause cause);
void operation_add(cJSON *object, const struct operation_record *record);
void control_flush_console(struct board *board);
/* Tell an event to who asked for it; frees it. */
void control_tell(struct board *board, enum event_kind kind, cJSON *event);
bool control_wants(const struct board *board, enum event_kind kind);

/* --- control_script.c: lists of commands --- */

struct command_list *list_from_file(const char *path, char *error, size_t error_size);
struct command_list *list_from_json(const cJSON *commands);
void list_free(struct command_list *list);
/* Give the next command when the one before is answered. */
void list_go_on(struct board *board, struct asker *asker);
/* Take the answer to the last command. */
void list_answered(struct board *board, struct asker *asker, const cJSON *answer);

/* --- snapshot.c: copies of the program --- */

/* Two ends of a channel: ours and a copy's. */
bool copy_channel(int ends[2]);
/* Make a copy of this program. channel is the copy's end; parent_too: it becomes this process's
 * sibling, not its child. Returns true in the copy, which has only that channel and no askers;
 * false here, with *pid, or -1 when there can be none. */
bool copy_make(struct board *board, int channel, bool sibling, int *pid);
/* In a copy: wait until it is wanted. Returns in a copy of the copy, with its channel. */
int copy_keep(struct board *board, int channel);
/* In a copy: be the board, for the process at the channel's other end. */
void copy_be_board(struct board *board, int channel);
/* Send all of it, with a descriptor unless that is -1. Blocks for ten seconds at most. */
bool channel_send(int fd, const char *bytes, size_t size, int passed_fd);
/* Wait ten seconds at most until the other end says something; false: it does not, or has gone. */
bool channel_wait(int fd);
/* Bytes and a descriptor (-1: none), as recv(). */
ssize_t channel_receive(int fd, char *bytes, size_t size, int *passed_fd);

/* --- control_copies.c --- */

size_t copies_poll_prepare(struct control *control, struct pollfd *fds, size_t capacity);
void copies_poll_done(struct board *board, const struct pollfd *fds, size_t count);
void copies_client_gone(struct board *board, const struct asker *asker);
struct copy *copy_add(struct control *control, int fd, const char *name);
void copy_end(struct copy *copy);
void copies_destroy(struct control *control);

/* --- control_hub.c: the board in another process --- */

enum outcome hub_forward(struct board *board, struct command *command, cJSON *answer);
/* Send it on with the end of a channel, without an answer to anybody. */
bool hub_pass(struct control *control, const cJSON *json, int passed_fd);
void hub_take_line(struct board *board, const char *line);
void hub_board_lost(struct board *board);
void hub_client_gone(struct board *board, const struct asker *asker);
void hub_update_events(struct board *board);

#endif
