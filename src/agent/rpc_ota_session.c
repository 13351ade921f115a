/* rpc_ota_session.c - OTA.Begin, Write, End, Revert: an update over several calls of one client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "rpc_ota_internal.h"
#include <stdio.h>
#include <string.h>

#define FRAME_AROUND 256u  /* bytes of a frame of OTA.Write besides its data */
#define CHUNK_STEP   32u   /* a flash word */
#define DATAGRAM_MAX 2048u /* a result that may not be longer travels in a datagram */

static bool is_owner(const struct flota_rpc_ota *service)
{
    return service->config.ota->owner == &service->owner;
}

static uint32_t received(const struct flota_rpc_ota *service)
{
    return flota_updater_status(&service->config.ota->updater)->received;
}

uint32_t flota_rpc_ota_max_chunk(const struct flota_rpc_call *call)
{
    size_t frame = flota_rpc_result_max(call);
    if (frame > DATAGRAM_MAX) /* a stream: as much as a channel holds */
        return FLOTA_RPC_OTA_CHUNK_MAX;
    frame = frame > 2u * FRAME_AROUND ? frame - FRAME_AROUND : FRAME_AROUND;
    return (uint32_t)(frame / 4u * 3u / CHUNK_STEP * CHUNK_STEP);
}

/* --- who it is --- */

/* The next connection of the same computer has another port. */
static int size_without_port(const char *peer)
{
    const char *colon = strrchr(peer, ':');
    bool has_port = colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1);
    bool is_bare_v6 = has_port && memchr(peer, ':', (size_t)(colon - peer)) && colon[-1] != ']';
    return (int)(has_port && !is_bare_v6 ? (size_t)(colon - peer) : strlen(peer));
}

/* A broker's clients are known by the addresses that their frames carry. "serial line" says it
 * all. */
static void name_client(const struct flota_rpc_call *call, char *text, size_t size)
{
    const struct flota_rpc_origin *origin = flota_rpc_call_origin(call);
    const char *source = flota_rpc_reply_to(flota_rpc_call_channel(call));
    if (strcmp(origin->transport, "mqtt") == 0 && source[0])
        snprintf(text, size, "mqtt %s", source);
    else if (strncmp(origin->peer, origin->transport, strlen(origin->transport)) == 0)
        snprintf(text, size, "%s", origin->peer);
    else
        snprintf(text, size, "%s %.*s", origin->transport, size_without_port(origin->peer),
                 origin->peer);
}

static bool is_client(const struct flota_rpc_ota *service, const struct flota_rpc_call *call)
{
    char client[sizeof service->client];
    name_client(call, client, sizeof client);
    return strcmp(client, service->client) == 0;
}

int flota_rpc_ota_say_busy(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    const struct flota_ota *ota = service->config.ota;
    char message[FLOTA_STREAM_PEER_MAX + 80] = "Another update is in progress: its file is fetched";
    if (flota_ota_is_busy(ota))
        snprintf(message, sizeof message, "Another update is in progress: %s is at %u %%",
                 ota->from, flota_ota_percent(ota));
    flota_rpc_error_with(call, FLOTA_ERR_UPDATE_BUSY, message);
    return 0;
}

/* --- OTA.Begin --- */

static int read_request(struct flota_rpc_call *call, struct flota_ota_request *request)
{
    int64_t size = 0;
    flota_rpc_param_integer(call, "size", &size);
    int error = flota_rpc_ota_seconds(call, "timeout", 1, &request->idle_ms);
    if (error == 0)
        error = flota_rpc_ota_seconds(call, "commit_timeout", FLOTA_RPC_OTA_COMMIT_MIN_S,
                                      &request->deadline_ms);
    if (request->idle_ms == 0)
        request->idle_ms = FLOTA_RPC_OTA_TIMEOUT_MS;
    if (size < 0 || size > UINT32_MAX)
        request->error = FLOTA_ERR_IMAGE_TOO_LARGE;
    else
        request->total_size = (uint32_t)size;
    flota_rpc_ota_consents(call, &request->consents);
    return error;
}

/* With another size, or nothing to go on with, it is a new file. */
static int resume(struct flota_rpc_ota *service, struct flota_ota_request *request)
{
    struct flota_updater_rest rest;
    struct flota_ota *ota = service->config.ota;
    if (request->error != 0 || !flota_updater_rest(&ota->updater, &rest))
        return FLOTA_ERR_TRANSFER_OTHER;
    if (request->total_size == 0)
        request->total_size = rest.size;
    return flota_ota_resume(ota, request, received(service), &service->owner);
}

static void answer_begin(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    struct flota_updater_rest rest;
    char digest[2 * FLOTA_IMAGE_DIGEST_SIZE + 1] = "";
    struct flota_json *json = flota_rpc_result(call);
    if (received(service) > 0 && flota_updater_rest(&service->config.ota->updater, &rest))
        flota_hex_text(rest.digest, sizeof rest.digest, digest);
    flota_json_raw(json, "{");
    flota_json_number(json, "offset", received(service));
    flota_json_number(json, "max_chunk", flota_rpc_ota_max_chunk(call));
    flota_json_text(json, "digest", digest[0] ? digest : NULL);
    flota_json_raw(json, "}");
}

