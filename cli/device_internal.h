/* device_internal.h - pieces of device.h that have files of their own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DEVICE_INTERNAL_H
#define FLOTA_CLI_DEVICE_INTERNAL_H

#include "device.h"

/* Find the serial port of the only board that is plugged in (device_auto.c). */
bool device_find_port(char *port, size_t size, struct device_error *error);

/* Read a 401's challenge, the JSON text in its message (device_digest.c). */
bool device_challenge_read(const char *text, struct device_challenge *challenge,
                           struct device_error *error);

/* Answer it: the object for the frame's "auth". NULL when the system gave no random numbers. */
cJSON *device_digest(const struct device_options *options,
                     const struct device_challenge *challenge);

/* Is it the reply to the frame with this id? */
bool device_is_reply(const char *text, size_t size, uint64_t id);

/* The words for "connected, but no reply came". seen: what came instead, "" for nothing. */
bool device_silent(struct device_error *error, double timeout_s, const char *seen);

bool device_interrupted(struct device_error *error);

/* The words for a reply that is none. */
bool device_garbage(struct device_error *error, const char *text);

#endif
