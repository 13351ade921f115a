/* way_mqtt.c - mqtt://[USER:PASSWORD@]BROKER[:PORT]/DEVICE: frames through a broker.
 *
 * The device has subscribed DEVICE/rpc; it replies to SRC/rpc, which we have subscribed. mqtts://
 * speaks TLS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* memrchr */
#include "device_internal.h"
#include "socket.h"
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLICE_MS     100 /* how soon Ctrl-C is seen */
#define KEEP_ALIVE_S 30
#define QOS          1 /* of replies, as the device sends them */

struct address {
    char user[64], password[128], host[128], device[128];
    int port;
};

struct mqtt {
    struct mosquitto *client;
    struct address address;
    char topic[160]; /* where frames go */
    bool subscribed, ended;
    int refusal; /* of the broker: CONNACK's code, MQTT 3.1.1 3.2.2.3 */
    uint64_t id; /* of the reply that is waited for */
    char *reply;
    char seen[101];
};

/* --- the address --- */

static bool take_text(const char *from, size_t size, char *to, size_t room)
{
    if (size >= room)
        return false;
    memcpy(to, from, size);
    to[size] = '\0';
    return true;
}

static bool take_login(const char *login, size_t size, struct address *address)
{
    const char *colon = memchr(login, ':', size);
    size_t user = colon ? (size_t)(colon - login) : size;
    size_t rest = colon ? size - user - 1 : 0;
    return take_text(login, user, address->user, sizeof address->user) &&
           take_text(colon ? colon + 1 : "", rest, address->password, sizeof address->password);
}

static bool take_host(const char *text, size_t size, struct address *address)
{
    const char *colon = memchr(text, ':', size);
    size_t host = colon ? (size_t)(colon - text) : size;
    if (colon)
        address->port = (int)strtol(colon + 1, NULL, 10);
    return host > 0 && address->port > 0 && address->port < 65536 &&
           take_text(text, host, address->host, sizeof address->host);
}

/* A device's id may have slashes, but it is no pattern. */
static bool read_address(const char *text, int default_port, struct address *address)
{
    const char *slash = strchr(text, '/');
    if (!slash || slash[1] == '\0' || strpbrk(slash, "#+"))
        return false;
    address->port = default_port;
    size_t size = (size_t)(slash - text);
    const char *at = memrchr(text, '@', size);
    if (at && !take_login(text, (size_t)(at - text), address))
        return false;
    const char *host = at ? at + 1 : text;
    return take_host(host, (size_t)(slash - host), address) &&
           take_text(slash + 1, strlen(slash + 1), address->device, sizeof address->device);
}

/* --- libmosquitto's side --- */

static void connected(struct mosquitto *client, void *context, int code)
{
    struct mqtt *mqtt = context;
    (void)client;
    mqtt->refusal = code;
}

static void subscribed(struct mosquitto *client, void *context, int message, int count,
                       const int *granted)
{
    struct mqtt *mqtt = context;
    (void)client;
    (void)message;
    mqtt->subscribed = count > 0 && granted[0] <= 2; /* 0x80: refused */
    mqtt->ended = !mqtt->subscribed;
}

static void disconnected(struct mosquitto *client, void *context, int reason)
{
    struct mqtt *mqtt = context;
    (void)client;
    (void)reason;
    mqtt->ended = true;
}

static void received(struct mosquitto *client, void *context,
                     const struct mosquitto_message *message)
{
    struct mqtt *mqtt = context;
    (void)client;
    size_t size = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
    if (size > DEVICE_REPLY_MAX || size == 0)
        return;
    if (!mqtt->reply && device_is_reply(message->payload, size, mqtt->id))
        mqtt->reply = strndup(message->payload, size);
    else
        snprintf(mqtt->seen, sizeof mqtt->seen, "%.*s", (int)size, (const char *)message->payload);
}

/* Let it work until something is there. Returns whether it is. */
static bool run_until(struct mqtt *mqtt, bool (*there)(const struct mqtt *), double deadline_s)
{
    while (!there(mqtt) && !mqtt->ended && clock_s() < deadline_s && !interrupt_pending())
        if (mosquitto_loop(mqtt->client, clock_left_ms(deadline_s, SLICE_MS), 1) !=
            MOSQ_ERR_SUCCESS)
            mqtt->ended = true;
    return there(mqtt);
}

static bool is_answered(const struct mqtt *mqtt)
{
    return mqtt->refusal >= 0;
}

static bool is_subscribed(const struct mqtt *mqtt)
{
    return mqtt->subscribed;
}

static bool has_reply(const struct mqtt *mqtt)
{
    return mqtt->reply != NULL;
}

/* --- the way --- */

static bool set_tls(const struct device_options *options, struct mqtt *mqtt)
{
    const char *folder = options->ca_cert ? NULL : "/etc/ssl/certs";
    return mosquitto_tls_set(mqtt->client, options->ca_cert, folder, options->cert, options->key,
                             NULL) == MOSQ_ERR_SUCCESS;
}

/* mosquitto_lib_init() is the one function that threads may not share. */
static void init_library(void)
{
    mosquitto_lib_init();
    atexit((void (*)(void))mosquitto_lib_cleanup);
}

static bool create_client(const struct device *device, struct mqtt *mqtt)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_library);
    mqtt->client = mosquitto_new(device->source, true, mqtt);
    if (!mqtt->client)
        return false;
    mosquitto_int_option(mqtt->client, MOSQ_OPT_TCP_NODELAY, 1); /* each waits for its reply */
    mosquitto_connect_callback_set(mqtt->client, connected);
    mosquitto_subscribe_callback_set(mqtt->client, subscribed);
    mosquitto_disconnect_callback_set(mqtt->client, disconnected);
    mosquitto_message_callback_set(mqtt->client, received);
    if (mqtt->address.user[0])
        mosquitto_username_pw_set(mqtt->client, mqtt->address.user, mqtt->address.password);
    return strncmp(device->port, "mqtts://", 8) != 0 || set_tls(device->options, mqtt);
}

