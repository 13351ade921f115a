/* device_arguments.h - the options that all commands share which talk to a device.
 *
 *     struct device_arguments arguments = {0};
 *     const struct usage_option options[] = {DEVICE_USAGE(&arguments), {0}};
 *     usage_read(&usage, argc, argv);
 *     int result = device_arguments_check(argv[0], &arguments);
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DEVICE_ARGUMENTS_H
#define FLOTA_CLI_DEVICE_ARGUMENTS_H

#include "device.h"
#include "usage.h"

struct device_arguments {
    struct usage_list ports;
    const char *creds;
    struct usage_number timeout;
    const char *ca_cert, *cert, *key;
    bool verbose;
    bool no_input;
    char user[DEVICE_SECRET_MAX];       /* creds, read: its first half */
    char secret[2 * DEVICE_SECRET_MAX]; /* all of it */
};

#define DEVICE_USAGE(arguments)                                                                    \
    USAGE_LIST("port", 'p', "PORT", &(arguments)->ports,                                           \
               "The device: http://HOST, ws://HOST/rpc, mqtt://BROKER/DEVICE, "                    \
               "/dev/ttyACM0, "                                                                    \
               "tcp://HOST, udp://HOST, auto"),                                                    \
        USAGE_TEXT("creds", 'c', "USER:PASSWORD", &(arguments)->creds,                             \
                   "Credentials; a token alone; @FILE holds them"),                                \
        USAGE_NUMBER("timeout", 't', "SECONDS", &(arguments)->timeout,                             \
                     "How long one answer may take (20)"),                                         \
        USAGE_TEXT("ca-cert", 0, "FILE", &(arguments)->ca_cert, "TLS: whom to trust"),             \
        USAGE_TEXT("cert", 0, "FILE", &(arguments)->cert, "TLS: our certificate"),                 \
        USAGE_TEXT("key", 0, "FILE", &(arguments)->key, "TLS: its key"),                           \
        USAGE_FLAG("verbose", 'v', &(arguments)->verbose, "Show the frames"),                      \
        USAGE_FLAG("no-input", 0, &(arguments)->no_input, "Never ask anything")

/* Check them beyond what usage_read() sees, and read the credentials. Watches Ctrl-C from here on.
 * Returns 0, or the exit code after having said what is wrong. */
int device_arguments_check(const char *command, struct device_arguments *arguments);

/* The options of one of the ports, which stay valid as long as arguments. */
struct device_options device_arguments_options(const struct device_arguments *arguments,
                                               const char *port);

/* For commands with one device: check, and open it. Returns 0, or the exit code after having said
 * what is wrong. */
int device_arguments_open(const char *command, struct device_arguments *arguments,
                          struct device_options *options, struct device *device);

#endif
