/* rpc_mqtt_internal.h - what the files of RPC over MQTT share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_MQTT_INTERNAL_H
#define FLOTA_RPC_MQTT_INTERNAL_H

#include "flota/rpc_mqtt.h"

void flota_rpc_mqtt_log(const struct flota_rpc_mqtt *mqtt, const char *line);

/* Read the keys once, and look now and then whether they have changed: then the connection is
 * closed, and they are read anew. */
void flota_rpc_mqtt_look(struct flota_rpc_mqtt *mqtt);

#endif
