/* test_host_mqtt.c - flota/mqtt.h on libmosquitto, with a real broker: test_host_mqtt MOSQUITTO
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/mqtt.h"
#include "host_chip.h"
#include "host_wait.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 20000u
#define ROOM    100

static const char *program;
static uint32_t now_ms = 0xFFFFFF00u;

/* --- the broker --- */

static struct {
    pid_t pid;
    uint16_t port;
    char folder[64], configuration[96];
} broker;

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void start_broker(void)
{
    broker.pid = fork();
    if (broker.pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(nowhere, STDERR_FILENO);
        execl(program, program, "-c", broker.configuration, (char *)NULL);
        _exit(127);
    }
}

static void stop_broker(void)
{
    kill(broker.pid, SIGKILL);
    waitpid(broker.pid, NULL, 0);
}

static void set_up_broker(void)
{
    char text[512];
    strcpy(broker.folder, "/tmp/host-mqtt-XXXXXX");
    assert_non_null(mkdtemp(broker.folder));
    snprintf(broker.configuration, sizeof broker.configuration, "%s/conf", broker.folder);
    broker.port = free_port();
    snprintf(text, sizeof text, "listener %u 127.0.0.1\nallow_anonymous true\npersistence false\n",
             broker.port);
    write_file(broker.configuration, text);
    start_broker();
}

static int set_up(void **state)
{
    static struct host_chip chip = {.magic = HOST_CHIP_MAGIC, .layout = HOST_CHIP_LAYOUT};
    char text[32];
    int fd = memfd_create("chip", 0);
    (void)state;
    assert_int_equal(write(fd, &chip, sizeof chip), sizeof chip);
    snprintf(text, sizeof text, "%d,%d", fd, fd);
    setenv(HOST_CHIP_VARIABLE, text, 1);
    set_up_broker();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_broker();
    unlink(broker.configuration);
    rmdir(broker.folder);
    return 0;
}

/* --- clients --- */

struct client {
    struct flota_mqtt mqtt;
    uint8_t room[ROOM];
    bool is_busy;
    int received, dropped;
    char topic[FLOTA_MQTT_TOPIC_MAX];
    char text[ROOM + 1];
};

static void received(void *context, const char *topic, const uint8_t *payload, size_t size)
{
    struct client *client = context;
    client->received++;
    snprintf(client->topic, sizeof client->topic, "%s", topic);
    snprintf(client->text, sizeof client->text, "%.*s", (int)size, (const char *)payload);
}

static void dropped(void *context, size_t size)
{
    assert_true(size > ROOM);
    ((struct client *)context)->dropped++;
}

static bool is_ready(void *context)
{
    return !((struct client *)context)->is_busy;
}

static struct client a, b;

static void make(struct client *client, const char *name, const char *const *topics)
{
    void *link = client->mqtt.link;
    memset(client, 0, sizeof *client);
    client->mqtt = (struct flota_mqtt){.host = "127.0.0.1",
                                       .port = broker.port,
                                       .keep_alive_s = 30,
                                       .client_id = name,
                                       .topics = topics,
                                       .topic_count = topics ? 1 : 0,
                                       .received = received,
                                       .dropped = dropped,
                                       .is_ready = is_ready,
                                       .context = client,
                                       .payload = client->room,
                                       .payload_size = sizeof client->room,
                                       .link = link};
}

