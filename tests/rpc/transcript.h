/* transcript.h - Markdown with requests and replies, executed against the device's real code.
 *
 * Fenced blocks count, the text between them is for people:
 *
 *     ```device      what happens around the device: one order in each line (device.c)
 *     ```request     a frame, one or more in a block, each from { to its }
 *     ```reply       the replies to the frames of the block before, in their order; empty: none
 *
 *     ```http        one request: method and target, header lines, an empty line, the body; Host
 * and Content-Length are added
 *     ```response    status, header lines that must be there, an empty line, the body
 *
 * White space outside of strings does not count. Placeholders in a reply, in a request what the
 * last reply gave:
 *
 *     <number> <string> <text>  any number, string in quotes, part of a string
 *     <more>                    anything, up to what follows it
 *     <nonce>                   a number; kept
 *     <response>                request: the answer to <nonce> with the device's credentials
 *     <wrong response>          the same with another password
 *     <image FROM TO>           request: these bytes of the new image, in base64
 *     <size>                    the new image's size
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX 16384u

struct device;

/* --- device.c: a device on a flash model, with a clock that stands unless it is told to go --- */

struct device *device_new(void);
void device_free(struct device *device);

/* Carry out one line of a device block. Returns NULL, or what is wrong with it. */
const char *device_order(struct device *device, const char *order);

/* Give a frame, let the device work until it is answered or no reply is to come. Returns "" when
 * there is none. */
const char *device_ask(struct device *device, const char *frame);

/* Give an HTTP request, head and body, on a new connection. Returns the whole response. */
const char *device_http(struct device *device, const char *request);

/* The credentials that a client would use; NULL for none. */
const char *device_user(const struct device *device);
const char *device_secret(const struct device *device);

/* The new image, that a client sends. */
const uint8_t *device_image(const struct device *device, uint32_t *size);

/* Tell each method that the device has. */
void device_list(const struct device *device, void (*tell)(const char *name));

/* --- match.c --- */

/* Copy text without white space that stands outside of strings. */
void squeeze(const char *text, char *squeezed, size_t size);

/* Replace the placeholders of a request. Returns NULL, or what is wrong. */
const char *fill_in(const struct device *device, const char *nonce, const char *request,
                    char *filled, size_t size);

/* Is the reply as the pattern says? nonce is filled in from it. */
bool match(const char *pattern, const char *reply, char nonce[16]);

/* --- http.c --- */

/* The text of an http block as a request. */
void http_request(const char *block, char *request, size_t size);

/* Is the response as the block says? It is taken apart. */
bool http_match(char *block, char *response, char nonce[16]);

#endif
