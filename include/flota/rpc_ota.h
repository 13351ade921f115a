/* flota/rpc_ota.h - layer 3: OTA.* by RPC, whatever carries the frames.
 *
 *   OTA.Status          the keys that existing tools know, and all of the status
 *   OTA.Begin           {"size","timeout","commit_timeout" s,
 * "foreign","downgrade","guard","force", "resume"}: {"offset","max_chunk","digest"} OTA.Write
 * {"offset","data" base64}: {"offset"}, once the bytes are taken. Bytes that are here already may
 * come again OTA.End             installs a complete file, restarts after the reply; else the
 * update fails OTA.Update          {"url","timeout","commit_timeout","ignore_same_version"}: fetch
 * it; answered when it ends, success as error code 0 OTA.Commit, OTA.Revert, OTA.GetBootState,
 * OTA.SetBootState, OTA.CreateSnapshot (refused)
 *
 * Nothing tells when an RPC client has gone. Between Begin and End, the origin that began may begin
 * again at once; any other origin, or another way in, after FLOTA_OTA_VANISHED_MS without a Write.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_OTA_H
#define FLOTA_RPC_OTA_H

#include "flota/ota.h"
#include "flota/rpc.h"

/* Bytes of the file in one OTA.Write: a frame takes them in base64, and its envelope. */
#define FLOTA_RPC_OTA_CHUNK_MAX 4096u

/* Without progress an update ends, unless OTA.Begin says another timeout. */
#define FLOTA_RPC_OTA_TIMEOUT_MS 600000u

/* From handing the reply to the transport to the restart: lets the last bytes go out. */
#define FLOTA_RPC_OTA_SENT_MS 250u

struct flota_rpc_ota_config {
    struct flota_ota *ota;
    const struct flota_puller *puller; /* NULL, or start NULL: OTA.Update is refused in words */
};

/* Treat all members as private. */
struct flota_rpc_ota {
    struct flota_rpc_ota_config config;
    struct flota_rpc_service service;
    struct flota_ota_owner owner;
    char client[64];     /* who began, "ws 192.168.0.7"; empty: nobody */
    int error;           /* why the update that it began has ended */
    const void *waiting; /* the call of OTA.End or OTA.Revert that waits for the flash */
    const void *pulling; /* the call of OTA.Update that waits for the end */
    bool pull_ended;
    int pull_result;
    bool restarts; /* once the reply is out */
};

/* Add OTA.* to rpc. */
void flota_rpc_ota_init(struct flota_rpc_ota *service, struct flota_rpc *rpc,
                        const struct flota_rpc_ota_config *config);

#endif
