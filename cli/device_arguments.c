/* device_arguments.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "interrupt.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The first line of the file behind the @. */
static bool read_creds_file(const char *command, const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    bool done = file && fgets(text, (int)size, file);
    if (!done)
        fprintf(stderr,
                "%s: --creds @%s: %s.\nTo do: put USER:PASSWORD, or the token, "
                "into it.\n",
                command, path, file ? "it is empty" : strerror(errno));
    if (file)
        fclose(file);
    text[strcspn(text, "\r\n")] = '\0';
    return done;
}

static int read_creds(const char *command, struct device_arguments *arguments)
{
    char *text = arguments->secret;
    size_t size = sizeof arguments->secret;
    if (!arguments->creds)
        return EXIT_DONE;
    if (arguments->creds[0] == '@') {
        if (!read_creds_file(command, arguments->creds + 1, text, size))
            return EXIT_USAGE;
    } else if (snprintf(text, size, "%s", arguments->creds) >= (int)size) {
        return usage_complain(command, "--creds is too long");
    }
    size_t user = strcspn(text, ":");
    bool short_enough = user < DEVICE_SECRET_MAX && strlen(text) - user <= DEVICE_SECRET_MAX;
    if (short_enough && text[0] != '\0') {
        snprintf(arguments->user, sizeof arguments->user, "%.*s", (int)user, text);
        return EXIT_DONE;
    }
    return usage_complain(command, "--creds is empty, or too long");
}

int device_arguments_check(const char *command, struct device_arguments *arguments)
{
    interrupt_watch();
    if (arguments->timeout.given && arguments->timeout.value == 0)
        return usage_complain(command, "--timeout takes at least 1");
    return read_creds(command, arguments);
}

/* USER:PASSWORD, or the token. */
static void set_creds(const struct device_arguments *arguments, struct device_options *options)
{
    const char *colon = strchr(arguments->secret, ':');
    if (!arguments->creds)
        return;
    options->secret = colon ? colon + 1 : arguments->secret;
    options->user = colon ? arguments->user : NULL;
}

struct device_options device_arguments_options(const struct device_arguments *arguments,
                                               const char *port)
{
    struct device_options options = {.port = port,
                                     .ca_cert = arguments->ca_cert,
                                     .cert = arguments->cert,
                                     .key = arguments->key,
                                     .timeout_s = arguments->timeout.value,
                                     .verbose = arguments->verbose};
    set_creds(arguments, &options);
    return options;
}

int device_arguments_open(const char *command, struct device_arguments *arguments,
                          struct device_options *options, struct device *device)
{
    struct device_error error;
    int result = device_arguments_check(command, arguments);
    if (result != EXIT_DONE)
        return result;
    if (arguments->ports.count > 1)
        return usage_complain(command, "it speaks to one device: give one --port");
    *options = device_arguments_options(arguments,
                                        arguments->ports.count ? arguments->ports.values[0] : NULL);
    if (device_open(device, options, &error))
        return EXIT_DONE;
    device_close(device);
    return device_complain(command, &error);
}
