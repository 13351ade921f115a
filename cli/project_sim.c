/* project_sim.c - build/sim.json: written by `flota sim`, read by the commands for devices.
 *
 * It is held by a lock of the kernel's, so that a sim that was killed is not taken for a running
 * one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project_sim.h"
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TEXT_SIZE 1024u

/* Readers share the lock, so that they do not take each other for a sim. */
static int open_lock(int flags, int how)
{
    int file = open(SIM_FILE, flags | O_CLOEXEC, 0644);
    if (file < 0)
        return -2;
    if (flock(file, how | LOCK_NB) == 0)
        return file;
    close(file);
    return -1;
}

int sim_file_open(void)
{
    return open_lock(O_RDWR | O_CREAT, LOCK_EX);
}

bool sim_is_running(void)
{
    int file = open_lock(O_RDONLY, LOCK_SH);
    if (file >= 0)
        close(file);
    return file == -1;
}

bool sim_file_write(int file, const struct sim_ports *ports)
{
    char text[TEXT_SIZE];
    int size =
        snprintf(text, sizeof text,
                 "{\"pid\":%ld,\"http\":\"http://127.0.0.1:%u\",\"tcp\":\"tcp://127.0.0.1:%u\","
                 "\"udp\":\"udp://127.0.0.1:%u\",\"serial\":\"serial://" SIM_SERIAL "\"",
                 (long)getpid(), (unsigned)ports->http, (unsigned)ports->tcp, (unsigned)ports->udp);
    if (ports->board)
        size += snprintf(text + size, sizeof text - (size_t)size,
                         ",\"board\":\"http://127.0.0.1:%u\"", (unsigned)ports->board);
    size += snprintf(text + size, sizeof text - (size_t)size, "}\n");
    return ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)size, 0) == size;
}

static bool read_text(char text[TEXT_SIZE])
{
    FILE *file = fopen(SIM_FILE, "r");
    size_t size = file ? fread(text, 1, TEXT_SIZE - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
    return size > 0;
}

const char *project_sim_port(void)
{
    static char port[64];
    char text[TEXT_SIZE];
    if (!sim_is_running() || !read_text(text))
        return NULL;
    cJSON *object = cJSON_Parse(text);
    const cJSON *http = cJSON_GetObjectItem(object, "http");
    bool found = cJSON_IsString(http) && strlen(http->valuestring) < sizeof port;
    if (found)
        strcpy(port, http->valuestring);
    cJSON_Delete(object);
    return found ? port : NULL;
}
