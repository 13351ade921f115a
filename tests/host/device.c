/* device.c - see device.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS       20000u /* for what takes well below a second on a machine at rest */
#define ARGUMENTS_MAX 40

uint64_t device_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* --- life --- */

void device_make(struct device *device)
{
    memset(device, 0, sizeof *device);
    strcpy(device->folder, "/tmp/flota-host-XXXXXX");
    assert_non_null(mkdtemp(device->folder));
    snprintf(device->flash, sizeof device->flash, "%s/flash", device->folder);
    snprintf(device->control, sizeof device->control, "%s/control", device->folder);
    device->sanitized = true;
}

void device_remove(struct device *device)
{
    if (device->launcher)
        device_kill(device);
    unlink(device->flash);
    unlink(device->control);
    rmdir(device->folder);
}

const char *device_image(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, FIRMWARE "/%s-host/%s.bin", name, name);
    return path;
}

static size_t add_sanitized(const char *arguments[], size_t count)
{
    static const char *const names[] = {"good1", "good2", "crash", "hang", "runaway", "silent"};
    static char texts[sizeof names / sizeof *names][512];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(texts[i], sizeof texts[i], "%s=" FIRMWARE "/%s-host/%s-sanitized.elf", names[i],
                 names[i], names[i]);
        arguments[count++] = "--exec";
        arguments[count++] = texts[i];
    }
    return count;
}

_Noreturn static void become(const struct device *device, const char *const *more, int output)
{
    const char *arguments[ARGUMENTS_MAX] = {LAUNCHER, "--flash", device->flash, "--control",
                                            device->control};
    size_t count = 5;
    if (device->sanitized)
        count = add_sanitized(arguments, count);
    while (more && *more)
        arguments[count++] = *more++;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* LeakSanitizer at exit was seen to hang */
    int input = open("/dev/null", O_RDONLY);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close(output);
    execv(LAUNCHER, (char *const *)arguments);
    _exit(127);
}

void device_start(struct device *device, const char *const *arguments)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    device->heard_size = 0;
    device->heard[0] = 0;
    device->launcher = fork();
    assert_true(device->launcher >= 0);
    if (device->launcher == 0)
        become(device, arguments, ends[1]);
    close(ends[1]);
    device->output = ends[0];
}

void device_boot(struct device *device, const char *image)
{
    const char *const arguments[] = {"--load", device_image(image), NULL};
    device_start(device, arguments);
    device_hear_listening(device);
}

/* Both hold the other end of the pipe: its end says that both are gone. */
static void drain(struct device *device)
{
    char text[4096];
    ssize_t size;
    while ((size = read(device->output, text, sizeof text)) > 0)
        (void)!write(STDERR_FILENO, text, getenv("DEVICE_SHOW") ? (size_t)size : 0);
    close(device->output);
}

static int end(struct device *device, int number)
{
    int status;
    kill(device->launcher, number);
    assert_int_equal(waitpid(device->launcher, &status, 0), device->launcher);
    drain(device);
    device->launcher = 0;
    return status;
}

void device_kill(struct device *device)
{
    end(device, SIGKILL);
}

int device_stop(struct device *device)
{
    int status = end(device, SIGTERM);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- what it says --- */

static bool read_more(struct device *device, uint64_t until_ms)
{
    struct pollfd fds = {.fd = device->output, .events = POLLIN};
    uint64_t now_ms = device_now_ms();
    size_t room = sizeof device->heard - 1 - device->heard_size;
    if (now_ms >= until_ms || room == 0 || poll(&fds, 1, (int)(until_ms - now_ms)) <= 0)
        return false;
    ssize_t size = read(device->output, device->heard + device->heard_size, room);
    if (size <= 0)
        return false;
    if (getenv("DEVICE_SHOW"))
        fprintf(stderr, "%.*s", (int)size, device->heard + device->heard_size);
    device->heard_size += (size_t)size;
    device->heard[device->heard_size] = 0;
    return true;
}

/* The line's end, with what came before it taken away; NULL: not yet there. */
static char *find_line(struct device *device, const char *text, char *line, size_t size)
{
    char *found = strstr(device->heard, text);
    char *line_end = found ? strchr(found, '\n') : NULL;
    if (!line_end)
        return NULL;
    snprintf(line, size, "%.*s", (int)(line_end - found), found);
    device->heard_size -= (size_t)(line_end + 1 - device->heard);
    memmove(device->heard, line_end + 1, device->heard_size + 1);
    return line;
}

static void hear(struct device *device, const char *text, char *line, size_t size)
{
    uint64_t until_ms = device_now_ms() + WAIT_MS;
    while (!find_line(device, text, line, size)) {
        if (read_more(device, until_ms))
            continue;
        fail_msg("\"%s\" was not heard, but:\n%s", text, device->heard);
    }
}

void device_hear(struct device *device, const char *text)
{
    char line[256];
    hear(device, text, line, sizeof line);
}

void device_hear_listening(struct device *device)
{
    char line[256];
    hear(device, "listening on ", line, sizeof line);
    assert_int_equal(sscanf(line, "listening on %63s", device->address), 1);
}

/* --- HTTP --- */

static size_t keep_reply(char *data, size_t one, size_t size, void *context)
{
    struct device *device = context;
    size_t used = strlen(device->reply);
    size_t room = sizeof device->reply - 1 - used;
    size_t part = size < room ? size : room;
    (void)one;
    memcpy(device->reply + used, data, part);
    device->reply[used + part] = 0;
    return size;
}

static CURL *request(struct device *device, const char *path)
{
    char url[256];
    CURL *curl = curl_easy_init();
    assert_non_null(curl);
    snprintf(url, sizeof url, "http://%s%s", device->address, path);
    device->reply[0] = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_reply);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, device);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WAIT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return curl;
}

static long perform(CURL *curl)
{
    long code = 0;
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_cleanup(curl);
    return code;
}

long device_get(struct device *device, const char *path)
{
    return perform(request(device, path));
}

long device_upload(struct device *device, const char *file)
{
    CURL *curl = request(device, "/update");
    curl_mime *form = curl_mime_init(curl);
    curl_mimepart *part = curl_mime_addpart(form);
    curl_mime_name(part, "file");
    curl_mime_filedata(part, file);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
    long code = perform(curl);
    curl_mime_free(form);
    return code;
}

void device_expect(struct device *device, const char *text)
{
    uint64_t until_ms = device_now_ms() + WAIT_MS;
    while (device_now_ms() < until_ms) {
        if (device_get(device, "/api/firmware_update") == 200 && strstr(device->reply, text))
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("\"%s\" is not in the status, but: %s", text, device->reply);
}

/* --- control --- */

const char *device_command(struct device *device, const char *command)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = WAIT_MS / 1000u};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, device->control);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    dprintf(fd, "%s\n", command);
    ssize_t size = recv(fd, device->reply, sizeof device->reply - 1, 0);
    close(fd);
    assert_true(size > 0);
    device->reply[size] = 0;
    return device->reply;
}