int flota_rpc_ota_begin(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    struct flota_ota *ota = service->config.ota;
    struct flota_ota_request request = {0};
    bool wants_rest = false;
    if (flota_ota_is_busy(ota) && (!is_owner(service) || !is_client(service, call)))
        return flota_rpc_ota_say_busy(service, call);
    if (read_request(call, &request) != 0)
        return 0;
    name_client(call, service->client, sizeof service->client);
    request.from = service->client;
    service->error = 0;
    service->waiting = NULL; /* who waits for the update before is told so */
    flota_rpc_param_boolean(call, "resume", &wants_rest);
    int error = wants_rest ? resume(service, &request) : FLOTA_ERR_TRANSFER_OTHER;
    if (error == FLOTA_ERR_TRANSFER_OTHER)
        error = flota_ota_begin(ota, &request, &service->owner);
    if (error == 0)
        answer_begin(service, call);
    service->restarts = error == FLOTA_ERR_OPTIONS_SET;
    return error;
}

/* --- OTA.Write --- */

/* Why this client has no update to write to, or to end. */
static int say_not_its_own(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    bool has_begun = is_client(service, call);
    if (flota_ota_is_busy(service->config.ota) && !(has_begun && is_owner(service)))
        return flota_rpc_ota_say_busy(service, call);
    if (has_begun && service->error < 0)
        return service->error;
    flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, "no update was begun: call OTA.Begin first");
    return 0;
}

static int say_gap(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    char message[80];
    snprintf(message, sizeof message, "bytes are missing before this offset; go on at offset %lu",
             (unsigned long)received(service));
    flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, message);
    return 0;
}

/* Asked again while the updater has no room: where it stands tells how much is still to be taken.
 */
int flota_rpc_ota_write(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    const uint8_t *data;
    size_t size;
    int64_t offset = 0;
    if (!is_owner(service) || !is_client(service, call))
        return say_not_its_own(service, call);
    flota_rpc_param_integer(call, "offset", &offset);
    if (!flota_rpc_param_bytes(call, "data", &data, &size))
        return 0;
    if (offset < 0 || offset > received(service))
        return say_gap(service, call);
    size_t known = received(service) - (size_t)offset;
    size_t fresh = known < size ? size - known : 0;
    int taken = fresh > 0 ? flota_ota_write(service->config.ota, data + known, fresh) : 0;
    if (taken < 0 && !is_owner(service)) /* that was its end: a retry hears the same */
        service->error = taken;
    if (taken < 0)
        return taken;
    if ((size_t)taken < fresh)
        return FLOTA_RPC_WAIT;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_number(json, "offset", received(service));
    flota_json_raw(json, "}");
    return 0;
}

/* --- the end --- */

bool flota_rpc_ota_waits(const struct flota_rpc_ota *service, const struct flota_rpc_call *call)
{
    return service->waiting == flota_rpc_call_channel(call);
}

static void answer_restart(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    flota_ota_restart(service->config.ota, FLOTA_OTA_ANSWER_MS);
    service->restarts = true;
    flota_rpc_null(call);
}

int flota_rpc_ota_conclude(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    if (!is_owner(service))
        return say_not_its_own(service, call);
    int result = flota_ota_finish(service->config.ota);
    service->waiting = result == FLOTA_UPDATER_PENDING ? flota_rpc_call_channel(call) : NULL;
    if (result == FLOTA_UPDATER_PENDING)
        return FLOTA_RPC_WAIT;
    if (result == 0)
        answer_restart(service, call);
    service->error = result;
    return result;
}

/* Its reply may have been lost: then it is asked once more, while the update goes on alone. */
static int end_again(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    struct flota_ota *ota = service->config.ota;
    if (ota->unattended)
        return FLOTA_RPC_WAIT;
    if (flota_ota_outcome(ota) == FLOTA_OTA_APPLIED)
        return 0;
    if (flota_ota_error(ota) < 0)
        return flota_ota_error(ota);
    return say_not_its_own(service, call);
}

int flota_rpc_ota_end(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    bool taken_over = flota_rpc_is_again(call) && !flota_rpc_ota_waits(service, call);
    if (!is_client(service, call))
        return say_not_its_own(service, call);
    if (!is_owner(service))
        return end_again(service, call);
    return taken_over ? flota_rpc_ota_say_busy(service, call)
                      : flota_rpc_ota_conclude(service, call);
}

void flota_rpc_ota_gone(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    if (!flota_rpc_ota_waits(service, call))
        return;
    service->waiting = NULL;
    if (is_owner(service))
        flota_ota_leave(service->config.ota, FLOTA_ERR_TRANSFER_LOST);
}

/* --- going back --- */

int flota_rpc_ota_start_revert(struct flota_rpc_ota *service, struct flota_rpc_call *call,
                               uint32_t deadline_ms)
{
    const struct flota_ota_request request = {.from = service->client, .deadline_ms = deadline_ms};
    struct flota_ota *ota = service->config.ota;
    if (!flota_ota_is_quiet(ota))
        return flota_rpc_ota_say_busy(service, call);
    name_client(call, service->client, sizeof service->client);
    int result = flota_ota_revert(ota, &request, &service->owner);
    if (result == FLOTA_OTA_ENDS_TRIAL)
        answer_restart(service, call);
    if (result != 0)
        return result < 0 ? result : 0;
    service->error = 0;
    service->waiting = flota_rpc_call_channel(call);
    return FLOTA_RPC_WAIT;
}

int flota_rpc_ota_revert(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    if (!flota_rpc_is_again(call))
        return flota_rpc_ota_start_revert(service, call, 0);
    return flota_rpc_ota_waits(service, call) ? flota_rpc_ota_conclude(service, call)
                                              : flota_rpc_ota_say_busy(service, call);
}
