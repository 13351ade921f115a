/* torture_board.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_board.h"
#include "home.h"
#include "interrupt.h"
#include "process.h"
#include "socket.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENT_MAX 96u
#define TEXT_SIZE    128u
#define START_S      60.0
#define END_S        5.0
#define ANSWER_S     1800.0 /* a run is bounded by itself; this is for a program that hangs */
#define STEP_S       0.02
#define LOG_TAIL     600

/* --- its folder: the socket, and what it says --- */

static void folder_path(const struct torture_board *board, const char *name, char path[TEXT_SIZE])
{
    snprintf(path, TEXT_SIZE, "%s/%s", board->folder, name);
}

static bool make_folder(struct torture_board *board)
{
    snprintf(board->folder, sizeof board->folder, "/tmp/flota-torture-XXXXXX");
    if (mkdtemp(board->folder))
        return true;
    fprintf(stderr, "%s: no folder can be made in /tmp: %s.\nTo do: look for room on the disk.\n",
            board->command, strerror(errno));
    board->folder[0] = '\0';
    return false;
}

static void remove_folder(struct torture_board *board)
{
    char path[TEXT_SIZE];
    if (!board->folder[0])
        return;
    folder_path(board, "control", path);
    unlink(path);
    folder_path(board, "log", path);
    unlink(path);
    rmdir(board->folder);
    board->folder[0] = '\0';
}

/* The last of what it has said on its standard error. */
static void print_log(const struct torture_board *board)
{
    char path[TEXT_SIZE], text[LOG_TAIL + 1];
    folder_path(board, "log", path);
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    if (fseek(file, -LOG_TAIL, SEEK_END) != 0)
        rewind(file);
    text[fread(text, 1, LOG_TAIL, file)] = '\0';
    fclose(file);
    if (text[0])
        fprintf(stderr, "It says:\n%s\n", text);
}

static void lost(struct torture_board *board, const char *what)
{
    if (interrupt_pending())
        return;
    fprintf(stderr, "%s: flota-vboard %s.\n", board->command, what);
    print_log(board);
    fputs("To do: if its words do not help, run it by itself: flota-vboard --load FIRMWARE "
          "--deterministic --control SOCKET.\n",
          stderr);
}

/* --- start and end --- */

struct line {
    char *values[ARGUMENT_MAX];
    size_t count;
};

static void add(struct line *line, const char *text)
{
    if (line->count < ARGUMENT_MAX - 1)
        line->values[line->count++] = (char *)(uintptr_t)text;
}

static void add_options(struct line *line, const struct torture_setup *setup, const char *control,
                        const char *flash)
{
    static char seed[16];
    const char *const always[] = {"--deterministic", "--uart3", "none",         "--control",
                                  control,           "--load",  setup->firmware};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        add(line, always[i]);
    snprintf(seed, sizeof seed, "%u", (unsigned)setup->seed);
    add(line, "--seed");
    add(line, seed);
    if (setup->address) {
        add(line, "--guest-ip");
        add(line, setup->address);
    }
    if (flash) {
        add(line, "--flash");
        add(line, flash);
    }
    for (size_t i = 0; i < setup->option_count; i++)
        add(line, setup->options[i]);
    line->values[line->count] = NULL;
}

static bool spawn(struct torture_board *board, const struct torture_setup *setup, const char *flash)
{
    char program[PROCESS_PATH_SIZE], control[TEXT_SIZE], log[TEXT_SIZE];
    struct line line = {{NULL}, 0};
    if (!home_program("flota-vboard", program)) {
        fprintf(stderr,
                "%s: flota-vboard is not there.\nTo do: build it, with make host in Flota's "
                "folder, or put its folder into PATH.\n",
                board->command);
        return false;
    }
    folder_path(board, "control", control);
    folder_path(board, "log", log);
    add(&line, program);
    add_options(&line, setup, control, flash);
    int errors = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    board->pid = process_start_with(line.values, -1, errors, errors);
    if (errors >= 0)
        close(errors);
    return board->pid > 0;
}

static bool has_ended(const struct torture_board *board)
{
    siginfo_t ended = {0};
    return waitid(P_PID, (id_t)board->pid, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           ended.si_pid != 0;
}

static bool connect_to(struct torture_board *board)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/control", board->folder);
    board->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (board->socket < 0)
        return false;
    for (double end = clock_s() + START_S; clock_s() < end && !has_ended(board);) {
        if (connect(board->socket, (const struct sockaddr *)&address, sizeof address) == 0)
            return fcntl(board->socket, F_SETFL, O_NONBLOCK) == 0;
        if (!clock_wait(STEP_S))
            return false;
    }
    return false;
}

