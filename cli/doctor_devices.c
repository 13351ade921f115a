/* doctor_devices.c - flota doctor: serial ports and network adapters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "doctor.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libserialport.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- serial ports --- */

static void check_line(struct doctor *doctor, const char *path)
{
    if (access(path, R_OK | W_OK) == 0)
        doctor_say(doctor, DOCTOR_OK, "serial port", NULL, "%s", path);
    else
        doctor_say(doctor, DOCTOR_FAIL, "serial port",
                   "sudo usermod -aG dialout $USER, then log in again", "%s: %s", path,
                   strerror(errno));
}

void doctor_check_serial(struct doctor *doctor)
{
    struct sp_port **ports = NULL;
    unsigned count = 0;
    if (sp_list_ports(&ports) != SP_OK) {
        doctor_say(doctor, DOCTOR_WARN, "serial ports", "look at the system's /sys/class/tty",
                   "the system does not list them");
        return;
    }
    for (size_t i = 0; ports[i]; i++)
        if (sp_get_port_transport(ports[i]) == SP_TRANSPORT_USB) { /* a PC's own are always there */
            check_line(doctor, sp_get_port_name(ports[i]));
            count++;
        }
    if (count == 0)
        doctor_say(doctor, DOCTOR_OK, "serial ports", NULL, "none plugged in by USB");
    sp_free_port_list(ports);
}

/* --- network --- */

struct adapters {
    uint32_t wanted; /* the device's address; 0: none is known */
    bool fits;
    char fitting[IF_NAMESIZE];
    char all[400];
};

static void add_adapter(struct adapters *adapters, const struct ifaddrs *entry)
{
    char text[INET_ADDRSTRLEN];
    struct sockaddr_in address, mask;
    memcpy(&address, entry->ifa_addr, sizeof address);
    memcpy(&mask, entry->ifa_netmask, sizeof mask);
    uint32_t ours = ntohl(address.sin_addr.s_addr), bits = ntohl(mask.sin_addr.s_addr);
    size_t used = strlen(adapters->all);
    snprintf(adapters->all + used, sizeof adapters->all - used, "%s%s %s/%d", used ? ", " : "",
             entry->ifa_name, inet_ntop(AF_INET, &address.sin_addr, text, sizeof text),
             __builtin_popcount(bits));
    if (adapters->wanted && ((ours ^ adapters->wanted) & bits) == 0) {
        adapters->fits = true;
        snprintf(adapters->fitting, sizeof adapters->fitting, "%s", entry->ifa_name);
    }
}

static bool list_adapters(struct adapters *adapters)
{
    struct ifaddrs *list;
    if (getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next)
        if (entry->ifa_addr && entry->ifa_netmask && entry->ifa_addr->sa_family == AF_INET &&
            (entry->ifa_flags & IFF_UP))
            add_adapter(adapters, entry);
    freeifaddrs(list);
    return true;
}

/* The IPv4 address in a port such as http://192.168.0.10:80/; 0: it has a name, or is no URL. */
static uint32_t address_of(const char *port)
{
    char host[64];
    struct in_addr address;
    const char *start = port ? strstr(port, "://") : NULL;
    if (!start)
        return 0;
    snprintf(host, sizeof host, "%.*s", (int)strcspn(start + 3, ":/"), start + 3);
    return inet_pton(AF_INET, host, &address) == 1 ? ntohl(address.s_addr) : 0;
}

void doctor_check_network(struct doctor *doctor, uint32_t address)
{
    char text[INET_ADDRSTRLEN];
    struct adapters adapters = {.wanted = address_of(doctor->port)};
    if (!adapters.wanted)
        adapters.wanted = address;
    if (!list_adapters(&adapters)) {
        doctor_say(doctor, DOCTOR_WARN, "network", "look at ip address", "it cannot be listed: %s",
                   strerror(errno));
        return;
    }
    doctor_say(doctor, DOCTOR_OK, "network", NULL, "%s", adapters.all[0] ? adapters.all : "none");
    const struct in_addr device = {htonl(adapters.wanted)};
    if (!adapters.wanted)
        return;
    inet_ntop(AF_INET, &device, text, sizeof text);
    if (adapters.fits)
        doctor_say(doctor, DOCTOR_OK, "way to the device", NULL, "%s is in the network of %s", text,
                   adapters.fitting);
    else
        doctor_say(doctor, DOCTOR_WARN, "way to the device",
                   "give this computer an address in its network, or the device one in yours; a "
                   "router between them, or flota sim, is fine as well",
                   "%s is in no network of this computer's", text);
}
