/* device_auto.c - --port auto: the only board that is plugged in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_internal.h"
#include <libserialport.h>
#include <stdio.h>
#include <string.h>

#define ST_VENDOR 0x0483 /* USB vendor of ST: the debugger on each of their boards */
#define HOW                                                                                        \
    "give --port: http://ADDRESS (the board's console shows it), or "                              \
    "/dev/ttyACM0"

static bool is_st(const struct sp_port *port)
{
    int vendor = 0, product = 0;
    return sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK && vendor == ST_VENDOR;
}

struct found {
    const struct sp_port *port;
    unsigned boards, others;
    char names[200];
};

static void look_at(const struct sp_port *port, struct found *found)
{
    if (sp_get_port_transport(port) != SP_TRANSPORT_USB)
        return; /* a PC's own UARTs are listed whether something is there or not */
    bool better = is_st(port) ? found->boards++ == 0 : found->others++ == 0 && found->boards == 0;
    if (better)
        found->port = port;
    size_t used = strlen(found->names);
    snprintf(found->names + used, sizeof found->names - used, "%s%s", used ? ", " : "",
             sp_get_port_name(port));
}

static bool take_found(const struct found *found, char *port, size_t size,
                       struct device_error *error)
{
    unsigned candidates = found->boards ? found->boards : found->others;
    if (candidates == 1) {
        snprintf(port, size, "%s", sp_get_port_name(found->port));
        return true;
    }
    if (candidates == 0)
        return device_fail(error, EXIT_UNREACHABLE, "no device was found", HOW,
                           "no board is plugged in by USB");
    return device_fail(error, EXIT_UNREACHABLE, "which device is not clear",
                       "give one of them with --port", "these are plugged in: %.200s",
                       found->names);
}

bool device_find_port(char *port, size_t size, struct device_error *error)
{
    struct sp_port **list = NULL;
    struct found found = {0};
    if (sp_list_ports(&list) != SP_OK)
        return device_fail(error, EXIT_UNREACHABLE, "no device was found", HOW,
                           "the system does not list its serial ports");
    for (size_t i = 0; list[i]; i++)
        look_at(list[i], &found);
    bool done = take_found(&found, port, size, error);
    sp_free_port_list(list);
    return done;
}
