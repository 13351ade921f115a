/* base_config.h - what the firmware of these tests has in common. TEST_WAY: see main.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define FLOTA_PRODUCT    "flota-host-test"
#define FLOTA_AUTH       FLOTA_AUTH_NONE
#define FLOTA_MODULES    &flota_module_ota_http_server
#define FLOTA_TCPIP_IP   FLOTA_IPV4(127, 0, 0, 1)
#define FLOTA_TCPIP_GW   FLOTA_IPV4(127, 0, 0, 1)
#define FLOTA_TCPIP_MASK FLOTA_IPV4(255, 0, 0, 0)

enum { TEST_GOOD, TEST_CRASH, TEST_HANG, TEST_RUNAWAY };
