/* net_values.c - addresses as people write them, and values as one text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "net_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- addresses --- */

void flota_net_write_address(uint32_t address, char text[FLOTA_NET_TEXT_MAX])
{
    text[0] = '\0';
    if (address != 0)
        snprintf(text, FLOTA_NET_TEXT_MAX, "%u.%u.%u.%u", (unsigned)(address >> 24),
                 (unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255),
                 (unsigned)(address & 255));
}

/* 0 to 255, without leading zeros, which some read as octal. Returns -1 for anything else. */
static int read_byte(const char **text)
{
    int value = 0, digits = 0;
    for (; **text >= '0' && **text <= '9' && digits < 4; digits++)
        value = value * 10 + *(*text)++ - '0';
    bool has_zero = digits > 1 && (*text)[-digits] == '0';
    return digits == 0 || digits > 3 || value > 255 || has_zero ? -1 : value;
}

bool flota_net_read_address(const char *text, uint32_t *address)
{
    *address = 0;
    for (int i = 0; *text && i < 4; i++) {
        int byte = read_byte(&text);
        if (byte < 0 || *text != (i < 3 ? '.' : '\0'))
            return false;
        text += i < 3;
        *address = *address << 8 | (uint32_t)byte;
        if (i == 3)
            return true;
    }
    return *text == '\0' && *address == 0;
}

/* One that a host may have: not of this network, loopback, multicast or above. */
static bool is_host(uint32_t address)
{
    uint32_t first = address >> 24;
    return first > 0 && first < 224 && first != 127;
}

/* Ones, then at least two zeros; the address is neither the network's own nor its broadcast. */
static bool fits_mask(uint32_t address, uint32_t mask)
{
    uint32_t hosts = ~mask;
    bool is_mask = mask != 0 && (hosts & (hosts + 1)) == 0 && hosts >= 3;
    return is_mask && (address & hosts) != 0 && (address & hosts) != hosts;
}

/* --- values --- */

void flota_net_forget_unused(struct flota_net_values *values)
{
    if (values->is_dhcp)
        values->address = values->mask = values->gateway = 0;
}

const char *flota_net_check(const struct flota_net_values *values)
{
    if (values->dns != 0 && !is_host(values->dns))
        return "net.dns is no host's address";
    if (values->is_dhcp)
        return NULL;
    if (!is_host(values->address))
        return "net.ip is no host's address";
    if (!fits_mask(values->address, values->mask))
        return "net.mask does not fit net.ip";
    return values->gateway == 0 || is_host(values->gateway) ? NULL
                                                            : "net.gateway is no host's address";
}

bool flota_net_is_equal(const struct flota_net_values *a, const struct flota_net_values *b)
{
    return a->is_dhcp == b->is_dhcp && a->address == b->address && a->mask == b->mask &&
           a->gateway == b->gateway && a->dns == b->dns;
}

void flota_net_write(const struct flota_net_values *values, char text[FLOTA_NET_CANONICAL_MAX])
{
    snprintf(text, FLOTA_NET_CANONICAL_MAX, "%d %08lx %08lx %08lx %08lx", values->is_dhcp,
             (unsigned long)values->address, (unsigned long)values->mask,
             (unsigned long)values->gateway, (unsigned long)values->dns);
}

bool flota_net_read(const char *text, struct flota_net_values *values)
{
    uint32_t *const words[] = {&values->address, &values->mask, &values->gateway, &values->dns};
    char again[FLOTA_NET_CANONICAL_MAX];
    char *rest;
    *values = (struct flota_net_values){.is_dhcp = strtoul(text, &rest, 10) == 1};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        *words[i] = (uint32_t)strtoul(rest, &rest, 16);
    flota_net_write(values, again); /* which is where all mistakes show */
    return strcmp(text, again) == 0 && !flota_net_check(values);
}
