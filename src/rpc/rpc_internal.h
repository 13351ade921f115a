/* rpc_internal.h - what the files of RPC share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_INTERNAL_H
#define FLOTA_RPC_INTERNAL_H

#include "flota/rpc.h"
#include "rpc_json.h"

/* RPC.List, RPC.Describe, RPC.Ping; context: struct flota_rpc. */
extern const struct flota_rpc_method flota_rpc_builtin_methods[];
#define FLOTA_RPC_BUILTIN_COUNT 3

/* Read the frame in channel->json: ids, addresses, params. The method is found or the call is
 * answered. method: told beside the frame, or NULL. Returns false when the frame is to be ignored.
 */
bool flota_rpc_frame_read(struct flota_rpc_call *call, const char *method);

/* Find the method, or answer that there is none. Returns true. */
bool flota_rpc_frame_method(struct flota_rpc_call *call, struct flota_rpc_text name);

/* May the caller call it? Answers when not. */
bool flota_rpc_access(struct flota_rpc_call *call);

/* Have the parameters the types of the method's table? Answers when not. */
bool flota_rpc_params_check(struct flota_rpc_call *call);

/* Complete the reply. */
void flota_rpc_reply_end(struct flota_rpc_call *call);

#endif
