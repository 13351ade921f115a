/* mutated_requests.c - send random and mutated requests to a device, and see that it still serves.
 *
 *     mutated_requests --count 1000 127.0.0.1:8000
 *     mutated_requests --count 10000 --server build/host/ports/host/flota-host-server
 *
 * Each request comes from a seed. After each few the next good request must be answered, by the
 * same boot: a crash that restarts the device is seen, too. No request holds an image, so none may
 * begin an update. A failure prints the command that repeats it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX  16384u
#define RESPONSE_MAX 16384u
#define GOOD_MS      20000 /* for a good answer; a board may be busy closing the others */
#define BAD_MS       300   /* for the answer to a mutated request, which may be none */

struct options {
    const char *target; /* HOST:PORT */
    const char *server; /* program to start instead */
    uint32_t count;
    uint32_t first;
    uint32_t seed;
    uint32_t each;
};

struct run {
    struct options options;
    struct sockaddr_in address;
    pid_t server;
    int console; /* its output, -1 without a server of our own */
    char boot_id[16];
    uint32_t answered; /* mutated requests that got an answer */
    uint32_t refused;  /* with a 4xx or 5xx among them */
};

struct bytes {
    size_t size;
    uint8_t data[REQUEST_MAX];
};

/* --- numbers --- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint32_t below(uint32_t *state, uint32_t limit)
{
    return next_random(state) % limit;
}

/* A state of its own for each request, so that one can be repeated alone. */
static uint32_t state_for(uint32_t seed, uint32_t index)
{
    uint32_t state = (seed * 2654435761u) ^ (index + 1) * 2246822519u;
    state = (state ^ state >> 15) * 3266489917u;
    return state ? state : 1;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- requests --- */

static const char *const good_requests[] = {
    "GET / HTTP/1.1\r\nHost: device\r\n\r\n",
    "GET /api/firmware_update HTTP/1.1\r\nHost: device\r\nAccept: application/json\r\n\r\n",
    "HEAD /api/firmware_update HTTP/1.0\r\n\r\n",
    "GET http://device/api/leds?a=%20b&c HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n",
    "POST /api/leds HTTP/1.1\r\nHost: device\r\nContent-Length: 12\r\n\r\n{\"PJ2\":true}",
    "POST /update HTTP/1.1\r\nHost: device\r\nContent-Length: 2000\r\n"
    "Content-Type: application/octet-stream\r\n\r\nnot an image",
    "POST /update HTTP/1.1\r\nHost: device\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n1000;ext=1\r\nworld\r\n0\r\nTrailer: x\r\n\r\n",
    "POST /update?foreign=1&downgrade=1 HTTP/1.1\r\nHost: device\r\nExpect: 100-continue\r\n"
    "Content-Length: 1900\r\nContent-Type: multipart/form-data; boundary=XX\r\n\r\n--XX\r\n"
    "Content-Disposition: form-data; name=\"foreign\"\r\n\r\n1\r\n--XX\r\nContent-Disposition: "
    "form-data; "
    "name=\"file\"; filename=\"a.bin\"\r\nContent-Type: "
    "application/octet-stream\r\n\r\n\r\n--XX--\r\n",
    "POST /api/firmware_update HTTP/1.1\r\nHost: device\r\nOrigin: http://elsewhere\r\n"
    "Authorization: Basic dXNlcjpwYXNz\r\nContent-Length: 0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing "
    "HTTP/1.1\r\nHost: a\r\n\r\n",
};

static const char *const snippets[] = {
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\n",
    "\r\n ",
    ": ",
    "%00",
    "%",
    "/../",
    "--XX",
    "--XX--",
    "\r\n--XX\r\n",
    "HTTP/1.1",
    "HTTP/9.9",
    "Content-Length: 5\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 4000000000\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Expect: 100-continue\r\n",
    "Host: b\r\n",
    "Connection: close\r\n",
    "0\r\n\r\n",
    "FFFFFFFFFFFFFFFF\r\n",
    "\"",
    "\xff\xfe",
    "?foreign=1&downgrade=1",
    "multipart/form-data; boundary=\"\"",
    "Content-Type: multipart/mixed\r\n",
};

static void insert(struct bytes *request, size_t at, const void *data, size_t size)
{
    if (size > REQUEST_MAX - request->size)
        size = REQUEST_MAX - request->size;
    memmove(request->data + at + size, request->data + at, request->size - at);
    memcpy(request->data + at, data, size);
    request->size += size;
}

static void insert_run(struct bytes *request, uint32_t *state, size_t at)
{
    uint8_t run[4096];
    size_t size = 1 + below(state, sizeof run);
    memset(run, (int)below(state, 256), size);
    insert(request, at, run, size);
}

static void insert_copy(struct bytes *request, uint32_t *state, size_t at)
{
    uint8_t copy[256];
    size_t from = below(state, (uint32_t)request->size + 1);
    size_t size = below(state, sizeof copy);
    if (size > request->size - from)
        size = request->size - from;
    memcpy(copy, request->data + from, size);
    insert(request, at, copy, size);
}

static void delete_run(struct bytes *request, uint32_t *state, size_t at)
{
    size_t size = 1 + below(state, 64);
    if (size > request->size - at)
        size = request->size - at;
    memmove(request->data + at, request->data + at + size, request->size - at - size);
    request->size -= size;
}

static void mutate(struct bytes *request, uint32_t *state)
{
    size_t at = below(state, (uint32_t)request->size + 1);
    const char *snippet = snippets[below(state, sizeof snippets / sizeof *snippets)];
    switch (below(state, 8)) {
    case 0:
        if (at < request->size)
            request->data[at] ^= (uint8_t)(1u << below(state, 8));
        break;
    case 1:
        if (at < request->size)
            request->data[at] = (uint8_t)next_random(state);
        break;
    case 2:
        delete_run(request, state, at);
        break;
    case 3:
        insert_run(request, state, at);
        break;
    case 4:
        insert_copy(request, state, at);
        break;
    case 5:
        request->size = at;
        break;
    default:
        insert(request, at, snippet, strlen(snippet));
    }
}

static void make_request(struct bytes *request, uint32_t *state)
{
    request->size = 0;
    if (below(state, 8) == 0) {
        request->size = 1 + below(state, 3000);
        for (size_t i = 0; i < request->size; i++)
            request->data[i] = (uint8_t)next_random(state);
        return;
    }
    const char *good = good_requests[below(state, sizeof good_requests / sizeof *good_requests)];
    insert(request, 0, good, strlen(good));
    for (uint32_t left = 1 + below(state, 6); left > 0; left--)
        mutate(request, state);
}

/* --- connections --- */

static int open_connection(const struct run *run)
{
    struct timeval timeout = {.tv_sec = GOOD_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(fd, (const struct sockaddr *)&run->address, sizeof run->address) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* In one to four pieces. */
static void send_pieces(int fd, const struct bytes *request, uint32_t *state)
{
    size_t at = 0;
    for (uint32_t pieces = below(state, 4); pieces > 0 && at < request->size; pieces--) {
        size_t size = below(state, (uint32_t)(request->size - at) + 1);
        if (!send_all(fd, request->data + at, size))
            return;
        at += size;
    }
    send_all(fd, request->data + at, request->size - at);
}

/* Read up to the end, the time-out, or until enough(response) says so. */
static size_t receive(int fd, char *response, uint32_t timeout_ms, bool (*enough)(const char *))
{
    uint64_t end = now_ms() + timeout_ms;
    size_t size = 0;
    response[0] = '\0';
    while (size + 1 < RESPONSE_MAX && !(enough && enough(response))) {
        uint64_t now = now_ms();
        struct pollfd fds = {.fd = fd, .events = POLLIN};
        if (now >= end || poll(&fds, 1, (int)(end - now)) <= 0)
            break;
        ssize_t got = recv(fd, response + size, RESPONSE_MAX - 1 - size, 0);
        if (got <= 0)
            break;
        size += (size_t)got;
        response[size] = '\0';
    }
    return size;
}

static void reset_connection(int fd)
{
    struct linger linger = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* What came back must be HTTP, and never say that the server itself failed. */
static bool is_sound(struct run *run, const char *response, size_t size)
{
    if (size == 0)
        return true;
    run->answered++;
    if (size < 12 || strncmp(response, "HTTP/1.1 ", 9) != 0)
        return false;
    run->refused += response[9] >= '4';
    return strncmp(response + 9, "500", 3) != 0;
}

/* Send one; then end in one of the ways in which clients end. */
static bool send_mutated(struct run *run, uint32_t index)
{
    static struct bytes request;
    static char response[RESPONSE_MAX];
    uint32_t state = state_for(run->options.seed, index);
    bool sound = true;
    make_request(&request, &state);
    int fd = open_connection(run);
    if (fd < 0) {
        fprintf(stderr, "cannot connect: %s\n", strerror(errno));
        return false;
    }
    send_pieces(fd, &request, &state);
    uint32_t ending = below(&state, 8);
    if (ending == 0)
        reset_connection(fd);
    if (ending > 1) {
        shutdown(fd, SHUT_WR);
        size_t size = receive(fd, response, BAD_MS, NULL);
        sound = is_sound(run, response, size);
    }
    close(fd);
    if (!sound)
        fprintf(stderr, "request %u was answered: %.200s\n", index, response);
    return sound;
}

/* --- the good request --- */

static bool is_complete(const char *response)
{
    return strstr(response, "\"auth\":") && strstr(response, "}\r\n");
}

static bool ask_status(const struct run *run, char *response)
{
    const char *request = good_requests[1];
    int fd = open_connection(run);
    if (fd < 0)
        return false;
    bool sent = send_all(fd, (const uint8_t *)request, strlen(request));
    if (sent)
        receive(fd, response, GOOD_MS, is_complete);
    close(fd);
    return sent && strncmp(response, "HTTP/1.1 200 ", 13) == 0 && is_complete(response);
}

static bool has_boot_id(struct run *run, const char *response)
{
    char boot_id[16] = "";
    const char *key = strstr(response, "\"boot_id\":");
    if (!key || sscanf(key, "\"boot_id\":%15[0-9]", boot_id) != 1)
        return false;
    if (!run->boot_id[0])
        strcpy(run->boot_id, boot_id);
    return strcmp(run->boot_id, boot_id) == 0;
}

/* A refused connection may be tried again: eight others may still be closing. */
static bool good_is_answered(struct run *run)
{
    static char response[RESPONSE_MAX];
    uint64_t end = now_ms() + GOOD_MS;
    do {
        response[0] = '\0';
        if (ask_status(run, response)) {
            if (has_boot_id(run, response) && strstr(response, "\"erases\":0"))
                return true;
            break;
        }
        poll(NULL, 0, 50);
    } while (now_ms() < end);
    fprintf(stderr, "the good request was answered: %.900s\n", response);
    return false;
}

/* --- the program --- */

static bool parse_address(const char *text, struct sockaddr_in *address)
{
    char host[64];
    unsigned port;
    address->sin_family = AF_INET;
    if (sscanf(text, "%63[0-9.]:%u", host, &port) != 2 || port > 65535)
        return false;
    address->sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, host, &address->sin_addr) == 1;
}

/* Wait for the line that says where the server listens. */
static bool read_address(int console, struct sockaddr_in *address)
{
    char text[1024] = "", where[64];
    size_t used = 0;
    while (used + 1 < sizeof text) {
        ssize_t size = read(console, text + used, sizeof text - 1 - used);
        if (size <= 0)
            return false;
        used += (size_t)size;
        text[used] = '\0';
        const char *line = strstr(text, "listening on ");
        if (line && strchr(line, '\n'))
            return sscanf(line, "listening on %63s", where) == 1 && parse_address(where, address);
    }
    return false;
}

/* The server's console is of no interest, but a full pipe would stop it. */
static void drain_console(const struct run *run)
{
    char text[4096];
    while (run->console >= 0 && read(run->console, text, sizeof text) > 0)
        ;
}

/* Start a server of our own on a free port. */
static bool start_server(struct run *run)
{
    int output[2];
    if (pipe(output) != 0)
        return false;
    run->server = fork();
    if (run->server < 0)
        return false;
    if (run->server == 0) {
        dup2(output[1], 1);
        close(output[0]);
        close(output[1]);
        execl(run->options.server, run->options.server, "--port", "0", (char *)NULL);
        _exit(127);
    }
    close(output[1]);
    run->console = output[0];
    bool found = read_address(run->console, &run->address);
    return fcntl(run->console, F_SETFL, O_NONBLOCK) == 0 && found;
}

/* Returns false when it does not end in time. */
static bool wait_for_end(pid_t server, int *status)
{
    uint64_t end = now_ms() + GOOD_MS;
    while (now_ms() < end) {
        if (waitpid(server, status, WNOHANG) == server)
            return true;
        poll(NULL, 0, 10);
    }
    kill(server, SIGKILL);
    waitpid(server, status, 0);
    return false;
}

/* A sanitizer's finding shows in the exit status. */
static bool stop_server(const struct run *run)
{
    int status = 0;
    if (run->server <= 0)
        return true;
    kill(run->server, SIGTERM);
    if (wait_for_end(run->server, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "the server ended with status %#x\n", (unsigned)status);
    return false;
}

static bool send_requests(struct run *run)
{
    const struct options *options = &run->options;
    for (uint32_t i = options->first; i < options->first + options->count; i++) {
        drain_console(run);
        bool due = (i + 1) % options->each == 0 || i + 1 == options->first + options->count;
        if (send_mutated(run, i) && (!due || good_is_answered(run)))
            continue;
        uint32_t first = i >= options->each ? i + 1 - options->each : 0;
        fprintf(stderr, "repeat: mutated_requests --seed %u --first %u --count %u %s%s\n",
                options->seed, first, i + 1 - first, options->server ? "--server " : "",
                options->server ? options->server : options->target);
        return false;
    }
    return true;
}

static uint32_t number(const char *text, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || value > UINT32_MAX)
        argp_error(state, "%s is not a number", text);
    return (uint32_t)value;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'n':
        options->count = number(text, state);
        return 0;
    case 'f':
        options->first = number(text, state);
        return 0;
    case 's':
        options->seed = number(text, state);
        return 0;
    case 'e':
        options->each = number(text, state);
        return 0;
    case 'S':
        options->server = text;
        return 0;
    case ARGP_KEY_ARG:
        options->target = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option descriptions[] = {
    {"count", 'n', "N", 0, "requests (1000)", 0},
    {"first", 'f', "N", 0, "number of the first one (0)", 0},
    {"seed", 's', "N", 0, "of all requests (1)", 0},
    {"each", 'e', "N", 0, "send a good request after each N (20)", 0},
    {"server", 'S', "PROGRAM", 0, "start PROGRAM --port 0 instead of HOST:PORT", 0},
    {0},
};

int main(int argc, char **argv)
{
    static const struct argp parser = {
        descriptions,
        parse_option,
        "[HOST:PORT]",
        "Send random and mutated HTTP requests; each next good one must be answered.",
        NULL,
        NULL,
        NULL};
    struct run run = {.options = {.count = 1000, .seed = 1, .each = 20}, .console = -1};
    argp_parse(&parser, argc, argv, 0, NULL, &run.options);
    signal(SIGPIPE, SIG_IGN);
    bool ready = run.options.each > 0 && run.options.count > 0;
    if (run.options.server)
        ready = ready && start_server(&run);
    else
        ready = ready && run.options.target && parse_address(run.options.target, &run.address);
    if (!ready) {
        fprintf(stderr, "no server: give HOST:PORT or --server PROGRAM\n");
        return 2;
    }
    bool passed = good_is_answered(&run) && send_requests(&run);
    passed = stop_server(&run) && passed;
    printf("mutated requests: %u of %u sent, %u answered, %u of them refused, %s\n",
           passed ? run.options.count : 0, run.options.count, run.answered, run.refused,
           passed ? "each next good one answered, ok" : "FAILED");
    return passed ? 0 : 1;
}
