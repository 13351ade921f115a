/* flota/auth.h - who may update, configure and switch things: one line in flota_config.h.
 *
 * The same credentials hold on every way in: HTTP (Bearer, Basic), RPC frames (digest).
 * In a digest the user of a token is "token".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AUTH_H
#define FLOTA_AUTH_H

enum flota_auth_kind { FLOTA_AUTH_KIND_NONE, FLOTA_AUTH_KIND_TOKEN, FLOTA_AUTH_KIND_BASIC };
struct flota_auth {
    enum flota_auth_kind kind;
    const char *user;   /* basic */
    const char *secret; /* token, or password */
};
#define FLOTA_AUTH_NONE         ((struct flota_auth){FLOTA_AUTH_KIND_NONE, 0, 0})
#define FLOTA_AUTH_TOKEN(token) ((struct flota_auth){FLOTA_AUTH_KIND_TOKEN, 0, (token)})
#define FLOTA_AUTH_BASIC(user, password)                                                           \
    ((struct flota_auth){FLOTA_AUTH_KIND_BASIC, (user), (password)})

#endif
