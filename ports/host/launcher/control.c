/* control.c - the hand at the board: a socket that takes one command per line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "launcher.h"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_SIZE 128

__attribute__((format(printf, 2, 3))) static void answer(struct launcher *launcher,
                                                         const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0)
        (void)!send(launcher->control_client, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* --- commands: each gets the rest of its line --- */

static enum launcher_end reset(struct launcher *launcher, const char *rest)
{
    (void)rest;
    answer(launcher, "ok\n");
    return LAUNCHER_BUTTON;
}

static enum launcher_end power_cycle(struct launcher *launcher, const char *rest)
{
    (void)rest;
    answer(launcher, "ok\n");
    return LAUNCHER_POWER_CYCLE;
}

static enum launcher_end quit(struct launcher *launcher, const char *rest)
{
    (void)rest;
    answer(launcher, "ok\n");
    return LAUNCHER_QUIT;
}

static enum launcher_end let_time_pass(struct launcher *launcher, const char *rest)
{
    char *end;
    unsigned long ms = strtoul(rest, &end, 10);
    if (!isdigit((unsigned char)*rest) || *end != 0 || ms > UINT32_MAX / 2u) {
        answer(launcher, "error: time MILLISECONDS\n");
        return LAUNCHER_RUNS;
    }
    launcher->chip->clock_offset_ms += (uint32_t)ms;
    answer(launcher, "ok\n");
    return LAUNCHER_RUNS;
}

static enum launcher_end set_link(struct launcher *launcher, const char *rest)
{
    bool up = strcmp(rest, "up") == 0;
    if (!up && strcmp(rest, "down") != 0) {
        answer(launcher, "error: link up | down\n");
        return LAUNCHER_RUNS;
    }
    launcher->chip->link_is_down = !up;
    answer(launcher, "ok\n");
    return LAUNCHER_RUNS;
}

static enum launcher_end show_status(struct launcher *launcher, const char *rest)
{
    (void)rest;
    answer(launcher, "ok bank=%u pid=%d runs=%u watchdog=%s link=%s\n", launcher->flash.active + 1u,
           (int)launcher->child, launcher->run_count, launcher->watchdog ? "on" : "off",
           launcher->chip->link_is_down ? "down" : "up");
    return LAUNCHER_RUNS;
}

static enum launcher_end show_ports(struct launcher *launcher, const char *rest)
{
    const struct host_chip *chip = launcher->chip;
    (void)rest;
    answer(launcher, "ok");
    for (size_t i = 0; i < HOST_PORTS_MAX && chip->ports[i].device_port; i++) {
        const struct host_port_map *map = &chip->ports[i];
        answer(launcher, " %u%s=%s:%u", map->device_port, map->is_datagram ? "/udp" : "",
               chip->address, map->machine_port);
    }
    answer(launcher, "\n");
    return LAUNCHER_RUNS;
}

static void drive_pin(struct host_gpio *port, unsigned pin, char how)
{
    uint16_t bit = (uint16_t)(1u << pin);
    if (how == '1')
        port->drive |= bit;
    else
        port->drive &= (uint16_t)~bit;
    if (how == 'z')
        port->driven &= (uint16_t)~bit;
    else
        port->driven |= bit;
}

/* "J2": its level; "J2=1", "J2=0", "J2=z": drive it from outside, or let go. */
static enum launcher_end use_pin(struct launcher *launcher, const char *rest)
{
    char letter, how = 0, excess;
    unsigned pin;
    int count = sscanf(rest, "%c%u=%c%c", &letter, &pin, &how, &excess);
    bool is_sound = (count == 2 || (count == 3 && strchr("01z", how))) && pin < 16 &&
                    letter >= 'A' && letter < (char)('A' + HOST_GPIO_PORTS);
    if (!is_sound) {
        answer(launcher, "error: pin J2 | pin J2=1 | pin J2=0 | pin J2=z\n");
        return LAUNCHER_RUNS;
    }
    struct host_gpio *port = &launcher->chip->gpio[letter - 'A'];
    if (count == 3)
        drive_pin(port, pin, how);
    answer(launcher, "ok %d\n", host_gpio_level(port, pin));
    return LAUNCHER_RUNS;
}

static const struct command {
    const char *name;
    enum launcher_end (*run)(struct launcher *launcher, const char *rest);
} commands[] = {{"reset", reset},      {"power-cycle", power_cycle},
                {"quit", quit},        {"time", let_time_pass},
                {"link", set_link},    {"status", show_status},
                {"ports", show_ports}, {"pin", use_pin}};

static enum launcher_end carry_out(struct launcher *launcher, char *line)
{
    char *rest = strchr(line, ' ');
    if (rest)
        *rest++ = 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(line, commands[i].name) == 0)
            return commands[i].run(launcher, rest ? rest : "");
    }
    answer(launcher, "error: reset, power-cycle, quit, time MILLISECONDS, link up|down, status, "
                     "ports, pin J2[=0|1|z]\n");
    return LAUNCHER_RUNS;
}

/* --- the socket --- */

int launcher_control_open(struct launcher *launcher)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = launcher->options.control;
    launcher->control = launcher->control_client = -1;
    if (!path)
        return 0;
    if (strlen(path) >= sizeof address.sun_path) {
        launcher_say("%s: at most %zu bytes for --control", path, sizeof address.sun_path - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    launcher->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (launcher->control >= 0 &&
        bind(launcher->control, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(launcher->control, 8) == 0)
        return 0;
    launcher_say("%s: %s", path, strerror(errno));
    return -1;
}

void launcher_control_close(struct launcher *launcher)
{
    if (launcher->options.control)
        unlink(launcher->options.control);
}

/* One client at a time: a new one ends the one before. */
void launcher_control_accept(struct launcher *launcher)
{
    int fd = accept4(launcher->control, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (launcher->control_client >= 0)
        close(launcher->control_client);
    launcher->control_client = fd;
}

/* Lines come whole: they are shorter than any buffer on their way. */
enum launcher_end launcher_control_serve(struct launcher *launcher)
{
    char text[LINE_SIZE];
    ssize_t size = recv(launcher->control_client, text, sizeof text - 1, MSG_DONTWAIT);
    if (size <= 0) {
        close(launcher->control_client);
        launcher->control_client = -1;
        return LAUNCHER_RUNS;
    }
    text[size] = 0;
    enum launcher_end end = LAUNCHER_RUNS;
    for (char *line = strtok(text, "\r\n"); line && end == LAUNCHER_RUNS;
         line = strtok(NULL, "\r\n"))
        end = carry_out(launcher, line);
    return end;
}
