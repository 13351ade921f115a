/* run_transcripts.c - run Markdown transcripts: usage: run_transcripts FILE.md...
 *
 * Each file begins with a device as it comes from the factory. At the end each method that the
 * device has must have been called by some transcript.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transcript.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX  16
#define METHODS_MAX 64

enum block {
    BLOCK_NONE,
    BLOCK_DEVICE,
    BLOCK_REQUEST,
    BLOCK_REPLY,
    BLOCK_HTTP,
    BLOCK_RESPONSE,
    BLOCK_OTHER
};

struct run {
    struct device *device;
    const char *path;
    unsigned line;       /* present one */
    unsigned block_line; /* where the block begins */
    enum block block;
    char text[TEXT_MAX]; /* of the block so far */
    char replies[TEXT_MAX];
    char nonce[16];
    bool awaits_reply;
    int exchanges, failures;
};

/* All methods that were called, over all files. */
static char called[METHODS_MAX][64];
static size_t called_count;
static int uncalled_count;

static void fail(struct run *run, const char *what, const char *detail)
{
    fprintf(stderr, "%s:%u: %s\n%s%s", run->path, run->block_line, what, detail,
            detail[0] ? "\n" : "");
    run->failures++;
}

static bool is_called(const char *name)
{
    for (size_t i = 0; i < called_count; i++)
        if (strcmp(called[i], name) == 0)
            return true;
    return false;
}

static void note_method(const char *frame)
{
    const char *at = strstr(frame, "\"method\":\"");
    char name[sizeof called[0]];
    if (!at || called_count == METHODS_MAX)
        return;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 10, "\""), at + 10);
    if (!is_called(name))
        memcpy(called[called_count++], name, sizeof name);
}

/* --- blocks --- */

static void end_device(struct run *run)
{
    for (char *line = strtok(run->text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *error = device_order(run->device, line);
        if (error)
            fail(run, error, line);
    }
}

/* The next object of a squeezed text: moves *text behind it. What is no object is one frame. */
static bool next_frame(char **text, char *frame)
{
    int depth = 0;
    size_t size = 0;
    bool in_string = false;
    char *from = *text;
    if (!from[0])
        return false;
    for (; from[size]; size++) {
        if (from[size] == '\\' && in_string && from[size + 1])
            size++;
        else if (from[size] == '"')
            in_string = !in_string;
        else if (!in_string && (from[size] == '{' || from[size] == '}'))
            depth += from[size] == '{' ? 1 : -1;
        if (depth == 0 && from[size] == '}' && from[0] == '{') {
            size++;
            break;
        }
    }
    memcpy(frame, from, size);
    frame[size] = '\0';
    *text += size;
    return true;
}

static void ask(struct run *run, const char *request)
{
    static char frame[TEXT_MAX];
    const char *error = fill_in(run->device, run->nonce, request, frame, sizeof frame);
    if (error) {
        fail(run, error, request);
        return;
    }
    note_method(frame);
    const char *reply = device_ask(run->device, frame);
    strncat(run->replies, reply, sizeof run->replies - strlen(run->replies) - 1);
    run->exchanges++;
}

static void end_request(struct run *run)
{
    static char squeezed[TEXT_MAX], frame[TEXT_MAX];
    char *text = squeezed;
    if (run->awaits_reply)
        fail(run, "the requests before have no reply block", "");
    run->replies[0] = '\0';
    squeeze(run->text, squeezed, sizeof squeezed);
    if (!squeezed[0])
        ask(run, "");
    while (next_frame(&text, frame))
        ask(run, frame);
    run->awaits_reply = true;
}

static void end_reply(struct run *run)
{
    static char pattern[TEXT_MAX], report[2 * TEXT_MAX + 64];
    if (!run->awaits_reply)
        fail(run, "a reply without a request", "");
    run->awaits_reply = false;
    squeeze(run->text, pattern, sizeof pattern);
    if (match(pattern, run->replies, run->nonce))
        return;
    snprintf(report, sizeof report, "  expected %s\n  received %s", pattern, run->replies);
    fail(run, "another reply is expected", report);
}

static void end_http(struct run *run)
{
    static char request[TEXT_MAX];
    if (run->awaits_reply)
        fail(run, "the request before has no response block", "");
    http_request(run->text, request, sizeof request);
    snprintf(run->replies, sizeof run->replies, "%s", device_http(run->device, request));
    run->exchanges++;
    run->awaits_reply = true;
}

static void end_response(struct run *run)
{
    static char report[2 * TEXT_MAX];
    if (!run->awaits_reply)
        fail(run, "a response without a request", "");
    run->awaits_reply = false;
    snprintf(report, sizeof report, "  received %s", run->replies);
    if (!http_match(run->text, run->replies, run->nonce))
        fail(run, "another response is expected", report);
}

static void end_block(struct run *run)
{
    if (run->block == BLOCK_DEVICE)
        end_device(run);
    else if (run->block == BLOCK_REQUEST)
        end_request(run);
    else if (run->block == BLOCK_REPLY)
        end_reply(run);
    else if (run->block == BLOCK_HTTP)
        end_http(run);
    else if (run->block == BLOCK_RESPONSE)
        end_response(run);
    run->block = BLOCK_NONE;
}

static enum block block_of(const char *info)
{
    if (strcmp(info, "device\n") == 0)
        return BLOCK_DEVICE;
    if (strcmp(info, "request\n") == 0)
        return BLOCK_REQUEST;
    if (strcmp(info, "http\n") == 0)
        return BLOCK_HTTP;
    if (strcmp(info, "response\n") == 0)
        return BLOCK_RESPONSE;
    return strcmp(info, "reply\n") == 0 ? BLOCK_REPLY : BLOCK_OTHER;
}

static void take_line(struct run *run, const char *line)
{
    if (strncmp(line, "```", 3) != 0) {
        if (run->block != BLOCK_NONE)
            strncat(run->text, line, sizeof run->text - strlen(run->text) - 1);
        return;
    }
    if (run->block != BLOCK_NONE) {
        end_block(run);
        return;
    }
    run->block = block_of(line + 3);
    run->block_line = run->line;
    run->text[0] = '\0';
}

/* --- files --- */

static int run_file(const char *path)
{
    static struct run run;
    static char line[TEXT_MAX];
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 1;
    }
    run = (struct run){.device = device_new(), .path = path};
    for (run.line = 1; fgets(line, sizeof line, file); run.line++)
        take_line(&run, line);
    fclose(file);
    device_free(run.device);
    if (run.block != BLOCK_NONE || run.awaits_reply)
        fail(&run, "the file ends in a block, or before a reply", "");
    if (run.exchanges == 0)
        fail(&run, "no request in this file", "");
    printf("%s: %d exchanges, %d failures\n", path, run.exchanges, run.failures);
    return run.failures;
}

static void check_called(const char *name)
{
    if (is_called(name))
        return;
    fprintf(stderr, "no transcript calls %s\n", name);
    uncalled_count++;
}

int main(int argc, char **argv)
{
    int failures = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE.md...\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        failures += run_file(argv[i]);
    struct device *device = device_new();
    device_list(device, check_called);
    device_free(device);
    return failures == 0 && uncalled_count == 0 ? 0 : 1;
}