bool torture_board_start(struct torture_board *board, const struct torture_setup *setup,
                         const char *flash)
{
    *board = (struct torture_board){.command = setup->command, .pid = -1, .socket = -1};
    if (!make_folder(board) || !spawn(board, setup, flash)) {
        torture_board_end(board);
        return false;
    }
    if (connect_to(board))
        return true;
    lost(board, has_ended(board) ? "has ended at once" : "opens no control socket");
    torture_board_end(board);
    return false;
}

void torture_board_end(struct torture_board *board)
{
    if (board->socket >= 0)
        close(board->socket);
    if (board->pid > 0) {
        kill(board->pid, SIGTERM);
        for (double end = clock_s() + END_S; clock_s() < end && !has_ended(board);)
            usleep((useconds_t)(STEP_S * 1e6));
        if (!has_ended(board))
            kill(board->pid, SIGKILL);
        process_wait(board->pid);
    }
    remove_folder(board);
    free(board->line);
    *board = (struct torture_board){.pid = -1, .socket = -1};
}

/* --- lines --- */

static bool send_line(struct torture_board *board, const cJSON *command)
{
    char *text = cJSON_PrintUnformatted(command);
    if (!text)
        return false;
    size_t size = strlen(text);
    text[size] = '\n'; /* in place of its zero */
    bool sent = socket_send(board->socket, text, size + 1, clock_s() + START_S) > 0;
    free(text);
    return sent;
}

static bool make_room(struct torture_board *board)
{
    if (board->used < board->size)
        return true;
    size_t size = board->size ? board->size * 2 : 1u << 16;
    char *line = size <= TORTURE_LINE_MAX ? realloc(board->line, size) : NULL;
    if (!line)
        return false;
    board->line = line;
    board->size = size;
    return true;
}

/* A whole line, taken out of the buffer as JSON; NULL: not yet. */
static cJSON *take_line(struct torture_board *board, size_t from)
{
    char *end = board->used > from ? memchr(board->line + from, '\n', board->used - from) : NULL;
    if (!end)
        return NULL;
    size_t size = (size_t)(end - board->line) + 1;
    cJSON *answer = cJSON_ParseWithLength(board->line, size - 1);
    memmove(board->line, board->line + size, board->used - size);
    board->used -= size;
    return answer ? answer : cJSON_CreateObject();
}

static cJSON *read_line(struct torture_board *board)
{
    double end = clock_s() + ANSWER_S;
    size_t from = 0;
    for (;;) {
        cJSON *answer = take_line(board, from);
        if (answer)
            return answer;
        from = board->used;
        ssize_t count = make_room(board) ? socket_receive(board->socket, board->line + board->used,
                                                          board->size - board->used, end)
                                         : SOCKET_LOST;
        if (count <= 0) {
            lost(board, count == SOCKET_LATE ? "does not answer" : "has ended");
            return NULL;
        }
        board->used += (size_t)count;
    }
}

uint32_t torture_board_send(struct torture_board *board, cJSON *command)
{
    cJSON_AddNumberToObject(command, "id", ++board->last_id);
    bool sent = send_line(board, command);
    cJSON_Delete(command);
    if (!sent)
        lost(board, "takes no commands any more");
    return sent ? board->last_id : 0;
}

/* The answer to `id`, NULL: lost. Others are taken; id 0: until one was taken. */
static cJSON *receive(struct torture_board *board, uint32_t id)
{
    for (;;) {
        cJSON *answer = read_line(board);
        uint32_t found = answer ? (uint32_t)torture_number(answer, "id") : 0;
        if (!answer || (found == id && id != 0))
            return answer;
        if (found == 0 || !board->take) {
            cJSON_Delete(answer); /* an event: none was asked for */
            continue;
        }
        board->take(board->context, found, answer);
        if (id == 0)
            return cJSON_CreateNull();
    }
}

bool torture_board_wait(struct torture_board *board)
{
    cJSON *taken = receive(board, 0);
    cJSON_Delete(taken);
    return taken != NULL;
}

cJSON *torture_board_try(struct torture_board *board, cJSON *command)
{
    uint32_t id = torture_board_send(board, command);
    return id ? receive(board, id) : NULL;
}

cJSON *torture_board_ask(struct torture_board *board, cJSON *command)
{
    char name[32];
    snprintf(name, sizeof name, "%s", torture_text(command, "cmd"));
    cJSON *answer = torture_board_try(board, command);
    if (!answer || cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok")))
        return answer;
    fprintf(stderr, "%s: the board refuses '%s': %s.\nTo do: %s.\n", board->command, name,
            torture_text(answer, "error"), torture_text(answer, "remedy"));
    cJSON_Delete(answer);
    return NULL;
}
