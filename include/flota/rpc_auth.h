/* flota/rpc_auth.h - digest authentication: fresh nonces, answers that count once.
 *
 * For the frames of RPC (rpc.h checks those itself) and for HTTP Digest. A nonce is random, lives
 * for FLOTA_RPC_NONCE_MS and is used up by the first answer, right or wrong, so that an answer that
 * was overheard is worth nothing. After five wrong answers in a row none is looked at for a while:
 * 1 s, then 2 s, 4 s, up to 64 s.
 *
 * Thread safety: one caller.  Allocation: none.  Source: RFC 7616 section 3.4, SHA-256, qop=auth.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_AUTH_H
#define FLOTA_RPC_AUTH_H

#include "flota/rpc.h"

#define FLOTA_RPC_REALM       "RPC"
#define FLOTA_RPC_WRONG_MAX   5u    /* wrong answers in a row before the first pause */
#define FLOTA_RPC_PAUSE_MS    1000u /* the first pause; each further wrong answer doubles it */
#define FLOTA_RPC_PAUSE_STEPS 6u    /* doubled at most so often: 64 s */
#define FLOTA_RPC_HEX_SIZE    65u   /* SHA-256 in hexadecimal, and a zero */

/* An answer as the client gave it. */
struct flota_rpc_digest {
    uint32_t nonce;                   /* its value */
    struct flota_rpc_text nonce_text; /* and as it was written into the hash */
    struct flota_rpc_text user, realm, count, cnonce, method, uri;
    struct flota_rpc_text response; /* 64 digits, small letters */
};

enum flota_rpc_verdict {
    FLOTA_RPC_AUTH_RIGHT,
    FLOTA_RPC_AUTH_WRONG,
    FLOTA_RPC_AUTH_STALE, /* the nonce was used, has expired, or is none of ours: ask again */
    FLOTA_RPC_AUTH_PAUSED /* too many wrong answers: this one was not looked at */
};

/* Give out a nonce, 1 to 2^31 - 1. The oldest one that was not used makes room. */
uint32_t flota_rpc_nonce(struct flota_rpc *rpc, uint32_t now_ms);

/* Judge an answer. The nonce is used up, but for PAUSED. */
enum flota_rpc_verdict flota_rpc_digest_check(struct flota_rpc *rpc,
                                              const struct flota_rpc_digest *digest,
                                              uint32_t now_ms);

/* How long no answer will be looked at; 0: it will. */
uint32_t flota_rpc_pause_ms(const struct flota_rpc *rpc, uint32_t now_ms);

/* The name that goes with the device's secret: the user's, or "token". */
const char *flota_rpc_user(const struct flota_rpc *rpc);

/* The right response: H(H(user:realm:secret):nonce:count:cnonce:auth:H(method:uri)). For clients
 * and tests; user and realm as in digest. Returns false when the hash engine failed. */
bool flota_rpc_digest_response(const struct flota_rpc_digest *digest, const char *secret,
                               char hex[FLOTA_RPC_HEX_SIZE]);

#endif
