/* flota_config.h - everything: each type of endpoint and each element.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H

/* Who this firmware is. Images of one product replace each other over the air; the version decides
 * what a downgrade is. Goes into the image's information block. */
#define FLOTA_PRODUCT "flota-demo"
#define FLOTA_NAME    "everything"
#define FLOTA_VERSION "3.0.0"

/* What the firmware is made of; what is not named is not linked. All there are: flota/module.h. */
#define FLOTA_MODULES                                                                              \
    &flota_module_ota_http_server, &flota_module_ota_http_client, &flota_module_rpc_ws,            \
        &flota_module_rpc_http, &flota_module_rpc_uart, &flota_module_dash

/* What dashboard.json binds to the configuration: "config": "site". `flota build` adds such keys by
 * itself; in a project without flota.yml they stand here. */
#define FLOTA_CONFIG_KEYS                                                                          \
    {"site.place", FLOTA_CONFIG_STRING, "South field", false},                                     \
        {"site.altitude", FLOTA_CONFIG_INTEGER, "120", false},                                     \
        {"site.winter", FLOTA_CONFIG_BOOLEAN, "false", false},

/* Raise it with a release that closes a hole: once that one is confirmed, images of this product
 * with a lower epoch are refused, whatever anybody consents to. */
#define FLOTA_SECURITY_EPOCH 0

/* When is a new firmware good? By default FLOTA_CONFIRM_AUTOMATIC: when flota_set_health_check()'s
 * function says so, or without one when the network is up and one request was served. Or: by a
 * person or flota_confirm() only. At the deadline (default 300000 ms, an upload may ask for another
 * one) the firmware before it comes back.
 * #define FLOTA_CONFIRM_POLICY    FLOTA_CONFIRM_EXPLICIT
 * #define FLOTA_CONFIRM_AFTER_MS  60000     by the check at the earliest then
 * #define FLOTA_COMMIT_TIMEOUT_MS 600000 */

/* Whose firmware? By default FLOTA_SIGNATURES_OPTIONAL: unsigned firmware is taken, which page and
 * console say. For a product take signed firmware only. flota keygen prints the lines of the keys,
 * FLOTA_KEY_0 to FLOTA_KEY_3; slot 0 is the root key, which replaces and revokes the others.
 * #define FLOTA_SIGNATURE_POLICY FLOTA_SIGNATURES_REQUIRED
 * #define FLOTA_KEY_0            "MFkwEwYHKoZIzj0CAQYI..."
 * #define FLOTA_KEY_1            "MFkwEwYHKoZIzj0CAQYI..." */

/* Who may update and switch things. Or: FLOTA_AUTH_TOKEN("a-long-random-token"), or
 * FLOTA_AUTH_BASIC("admin", "a-long-password"). */
#define FLOTA_AUTH FLOTA_AUTH_NONE

/* A static address. Delete these three lines, and the board asks the network for one (DHCP). With a
 * static one, FLOTA_TCPIP_DNS is what resolves names of servers; without it give addresses. */
#define FLOTA_TCPIP_IP   FLOTA_IPV4(192, 168, 0, 10)
#define FLOTA_TCPIP_GW   FLOTA_IPV4(192, 168, 0, 1)
#define FLOTA_TCPIP_MASK FLOTA_IPV4(255, 255, 255, 0)

#endif
