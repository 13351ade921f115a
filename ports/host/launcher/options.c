/* options.c - the options of flota-host.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "launcher.h"
#include <argp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WATCHDOG_MS 16000u /* as the guard on the board starts it */

enum {
    OPTION_PORT_MAP = 0x100,
    OPTION_UART,
    OPTION_ERASE,
    OPTION_WATCHDOG,
    OPTION_SCALE,
    OPTION_MAC,
    OPTION_EXEC,
    OPTION_INITIAL
};

static const struct argp_option descriptions[] = {
    {"flash", 'f', "FILE", 0, "keep both banks and the option byte in FILE (default: in memory)",
     0},
    {"load", 'l', "IMAGE", 0, "erase all and program this .bin first, as a programmer does", 0},
    {"initial", OPTION_INITIAL, "IMAGE", 0, "the same, if the flash is blank", 0},
    {"address", 'a', "ADDRESS", 0, "IPv4 address of the device's servers (127.0.0.1)", 0},
    {"http-port", 'p', "PORT", 0, "the device's port 80 on this machine", 0},
    {"port-map", OPTION_PORT_MAP, "80=8000", 0,
     "a port of the device on this machine; others get a free one, which is said", 0},
    {"uart", OPTION_UART, "LINE", 0, "serial line: stdio (default), pty, pty:LINK, none", 0},
    {"control", 'c', "SOCKET", 0, "take commands there: reset, time, link, pin ... (README.md)", 0},
    {"mac", OPTION_MAC, "ADDRESS", 0, "MAC address (default: made of the flash file's path)", 0},
    {"erase-ms", OPTION_ERASE, "MS", 0, "how long an erase of a sector takes (0)", 0},
    {"watchdog-ms", OPTION_WATCHDOG, "MS", 0, "how long a trial may go without feeding (16000)", 0},
    {"time-scale", OPTION_SCALE, "N", 0, "the device's clock runs N times as fast (1)", 0},
    {"exec", OPTION_EXEC, "NAME=PROGRAM", 0,
     "run PROGRAM in place of the flashed firmware NAME: a build with sanitizers", 0},
    {0},
};

static uint32_t number(const char *text, uint32_t max, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || value > max)
        argp_error(state, "%s is not a number from 0 to %u", text, max);
    return (uint32_t)value;
}

static void map_port(struct host_chip *chip, uint32_t device, uint32_t machine,
                     struct argp_state *state)
{
    size_t i = 0;
    while (i < HOST_PORTS_MAX && chip->ports[i].device_port)
        i++;
    if (i >= HOST_PORTS_MAX / 2u)
        argp_error(state, "at most %u ports can be mapped", HOST_PORTS_MAX / 2u);
    chip->ports[i] = (struct host_port_map){(uint16_t)device, (uint16_t)machine, false, true};
}

static void parse_port_map(struct host_chip *chip, const char *text, struct argp_state *state)
{
    unsigned device, machine;
    char excess;
    if (sscanf(text, "%u=%u%c", &device, &machine, &excess) != 2 || device == 0 ||
        device > UINT16_MAX || machine == 0 || machine > UINT16_MAX)
        argp_error(state, "%s: give DEVICE-PORT=PORT, 80=8000", text);
    map_port(chip, device, machine, state);
}

static void parse_uart(struct launcher_options *options, char *text, struct argp_state *state)
{
    options->uart = text;
    if (strncmp(text, "pty:", 4) == 0) {
        options->uart = "pty";
        options->uart_link = text + 4;
    } else if (strcmp(text, "stdio") != 0 && strcmp(text, "pty") != 0 &&
               strcmp(text, "none") != 0) {
        argp_error(state, "%s: give stdio, pty, pty:LINK or none", text);
    }
}

static void parse_mac(struct host_chip *chip, const char *text, struct argp_state *state)
{
    unsigned bytes[6];
    char excess;
    int count = sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &bytes[0], &bytes[1], &bytes[2],
                       &bytes[3], &bytes[4], &bytes[5], &excess);
    if (count != 6)
        argp_error(state, "%s: give six bytes, 02:00:00:00:00:01", text);
    for (size_t i = 0; i < 6; i++)
        chip->mac[i] = (uint8_t)bytes[i];
}

static void parse_exec(struct launcher_options *options, char *text, struct argp_state *state)
{
    char *path = strchr(text, '=');
    size_t i = 0;
    while (i < LAUNCHER_EXECS_MAX && options->execs[i].name)
        i++;
    if (!path || i == LAUNCHER_EXECS_MAX)
        argp_error(state, "%s: give NAME=PROGRAM, at most %d times", text, LAUNCHER_EXECS_MAX);
    *path = 0;
    options->execs[i] = (struct launcher_exec){text, path + 1};
}

static void parse_address(struct host_chip *chip, const char *text, struct argp_state *state)
{
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1)
        argp_error(state, "%s is not an IPv4 address", text);
    snprintf(chip->address, sizeof chip->address, "%s", text);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct launcher *launcher = state->input;
    struct launcher_options *options = &launcher->options;
    switch (key) {
    case 'f':
        options->flash_file = text;
        return 0;
    case 'l':
        options->load = text;
        return 0;
    case OPTION_INITIAL:
        options->initial = text;
        return 0;
    case 'a':
        parse_address(launcher->chip, text, state);
        return 0;
    case 'p':
        map_port(launcher->chip, 80, number(text, UINT16_MAX, state), state);
        return 0;
    case OPTION_PORT_MAP:
        parse_port_map(launcher->chip, text, state);
        return 0;
    case OPTION_UART:
        parse_uart(options, text, state);
        return 0;
    case 'c':
        options->control = text;
        return 0;
    case OPTION_MAC:
        parse_mac(launcher->chip, text, state);
        return 0;
    case OPTION_ERASE:
        launcher->chip->erase_ms = number(text, 60000, state);
        return 0;
    case OPTION_WATCHDOG:
        options->watchdog_ms = number(text, 3600000, state);
        return 0;
    case OPTION_SCALE:
        launcher->chip->time_scale = number(text, 100000, state);
        return 0;
    case OPTION_EXEC:
        parse_exec(options, text, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void launcher_options_parse(struct launcher *launcher, int argc, char **argv)
{
    static const struct argp parser = {
        descriptions,
        parse_option,
        NULL,
        "Run a firmware for the board \"host\" on Linux: flash in a file, sockets for its network. "
        "SIGUSR1 is the reset button, SIGTERM switches off.",
        NULL,
        NULL,
        NULL};
    launcher->options.uart = "stdio";
    launcher->options.watchdog_ms = WATCHDOG_MS;
    argp_parse(&parser, argc, argv, 0, NULL, launcher);
}
