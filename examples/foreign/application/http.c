/* http.c - one request at a time is plenty.
 *
 *     GET /        the page
 *     POST /update a new firmware: a form's file, or the bare image
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http.h"
#include "board.h"
#include "lwip/tcp.h"
#include "settings.h"
#include "update.h"
#include "version.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_SIZE     1024u
#define RESTART_AFTER 100u /* ms: time for the answer to get out */

enum state { HEAD, PART_HEAD, BODY };

struct client {
    struct tcp_pcb *pcb;
    enum state state;
    char head[HEAD_SIZE + 1];
    uint32_t used, left, ending; /* left: of the body; ending: bytes behind the file in a form */
};

static struct client client;
static uint32_t restart_at;

bool http_wants_restart(void)
{
    return restart_at != 0 && (int32_t)(board_ms() - restart_at) >= 0;
}

static void reply(const char *status, const char *type, const char *body)
{
    char text[1024];
    int size = snprintf(
        text, sizeof text,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %u\r\nConnection: close\r\n\r\n%s",
        status, type, (unsigned)strlen(body), body);
    struct tcp_pcb *pcb = client.pcb;
    tcp_write(pcb, text, (u16_t)size, TCP_WRITE_FLAG_COPY);
    tcp_arg(pcb, NULL);
    client.pcb = NULL;
    if (tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

static void reply_page(void)
{
    char page[640];
    snprintf(page, sizeof page,
             "<!doctype html><html><head><title>Pump</title><meta name=viewport "
             "content=\"width=device-width\">"
             "</head><body><h1>Pump " VERSION "</h1><p>%u litres per hour, %u updates.</p>"
             "<form method=post action=/update enctype=multipart/form-data>"
             "<input type=file name=file> <button>Update</button></form></body></html>\n",
             (unsigned)settings.litres_per_hour, (unsigned)settings.update_count);
    reply("200 OK", "text/html", page);
}

static void end_update(void)
{
    if (update_end()) {
        reply("200 OK", "text/plain", "Updated. The pump restarts.\n");
        restart_at = (board_ms() + RESTART_AFTER) | 1u;
    } else {
        reply("400 Bad Request", "text/plain", "This is no firmware of a pump.\n");
    }
}

static const char *header(const char *name)
{
    const char *line = strstr(client.head, "\r\n");
    for (; line && line[2] != '\r'; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, strlen(name)) == 0)
            return line + 2 + strlen(name);
    return NULL;
}

static void begin_body(uint32_t ending)
{
    client.ending = ending;
    client.state = BODY;
    update_begin(client.left - ending);
}

/* Returns whether the head is one of an update. */
static bool begin_update(void)
{
    const char *length = header("Content-Length:"), *type = header("Content-Type:");
    const char *boundary = type ? strstr(type, "boundary=") : NULL;
    if (strncmp(client.head, "POST /update ", 13) != 0 || !length)
        return false;
    client.left = (uint32_t)strtoul(length, NULL, 10);
    if (boundary) {
        client.ending = (uint32_t)strcspn(boundary + 9, "\r;") + 8u; /* "\r\n--...--\r\n" */
        client.state = PART_HEAD;
    } else {
        begin_body(0);
    }
    return true;
}

static void end_head(void)
{
    if (client.state == PART_HEAD) {
        client.left -= client.used;
        begin_body(client.ending);
    } else if (!begin_update()) {
        if (strncmp(client.head, "GET / ", 6) == 0)
            reply_page();
        else
            reply("404 Not Found", "text/plain", "There is only / and /update.\n");
    }
    client.used = 0;
}

static void take_head(char byte)
{
    if (client.used == HEAD_SIZE) {
        reply("431 Too Large", "text/plain", "Too long a head.\n");
        return;
    }
    client.head[client.used++] = byte;
    client.head[client.used] = '\0';
    if (client.used >= 4 && memcmp(client.head + client.used - 4, "\r\n\r\n", 4) == 0)
        end_head();
}

static uint32_t take_body(const uint8_t *data, uint32_t size)
{
    uint32_t file = client.left > client.ending ? client.left - client.ending : 0;
    uint32_t count = size < client.left ? size : client.left;
    update_write(data, count < file ? count : file);
    client.left -= count;
    if (client.left == 0)
        end_update();
    return count;
}

static void take(const uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size && client.pcb;)
        if (client.state == BODY)
            i += take_body(data + i, size - i);
        else
            take_head((char)data[i++]);
}

static err_t on_receive(void *argument, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    (void)error;
    if (p == NULL || argument == NULL) {
        if (argument)
            client.pcb = NULL;
        if (p) {
            tcp_recved(pcb, p->tot_len);
            pbuf_free(p);
            return ERR_OK;
        }
        return tcp_close(pcb);
    }
    tcp_recved(pcb, p->tot_len);
    for (struct pbuf *part = p; part && client.pcb; part = part->next)
        take(part->payload, part->len);
    pbuf_free(p);
    return ERR_OK;
}

static void on_error(void *argument, err_t error)
{
    (void)error;
    if (argument)
        client.pcb = NULL;
}

/* A new client takes the place of one that is still there. */
static err_t on_accept(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)argument;
    if (error != ERR_OK || pcb == NULL)
        return ERR_VAL;
    if (client.pcb)
        tcp_arg(client.pcb, NULL);
    memset(&client, 0, sizeof client);
    client.pcb = pcb;
    tcp_arg(pcb, &client);
    tcp_recv(pcb, on_receive);
    tcp_err(pcb, on_error);
    return ERR_OK;
}

void http_start(void)
{
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL || tcp_bind(pcb, IP_ADDR_ANY, 80) != ERR_OK)
        Error_Handler();
    tcp_accept(tcp_listen(pcb), on_accept);
}
