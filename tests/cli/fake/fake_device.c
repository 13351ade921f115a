/* fake_device.c - fake_device WAY [OPTION...]: a device that the tool can talk to; see fake.h.
 *
 * Prints its --port, then serves until stdin ends.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fake.h"
#include "flota/error.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fake fake;
static const char *user, *secret;
static int broker_port = 1883;

static void end(const char *what)
{
    fprintf(stderr, "fake_device: %s\n", what);
    exit(2);
}

static void read_fault(const char *name, const char *value)
{
    struct fake_faults *faults = &fake.faults;
    const struct {
        const char *name;
        bool *place;
    } flags[] = {{"garbage", &faults->garbage},
                 {"huge", &faults->huge},
                 {"stall", &faults->stall},
                 {"busy", &faults->busy},
                 {"vanished", &faults->vanished},
                 {"rolls-back", &faults->rolls_back},
                 {"explicit", &faults->is_explicit},
                 {"forgets", &faults->forgets},
                 {"old", &faults->old}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(name, flags[i].name) == 0) {
            *flags[i].place = true;
            return;
        }
    if (!value)
        end(name);
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    if (strcmp(name, "drop") == 0)
        faults->drop_at = number;
    else if (strcmp(name, "stop") == 0)
        faults->stop_at = number;
    else if (strcmp(name, "hold") == 0)
        faults->hold_at = number;
    else if (strcmp(name, "lose") == 0)
        faults->lose_every = number;
    else if (strcmp(name, "chunk") == 0)
        faults->max_chunk = number;
    else if (strcmp(name, "refuse") == 0)
        faults->refuse = -(int)number;
    else
        end(name);
}

static void read_option(char *option)
{
    char *value = strchr(option, '=');
    if (value)
        *value++ = '\0';
    if (strcmp(option, "user") == 0)
        user = value;
    else if (strcmp(option, "secret") == 0)
        secret = value;
    else if (strcmp(option, "broker") == 0)
        broker_port = atoi(value);
    else if (strcmp(option, "log") == 0)
        fake.log_path = value;
    else if (strcmp(option, "version") == 0)
        snprintf(fake.version, sizeof fake.version, "%s", value);
    else
        read_fault(option, value);
}

static void open_way(const char *way)
{
    if (strcmp(way, "http") == 0)
        fake_http_open(&fake, user, secret);
    else if (strcmp(way, "udp") == 0)
        fake_udp_open(&fake);
    else if (strcmp(way, "mqtt") == 0)
        fake_mqtt_open(&fake, broker_port);
    else
        fake_stream_open(&fake, way);
    fflush(stdout);
}

static void poll_way(const char *way)
{
    if (strcmp(way, "http") == 0)
        fake_http_poll(&fake);
    else if (strcmp(way, "udp") == 0)
        fake_udp_poll(&fake);
    else if (strcmp(way, "mqtt") == 0)
        fake_mqtt_poll(&fake);
    else
        fake_stream_poll(&fake);
}

int main(int argc, char **argv)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (argc < 2)
        end("which way?");
    signal(SIGPIPE, SIG_IGN);
    for (int i = 2; i < argc; i++)
        read_option(argv[i]);
    char version[sizeof fake.version];
    memcpy(version, fake.version, sizeof version);
    fake_init(&fake, user, secret);
    if (version[0])
        memcpy(fake.version, version, sizeof version);
    open_way(argv[1]);
    while (poll(&input, 1, 1) >= 0) {
        char command;
        if (input.revents && read(STDIN_FILENO, &command, 1) <= 0)
            break;
        if (input.revents && command == 'g') { /* go on after stop=; who sent then is given up */
            fake.faults.stall = false;
            fake.is_receiving = false;
        }
        fake_poll(&fake, fake_now_ms());
        poll_way(argv[1]);
    }
    free(fake.file);
    return 0;
}
