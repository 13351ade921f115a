/* fuzz_http_client.c - any bytes as a server's reply: once whole, once in pieces with a receiver
 * that takes little at a time. Both must come to the same result and the same body; and any text as
 * an address, and as a redirect from it.
 *
 * The input: a byte that chooses pieces and request, an address up to the first line feed, the
 * reply.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/http_client.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 16384u

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

struct run {
    struct flota_http_client client;
    struct flota_network_dial dial;
    struct flota_http_get get;
    uint32_t *random;
    int head_count;
    int result;
    uint64_t body_size;
    uint32_t sum;
};

static int on_head(void *context, const struct flota_http_client *client)
{
    struct run *run = context;
    const struct flota_http_reply *reply = &client->reply;
    run->head_count++;
    REQUIRE(reply->status >= 200 && reply->status <= 599);
    if (reply->status == 206)
        REQUIRE(reply->first == run->get.range_first && reply->last < reply->total);
    return 0;
}

static int on_body(void *context, const uint8_t *data, size_t size)
{
    struct run *run = context;
    REQUIRE(size > 0 && run->head_count == 1);
    if (run->random)
        size = prng_below(run->random, (uint32_t)size + 1u);
    for (size_t i = 0; i < size; i++)
        run->sum = run->sum * 31u + data[i];
    run->body_size += size;
    return (int)size;
}

/* Send all, in pieces when random is not NULL; then the peer ends. */
static void talk(struct run *run, const struct flota_url *url, uint8_t choice, const uint8_t *data,
                 size_t size, uint32_t *random)
{
    const struct flota_stream_protocol *protocol = &flota_http_client_protocol;
    memset(run, 0, sizeof *run);
    run->random = random;
    run->get = (struct flota_http_get){.url = url,
                                       .has_range = choice & 1,
                                       .range_first = choice & 2 ? 6 : 0,
                                       .range_last = choice & 4 ? 10 : 0,
                                       .head = on_head,
                                       .body = on_body,
                                       .context = run};
    protocol->open(&run->client, &run->get, "10.0.0.1", 0);
    for (int idle = 0; size > 0 && idle < 1000;) {
        size_t piece = random ? 1 + prng_below(random, 50) : size;
        if (piece > size)
            piece = size;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        memcpy(copy, data, piece);
        size_t taken = protocol->receive(&run->client, copy, piece, 0);
        free(copy);
        REQUIRE(taken <= piece);
        data += taken;
        size -= taken;
        idle = taken ? 0 : idle + 1;
    }
    REQUIRE(size == 0);
    protocol->peer_ended(&run->client, 0);
    run->dial.state = FLOTA_NETWORK_CLOSED;
    run->result = flota_http_client_result(&run->client, &run->dial);
    REQUIRE(run->result <= 0);
    REQUIRE(protocol->wants_close(&run->client));
    REQUIRE(run->result != 0 || run->head_count == 1);
    protocol->close(&run->client);
}

/* What was accepted is accepted again, and means the same. */
static void check_url(const struct flota_url *url)
{
    struct flota_url again;
    REQUIRE(strlen(url->text) < FLOTA_URL_MAX && url->host[0] && url->port != 0);
    REQUIRE(url->text[url->target] == '/');
    REQUIRE(!strpbrk(url->text, " \r\n#"));
    REQUIRE(flota_url_parse(url->text, &again, NULL) == 0);
    REQUIRE(strcmp(again.text, url->text) == 0 && strcmp(again.host, url->host) == 0);
    REQUIRE(again.port == url->port && again.target == url->target);
}

static void redirect(const struct flota_url *base, const struct flota_http_client *client)
{
    struct flota_http_text location = flota_http_client_header(client, "Location");
    struct flota_url next;
    const char *why = NULL;
    if (!location.data)
        return;
    if (flota_url_resolve(base, location, &next, &why) == 0)
        check_url(&next);
    else
        REQUIRE(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run whole, pieces;
    static char address[INPUT_MAX];
    struct flota_url url;
    const char *why = NULL;
    if (size < 1 || size > INPUT_MAX)
        return 0;
    uint32_t random = data[0];
    const uint8_t *line = memchr(data, '\n', size);
    size_t address_size = line ? (size_t)(line - data) - 1u : 0;
    if (line == data)
        return 0;
    memcpy(address, data + 1, address_size);
    address[address_size] = '\0';
    if (flota_url_parse(address, &url, &why) == 0)
        check_url(&url);
    else
        REQUIRE(why && flota_url_parse("http://a/b/c?d", &url, NULL) == 0);
    const uint8_t *reply = line ? line + 1 : data + 1;
    size_t reply_size = size - (size_t)(reply - data);
    talk(&whole, &url, data[0], reply, reply_size, NULL);
    redirect(&url, &whole.client);
    talk(&pieces, &url, data[0], reply, reply_size, &random);
    REQUIRE(whole.result == pieces.result);
    REQUIRE(whole.head_count == pieces.head_count);
    REQUIRE(whole.body_size == pieces.body_size && whole.sum == pieces.sum);
    return 0;
}