static void turn(void)
{
    host_wait_sleep(10);
    flota_mqtt_poll(&a.mqtt, now_ms);
    flota_mqtt_poll(&b.mqtt, now_ms++);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        for (uint32_t turns_ = 0; !(condition); turns_++) {                                        \
            if (turns_ > WAIT_MS / 10u)                                                            \
                fail_msg("%s has not come", #condition);                                           \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

/* The broker may still be starting. */
static void open_client(struct client *client)
{
    for (int tries = 0; client->mqtt.state != FLOTA_MQTT_OPEN; tries++) {
        assert_true(tries < 500);
        assert_int_equal(flota_mqtt_open(&client->mqtt), 0);
        UNTIL(client->mqtt.state != FLOTA_MQTT_OPENING);
        if (client->mqtt.state == FLOTA_MQTT_CLOSED)
            poll(NULL, 0, 10);
    }
}

static const char *const a_topics[] = {"open/a"};
static const char *const b_topics[] = {"open/b/#"};

static int set_up_clients(void **state)
{
    (void)state;
    make(&a, "a", a_topics);
    make(&b, "b", b_topics);
    return 0;
}

static int tear_down_clients(void **state)
{
    (void)state;
    flota_mqtt_close(&a.mqtt);
    flota_mqtt_close(&b.mqtt);
    return 0;
}

static void messages_go_both_ways(void **state)
{
    (void)state;
    open_client(&a);
    open_client(&b);
    assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/b/1", "hello", 5, false), 0);
    UNTIL(b.received == 1);
    assert_string_equal(b.topic, "open/b/1");
    assert_string_equal(b.text, "hello");
    assert_int_equal(flota_mqtt_publish(&b.mqtt, "open/a", "", 0, false), 0);
    UNTIL(a.received == 1);
    assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/#", "x", 1, false), FLOTA_ERR_BAD_VALUE);
}

/* a's: the last one that was opened, and connected to the broker. */
static int mqtt_socket(void)
{
    struct sockaddr_in peer;
    for (int fd = 1023; fd > 2; fd--) {
        socklen_t size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sin_family == AF_INET &&
            ntohs(peer.sin_port) == broker.port)
            return fd;
    }
    fail_msg("no connection to the broker");
    return -1;
}

static void a_will_is_sent_by_a_lost_client_only(void **state)
{
    (void)state;
    open_client(&b);
    a.mqtt.will_topic = "open/b/will";
    a.mqtt.will_text = "gone";
    open_client(&a);
    flota_mqtt_close(&a.mqtt);
    open_client(&a);
    flota_mqtt_publish(&a.mqtt, "open/b/2", "still", 5, false);
    UNTIL(b.received == 1);
    assert_string_equal(b.text, "still"); /* no will of the first connection before it */
    b.received = 0;
    shutdown(mqtt_socket(), SHUT_RDWR); /* lost, without a goodbye */
    UNTIL(b.received == 1);
    assert_string_equal(b.text, "gone");
}

static void a_busy_client_leaves_messages_with_the_broker(void **state)
{
    (void)state;
    open_client(&a);
    open_client(&b);
    b.is_busy = true;
    for (int i = 0; i < 10; i++)
        assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/b/x", "m", 1, false), 0);
    for (int i = 0; i < 20; i++)
        turn();
    assert_int_equal(b.received, 0);
    b.is_busy = false;
    UNTIL(b.received == 10);
}

static void a_message_without_room_is_dropped_and_said(void **state)
{
    char text[ROOM + 1];
    (void)state;
    memset(text, 'x', sizeof text);
    open_client(&a);
    open_client(&b);
    assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/b/x", text, sizeof text, false), 0);
    assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/b/x", text, ROOM, false), 0);
    UNTIL(b.received == 1);
    assert_int_equal(b.dropped, 1);
    assert_int_equal(strlen(b.text), ROOM);
}

/* The acknowledgements may lie behind messages that are not taken before these have gone. */
static void many_that_are_not_acknowledged_do_not_stop_the_next(void **state)
{
    (void)state;
    open_client(&a);
    open_client(&b);
    for (int i = 0; i < 100; i++)
        assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/b/x", "x", 1, false), 0);
    UNTIL(b.received == 100);
}

/* mosquitto refuses nobody who may connect at all: a few bytes of MQTT 3.1.1 do. */
static int accept_as_broker(int listener)
{
    struct pollfd fds = {.fd = listener, .events = POLLIN};
    UNTIL(poll(&fds, 1, 0) > 0);
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK);
}

static size_t hear(int fd, uint8_t *bytes, size_t size)
{
    ssize_t got;
    UNTIL((got = recv(fd, bytes, size, 0)) > 0);
    return (size_t)got;
}

static int open_at_fake_broker(const uint8_t greeting[4])
{
    uint8_t bytes[256];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    a.mqtt.port = free_port();
    address.sin_port = htons(a.mqtt.port);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(flota_mqtt_open(&a.mqtt), 0);
    int fd = accept_as_broker(listener);
    close(listener);
    assert_true(hear(fd, bytes, sizeof bytes) > 0);
    assert_int_equal(bytes[0], 0x10); /* CONNECT */
    assert_int_equal(send(fd, greeting, 4, 0), 4);
    return fd;
}

static void a_refused_subscription_is_said(void **state)
{
    static const uint8_t welcome[] = {0x20, 2, 0, 0};
    uint8_t bytes[256];
    (void)state;
    int fd = open_at_fake_broker(welcome);
    assert_true(hear(fd, bytes, sizeof bytes) > 4);
    assert_int_equal(bytes[0], 0x82); /* SUBSCRIBE */
    const uint8_t refusal[] = {0x90, 3, bytes[2], bytes[3], 0x80};
    assert_int_equal(send(fd, refusal, sizeof refusal, 0), sizeof refusal);
    UNTIL(a.mqtt.state == FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_UNAUTHORIZED);
    assert_int_equal(a.mqtt.reason, 0x80);
    close(fd);
}

static void a_broker_that_wants_a_password_is_said(void **state)
{
    static const uint8_t refusal[] = {0x20, 2, 0, 5};
    (void)state;
    int fd = open_at_fake_broker(refusal);
    UNTIL(a.mqtt.state == FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_UNAUTHORIZED);
    assert_int_equal(a.mqtt.reason, 5);
    close(fd);
}

static void a_broker_that_ends_is_said_and_then_refuses(void **state)
{
    (void)state;
    open_client(&a);
    stop_broker();
    UNTIL(a.mqtt.state == FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_CONNECT_LOST);
    assert_int_equal(flota_mqtt_publish(&a.mqtt, "open/c", "x", 1, false), FLOTA_ERR_CONNECT_LOST);
    assert_int_equal(flota_mqtt_open(&a.mqtt), 0);
    UNTIL(a.mqtt.state == FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_CONNECT_REFUSED);
    start_broker();
    open_client(&a);
}

static void a_name_that_nobody_has_is_said(void **state)
{
    (void)state;
    a.mqtt.host = "no..such.name";
    assert_int_equal(flota_mqtt_open(&a.mqtt), 0);
    UNTIL(a.mqtt.state == FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_NAME_UNKNOWN);
}

static void an_unplugged_cable_ends_opening_in_time(void **state)
{
    (void)state;
    host_chip()->link_is_down = true;
    assert_int_equal(flota_mqtt_open(&a.mqtt), 0);
    turn();
    now_ms += FLOTA_MQTT_OPEN_MS;
    turn();
    host_chip()->link_is_down = false;
    assert_int_equal(a.mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(a.mqtt.error, FLOTA_ERR_CONNECT_TIMEOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_clients, tear_down_clients)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TEST(messages_go_both_ways),
                                       TEST(a_will_is_sent_by_a_lost_client_only),
                                       TEST(a_busy_client_leaves_messages_with_the_broker),
                                       TEST(a_message_without_room_is_dropped_and_said),
                                       TEST(many_that_are_not_acknowledged_do_not_stop_the_next),
                                       TEST(a_refused_subscription_is_said),
                                       TEST(a_broker_that_wants_a_password_is_said),
                                       TEST(a_broker_that_ends_is_said_and_then_refuses),
                                       TEST(a_name_that_nobody_has_is_said),
                                       TEST(an_unplugged_cable_ends_opening_in_time)};
    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
