/* device_network.c - why a device might not be reached: compare its address with this computer's
 * networks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_internal.h"
#include "socket.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct networks {
    uint32_t device;          /* address, host order */
    char inside[IF_NAMESIZE]; /* the interface whose network the device's address
                                 is in */
    char ours[200];           /* "192.168.1.17/24 (eth0), ..." */
};

static unsigned bits_of(uint32_t mask)
{
    unsigned bits = 0;
    for (; mask & 0x80000000u; mask <<= 1)
        bits++;
    return bits;
}

static uint32_t host_order(const struct sockaddr *address)
{
    struct sockaddr_in copy;
    memcpy(&copy, address, sizeof copy);
    return ntohl(copy.sin_addr.s_addr);
}

static void look_at(const struct ifaddrs *interface, struct networks *networks)
{
    if (!interface->ifa_addr || interface->ifa_addr->sa_family != AF_INET ||
        !interface->ifa_netmask || !(interface->ifa_flags & IFF_UP))
        return;
    uint32_t address = host_order(interface->ifa_addr), mask = host_order(interface->ifa_netmask);
    if ((address & mask) == (networks->device & mask))
        snprintf(networks->inside, sizeof networks->inside, "%s", interface->ifa_name);
    if (interface->ifa_flags & IFF_LOOPBACK)
        return;
    size_t used = strlen(networks->ours);
    snprintf(networks->ours + used, sizeof networks->ours - used, "%s%u.%u.%u.%u/%u (%s)",
             used ? ", " : "", address >> 24, address >> 16 & 255u, address >> 8 & 255u,
             address & 255u, bits_of(mask), interface->ifa_name);
}

static bool look_around(const char *host, struct networks *networks)
{
    struct ifaddrs *list = NULL;
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) != 1 || getifaddrs(&list) != 0)
        return false;
    networks->device = ntohl(address.s_addr);
    for (const struct ifaddrs *interface = list; interface; interface = interface->ifa_next)
        look_at(interface, networks);
    freeifaddrs(list);
    return true;
}

static void explain(const struct networks *networks, struct device_error *error)
{
    if (networks->inside[0])
        snprintf(error->remedy, sizeof error->remedy,
                 "its address lies in the network of %s: check power, cable and "
                 "firewall, and that "
                 "this is the address that the device shows on its console",
                 networks->inside);
    else
        snprintf(error->remedy, sizeof error->remedy,
                 "its address lies in none of this computer's networks (%.150s): join "
                 "the device's "
                 "network, or give the device an address of yours",
                 networks->ours[0] ? networks->ours : "there are none");
}

bool device_unreachable(const struct device *device, struct device_error *error, const char *why)
{
    struct networks networks = {0};
    char host[SOCKET_HOST_MAX], service[SOCKET_SERVICE_MAX];
    if (interrupt_pending())
        return device_interrupted(error);
    device_fail(error, EXIT_UNREACHABLE, "the device cannot be reached",
                "check its name or address, and that it has power and network", "%.120s: %.190s",
                device->name, why);
    if (socket_split(device->address, "0", host, service) && look_around(host, &networks))
        explain(&networks, error);
    return false;
}
