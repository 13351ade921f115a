/* network_lookup.c - names by getaddrinfo_a(): glibc has a thread for it behind the scenes.
 *
 * The thread writes to its request until it is done, also when nobody waits any more. Such a
 * request is left to it, and freed when the next lookup begins or ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "network_lookup.h"
#include "flota/error.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOST_MAX 256

struct network_lookup {
    struct gaicb request;
    struct addrinfo hints;
    char host[HOST_MAX];
    bool is_address; /* no name: known at once */
    struct in_addr address;
    struct network_lookup *next; /* of those that nobody waits for */
};

static struct network_lookup *left_alone;

static void free_finished(void)
{
    for (struct network_lookup **at = &left_alone; *at;) {
        struct network_lookup *lookup = *at;
        if (gai_error(&lookup->request) == EAI_INPROGRESS) {
            at = &lookup->next;
            continue;
        }
        *at = lookup->next;
        if (lookup->request.ar_result)
            freeaddrinfo(lookup->request.ar_result);
        free(lookup);
    }
}

struct network_lookup *network_lookup_begin(const char *host)
{
    struct network_lookup *lookup = calloc(1, sizeof *lookup);
    size_t size = strlen(host) + 1;
    free_finished();
    if (!lookup || size > sizeof lookup->host) {
        free(lookup);
        return NULL;
    }
    lookup->is_address = inet_pton(AF_INET, host, &lookup->address) == 1;
    if (lookup->is_address)
        return lookup;
    memcpy(lookup->host, host, size);
    lookup->hints = (struct addrinfo){.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    lookup->request = (struct gaicb){.ar_name = lookup->host, .ar_request = &lookup->hints};
    struct gaicb *list[] = {&lookup->request};
    if (getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0)
        return lookup;
    free(lookup);
    return NULL;
}

int network_lookup_result(struct network_lookup *lookup, struct in_addr *address)
{
    struct sockaddr_in found;
    if (lookup->is_address) {
        *address = lookup->address;
        return 0;
    }
    int result = gai_error(&lookup->request);
    if (result == EAI_INPROGRESS)
        return NETWORK_LOOKUP_GOES_ON;
    if (result != 0 || !lookup->request.ar_result)
        return FLOTA_ERR_NAME_UNKNOWN;
    memcpy(&found, lookup->request.ar_result->ai_addr, sizeof found);
    *address = found.sin_addr;
    return 0;
}

void network_lookup_end(struct network_lookup *lookup)
{
    if (!lookup || lookup->is_address) {
        free(lookup);
        return;
    }
    gai_cancel(&lookup->request);
    lookup->next = left_alone;
    left_alone = lookup;
    free_finished();
}
