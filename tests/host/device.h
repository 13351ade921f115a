/* device.h - a flota-host for a test: start it, hear what it says, ask it over HTTP, end it.
 *
 * Waiting is for a line or an answer, with a limit; what does not come fails the test.
 *
 * Thread safety: none.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEVICE_REPLY 8192

struct device {
    char folder[64]; /* its own: flash file, control socket */
    char flash[96];
    char control[96];
    pid_t launcher; /* 0: off */
    int output;
    char address[64]; /* "127.0.0.1:41235", of its HTTP server */
    size_t heard_size;
    char heard[65536]; /* since the last line that was waited for */
    char reply[DEVICE_REPLY];
    bool sanitized; /* runs the firmware's sanitized builds: the default */
};

void device_make(struct device *device);
void device_remove(struct device *device);

/* The path of an image of the test's firmware, "good1". Borrowed until the next call. */
const char *device_image(const char *name);

/* Power on. arguments: further options of flota-host, ended by NULL; NULL: none. Returns at once.
 */
void device_start(struct device *device, const char *const *arguments);

/* Power on with an image, and wait until its server listens. */
void device_boot(struct device *device, const char *image);

/* Wait until a line holds text. */
void device_hear(struct device *device, const char *text);

/* Wait until the firmware listens again; finds its address. */
void device_hear_listening(struct device *device);

/* Kill it, launcher and firmware, as a loss of power would, and wait until both are gone. */
void device_kill(struct device *device);

/* SIGTERM, and its end in order. Returns the exit status. */
int device_stop(struct device *device);

/* GET a path: the status code, or 0 for none; device->reply has the text. */
long device_get(struct device *device, const char *path);

/* Upload a file to /update. The status code, or 0. */
long device_upload(struct device *device, const char *file);

/* Wait until GET /api/firmware_update answers with this in it. */
void device_expect(struct device *device, const char *text);

/* One command to the control socket; device->reply has the answer. */
const char *device_command(struct device *device, const char *command);

uint64_t device_now_ms(void);

#endif