static bool refuse_broker(const struct mqtt *mqtt, struct device_error *error)
{
    if (mqtt->refusal == 4 || mqtt->refusal == 5)
        return device_fail(error, EXIT_UNAUTHORIZED, "the broker does not accept the credentials",
                           "give them in the address: mqtt://USER:PASSWORD@BROKER/DEVICE", "%s",
                           mosquitto_connack_string(mqtt->refusal));
    return device_fail(error, EXIT_UNREACHABLE, "the broker cannot be used",
                       "check the broker's log; may this client subscribe flota-#?", "%s",
                       mqtt->refusal > 0 ? mosquitto_connack_string(mqtt->refusal)
                                         : "it did not answer, or refused the subscription");
}

/* mosquitto_connect() waits as long as the system does, minutes: see first whether somebody is
 * there. */
static bool reach_broker(const struct device *device, const struct mqtt *mqtt, double deadline_s,
                         struct device_error *error)
{
    char address[160], why[SOCKET_WHY_MAX];
    snprintf(address, sizeof address, "%s:%d", mqtt->address.host, mqtt->address.port);
    int descriptor = socket_connect(address, "1883", SOCK_STREAM, deadline_s, why);
    if (descriptor >= 0)
        close(descriptor);
    int result = descriptor < 0 ? MOSQ_ERR_NO_CONN
                                : mosquitto_connect(mqtt->client, mqtt->address.host,
                                                    mqtt->address.port, KEEP_ALIVE_S);
    if (result == MOSQ_ERR_SUCCESS)
        return true;
    device_unreachable(device, error, descriptor < 0 ? why : mosquitto_strerror(result));
    snprintf(error->what, sizeof error->what, "the broker cannot be reached");
    return false;
}

static bool connect_broker(struct device *device, struct mqtt *mqtt, struct device_error *error)
{
    char topic[64];
    double deadline_s = clock_s() + device_timeout(device);
    if (!reach_broker(device, mqtt, deadline_s, error))
        return false;
    snprintf(topic, sizeof topic, "%s/rpc", device->source);
    if (!run_until(mqtt, is_answered, deadline_s) || mqtt->refusal != 0 ||
        mosquitto_subscribe(mqtt->client, NULL, topic, QOS) != MOSQ_ERR_SUCCESS ||
        !run_until(mqtt, is_subscribed, deadline_s))
        return interrupt_pending() ? device_interrupted(error) : refuse_broker(mqtt, error);
    return true;
}

static bool mqtt_open(struct device *device, struct device_error *error)
{
    struct mqtt *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    device->state = mqtt;
    mqtt->refusal = -1;
    int port = strncmp(device->port, "mqtts://", 8) == 0 ? 8883 : 1883;
    bool done = false;
    if (!read_address(device->address, port, &mqtt->address))
        device_fail(error, EXIT_USAGE, "no device is named by --port",
                    "give mqtt://BROKER[:PORT]/DEVICE", "'%.200s'", device->name);
    else if (!create_client(device, mqtt))
        device_fail(error, EXIT_OTHER, "the MQTT client does not start",
                    "check the files of --ca-cert, --cert and --key", "%s", "");
    else
        done = connect_broker(device, mqtt, error);
    snprintf(mqtt->topic, sizeof mqtt->topic, "%s/rpc", mqtt->address.device);
    if (!done)
        device_close(device);
    return done;
}

static bool mqtt_silent(const struct mqtt *mqtt, double timeout_s, struct device_error *error)
{
    if (mqtt->ended && !interrupt_pending())
        return device_fail(error, EXIT_TRANSFER, "the connection to the broker was lost",
                           "check the broker, then try again", "%s", "");
    if (mqtt->seen[0] || interrupt_pending())
        return device_silent(error, timeout_s, mqtt->seen);
    return device_fail(error, EXIT_UNREACHABLE, "the device does not answer",
                       "check that it is connected to this broker and that the name is its id "
                       "(flota info shows it)",
                       "the broker does, but nothing came from '%.100s' in %g s",
                       mqtt->address.device, timeout_s);
}

static bool mqtt_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                          char **text, struct device_error *error)
{
    struct mqtt *mqtt = device->state;
    mqtt->id = id;
    mqtt->seen[0] = '\0';
    /* QoS 0: the reply tells that it has arrived. Each acknowledgement on the way would delay the
     * next message by up to 40 ms (Nagle's algorithm in the broker). */
    if (mosquitto_publish(mqtt->client, NULL, mqtt->topic, (int)strlen(frame), frame, 0, false) !=
        MOSQ_ERR_SUCCESS)
        mqtt->ended = true;
    run_until(mqtt, has_reply, clock_s() + timeout_s);
    *text = mqtt->reply;
    mqtt->reply = NULL;
    return *text || mqtt_silent(mqtt, timeout_s, error);
}

static void mqtt_close(struct device *device)
{
    struct mqtt *mqtt = device->state;
    if (mqtt->client) {
        mosquitto_disconnect(mqtt->client);
        mosquitto_destroy(mqtt->client);
    }
    free(mqtt->reply);
    free(mqtt);
}

static const char *const prefixes[] = {"mqtt://", "mqtts://", NULL};

const struct device_way way_mqtt = {.name = "mqtt",
                                    .prefixes = prefixes,
                                    .open = mqtt_open,
                                    .exchange = mqtt_exchange,
                                    .close = mqtt_close,
                                    .chunk_max = 4096};
