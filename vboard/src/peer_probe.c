/* peer_probe.c - GETs again and again: is the guest's service there, and how long is it silent?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "peer_host.h"

#include "lwip/timeouts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAIT_MS 50u
#define CONNECT_MS                                                                                 \
    200u                /* beside the cable's delay: a guest that runs takes a connection in less  \
                         */
#define ANSWER_MS 5000u /* for the whole exchange */

static void ask(void *argument);

/* --- the one that asks --- */

static void on_done(struct http_exchange *exchange, void *owner)
{
    struct asker *asker = owner;
    if (exchange->answer.status != 0)
        asker->answered(asker);
}

static void begin(struct asker *asker)
{
    struct board *board = asker->board;
    char host[IP4ADDR_STRLEN_MAX];
    const char *error;
    ip4addr_ntoa_r(&board->net->peer->guest, host, sizeof host);
    struct http_request_line line = {.method = "GET", .path = asker->path, .host = host};
    struct http_plan plan = {.address = board->net->peer->guest,
                             .port = 80,
                             .connect_ms = CONNECT_MS + 2 * peer_ms(wire_rtt_ns(board->net->wire)),
                             .timeout_ms = ANSWER_MS,
                             .done = on_done,
                             .owner = asker};
    plan.head = http_request_text(&line, &plan.head_size, &error);
    if (!plan.head) {
        board_warn(board, "network: \"%s\" cannot be asked for: %s", asker->path, error);
        asker->active = false;
        return;
    }
    http_end(&asker->exchange);
    peer_find_guest(board);
    http_begin(board, &asker->exchange, &plan);
    asker->asked++;
}

/* A guest that cannot receive is not asked: that is what makes a booting board cheap. The sign is
 * the model's own; a question would be lost on the cable. */
static void ask(void *argument)
{
    struct asker *asker = argument;
    bool over = asker->exchange.over || !asker->exchange.head;
    if (over && eth_listening(asker->board))
        begin(asker);
    if (asker->active)
        sys_timeout(asker->every_ms, ask, asker);
}

static void asker_start(struct asker *asker, struct board *board, const char *path,
                        uint32_t every_ms)
{
    asker_stop(asker);
    asker->board = board;
    asker->path = strdup(path);
    asker->every_ms = every_ms;
    asker->asked = 0;
    asker->active = true;
    ask(asker);
    net_schedule(board);
}

void asker_stop(struct asker *asker)
{
    sys_untimeout(ask, asker);
    http_end(&asker->exchange);
    asker->exchange = (struct http_exchange){0};
    free(asker->path);
    asker->path = NULL;
    asker->active = false;
}

/* Its connection is dead: a host that waits for the answer would learn that late. */
void asker_guest_restarts(struct asker *asker)
{
    http_end(&asker->exchange);
    asker->exchange = (struct http_exchange){0};
}

/* --- waiting for the service --- */

/* Headers are enough: a small server may never end its body as HTTP has it. */
static void service_answered(struct asker *asker)
{
    struct await *await = &asker->board->net->peer->await;
    if (await->status != 0 && await->status != asker->exchange.answer.status)
        return;
    await->served = true;
    asker->active = false;
}

void peer_await(struct board *board, const char *path, int status)
{
    struct peer *peer = board->net->peer;
    if (!peer)
        return;
    peer->await.status = status;
    peer->await.served = false;
    peer->await.asker.answered = service_answered;
    asker_start(&peer->await.asker, board, path, AWAIT_MS);
}

bool peer_is_served(const struct board *board)
{
    return board->net->peer && board->net->peer->await.served;
}

void peer_await_end(struct board *board)
{
    if (!board->net->peer)
        return;
    asker_stop(&board->net->peer->await.asker);
    net_schedule(board);
}

/* --- measuring silence --- */

void probe_begin(struct probe *probe, uint64_t now_ns)
{
    *probe = (struct probe){.last_ns = now_ns};
}

static void note_silence(struct probe *probe, uint64_t now_ns)
{
    if (now_ns - probe->last_ns > probe->counts.longest_silence_ns)
        probe->counts.longest_silence_ns = now_ns - probe->last_ns;
    probe->last_ns = now_ns;
}

void probe_answered(struct probe *probe, uint64_t now_ns)
{
    probe->counts.answered++;
    note_silence(probe, now_ns);
}

static void getter_answered(struct asker *asker)
{
    if (asker->exchange.error[0] != '\0')
        return; /* only a whole answer counts */
    probe_answered(&asker->board->net->peer->getter_probe, asker->board->now_ns);
}

void peer_probe_start(struct board *board, uint64_t every_ns, const char *path)
{
    struct peer *peer = board->net->peer;
    if (!peer)
        return;
    probe_begin(&peer->getter_probe, board->now_ns);
    peer->getter.answered = getter_answered;
    asker_start(&peer->getter, board, path, peer_ms(every_ns));
    ping_start(&peer->pinger, peer_ms(every_ns));
    net_schedule(board);
}

void peer_probe_end(struct board *board, struct peer_probe *ping, struct peer_probe *get)
{
    struct peer *peer = board->net->peer;
    *ping = *get = (struct peer_probe){0};
    if (!peer || !peer->getter.active)
        return;
    note_silence(&peer->getter_probe, board->now_ns);
    note_silence(&peer->pinger.probe, board->now_ns);
    peer->getter_probe.counts.sent = peer->getter.asked;
    asker_stop(&peer->getter);
    ping_stop(&peer->pinger);
    *ping = peer->pinger.probe.counts;
    *get = peer->getter_probe.counts;
    net_schedule(board);
}
