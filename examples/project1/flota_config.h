/* flota_config.h - project1: one page, one panel, one element: the firmware update button.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CONFIG_H
#define FLOTA_CONFIG_H

/* Who this firmware is. Images of one product replace each other over the air; the version decides
 * what a downgrade is. Goes into the image's information block. */
#define FLOTA_PRODUCT        "flota-demo"
#define FLOTA_NAME           "project1"
#define FLOTA_VERSION        "1.0.0"
#define FLOTA_SECURITY_EPOCH 0

/* Who may update and switch things. Or: FLOTA_AUTH_TOKEN("a-long-random-token"), or
 * FLOTA_AUTH_BASIC("admin", "a-long-password"). */
#define FLOTA_AUTH FLOTA_AUTH_NONE

/* A static address. Delete these three lines, and the board asks the network for one (DHCP). */
#define FLOTA_TCPIP_IP   FLOTA_IPV4(192, 168, 0, 10)
#define FLOTA_TCPIP_GW   FLOTA_IPV4(192, 168, 0, 1)
#define FLOTA_TCPIP_MASK FLOTA_IPV4(255, 255, 255, 0)

#endif
