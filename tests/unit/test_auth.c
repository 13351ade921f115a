/* test_auth.c - credentials and origin of requests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/http_update.h"
#include "http_test.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* A handler that answers with what flota_auth_check() says. */
static void check_begin(void *context, struct flota_http_connection *connection)
{
    const struct flota_auth *auth = context;
    int result = flota_auth_check(auth, connection);
    if (result < 0)
        flota_http_respond_error(connection, auth, result, false);
    else
        flota_http_respond_text(connection, 200, "text/plain", NULL, "welcome\n");
}

static const struct flota_http_handler checking = {.begin = check_begin};

/* Ask with these further header lines. Returns the answer's status. */
static int ask(struct flota_auth auth, const char *headers)
{
    static struct client client;
    struct flota_http_route route = {"/", "GET", &checking, &auth};
    struct flota_http_server server = {.routes = &route, .route_count = 1};
    char request[1024];
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: Device.local:8000\r\n%s\r\n",
             headers);
    client_open(&client, &server);
    client_send(&client, request);
    bool asks_token = strstr(client.output, "\r\nWWW-Authenticate: Bearer realm=\"flota\"\r\n");
    bool asks_basic = strstr(client.output, "\r\nWWW-Authenticate: Basic realm=\"flota\"");
    int status = client_status(&client);
    assert_int_equal(asks_token, status == 401 && auth.kind == FLOTA_AUTH_KIND_TOKEN);
    assert_int_equal(asks_basic, status == 401 && auth.kind == FLOTA_AUTH_KIND_BASIC);
    return status;
}

static void without_configured_credentials_anybody_may(void **state)
{
    (void)state;
    assert_int_equal(ask(FLOTA_AUTH_NONE, ""), 200);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Authorization: Bearer x\r\n"), 200);
}

static void the_right_token_is_let_in(void **state)
{
    (void)state;
    assert_int_equal(ask(FLOTA_AUTH_TOKEN("secret"), "Authorization: Bearer secret\r\n"), 200);
    assert_int_equal(ask(FLOTA_AUTH_TOKEN("secret"), "AUTHORIZATION: bearer   secret \r\n"), 200);
}

static void no_other_token_is_let_in(void **state)
{
    static const char *const headers[] = {
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer secre\r\n",
        "Authorization: Bearer secrets\r\n",
        "Authorization: Bearer Secret\r\n",
        "Authorization: Bearer secret x\r\n",
        "Authorization: secret\r\n",
        "Authorization: Bearersecret\r\n",
        "Authorization: Basic c2VjcmV0\r\n",
        "Authorization: Bearer wrong\r\nAuthorization: Bearer secret\r\n",
        "X-Authorization: Bearer secret\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (ask(FLOTA_AUTH_TOKEN("secret"), headers[i]) != 401)
            fail_msg("let in: %s", headers[i]);
    }
}

static void the_right_password_is_let_in(void **state)
{
    (void)state;
    /* admin:pass, ab:c, a:pass:word */
    assert_int_equal(
        ask(FLOTA_AUTH_BASIC("admin", "pass"), "Authorization: Basic YWRtaW46cGFzcw==\r\n"), 200);
    assert_int_equal(ask(FLOTA_AUTH_BASIC("ab", "c"), "Authorization: basic YWI6Yw==\r\n"), 200);
    assert_int_equal(
        ask(FLOTA_AUTH_BASIC("a", "pass:word"), "Authorization: Basic YTpwYXNzOndvcmQ=\r\n"), 200);
}

static void no_other_password_is_let_in(void **state)
{
    static const char *const headers[] = {
        "",
        "Authorization: Basic\r\n",
        "Authorization: Basic YWRtaW46cGFzcw=\r\n",
        "Authorization: Basic YWRtaW46cGFzcw\r\n",
        "Authorization: Basic YWRtaW46cGFzcw===\r\n",
        "Authorization: Basic YWRtaW46cGFz\r\n",     /* admin:pas */
        "Authorization: Basic YWRtaW46cGFzc3c=\r\n", /* admin:passw */
        "Authorization: Basic YWRtaW4=\r\n",         /* admin */
        "Authorization: Basic YWRtaW5wYXNzOg==\r\n", /* adminpass: */
        "Authorization: Basic !WRtaW46cGFzcw==\r\n",
        "Authorization: Basic YWRt=W46cGFzcw==\r\n",
        "Authorization: Bearer pass\r\n",
    };
    char huge[900] = "Authorization: Basic ";
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (ask(FLOTA_AUTH_BASIC("admin", "pass"), headers[i]) != 401)
            fail_msg("let in: %s", headers[i]);
    }
    size_t used = strlen(huge);
    memset(huge + used, 'A', 800);
    strcpy(huge + used + 800, "\r\n");
    assert_int_equal(ask(FLOTA_AUTH_BASIC("admin", "pass"), huge), 401);
}

static void a_secret_forgotten_in_the_configuration_opens_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask(FLOTA_AUTH_TOKEN(""), "Authorization: Bearer \r\n"), 401);
    assert_int_equal(ask(FLOTA_AUTH_TOKEN(NULL), "Authorization: Bearer x\r\n"), 401);
    assert_int_equal(ask(FLOTA_AUTH_BASIC("a", ""), "Authorization: Basic YTo=\r\n"), 401);
    assert_int_equal(ask(FLOTA_AUTH_BASIC(NULL, "p"), "Authorization: Basic OnA=\r\n"), 401);
}

static void only_the_devices_own_page_may(void **state)
{
    (void)state;
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: http://device.local:8000\r\n"), 200);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: HTTP://DEVICE.LOCAL:8000\r\n"), 200);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: http://device.local\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: http://device.local:80\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: https://device.local:8000\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: http://elsewhere:8000\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: http://device.local:8000.evil\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: null\r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_NONE, "Origin: \r\n"), 403);
    assert_int_equal(ask(FLOTA_AUTH_TOKEN("s"), "Origin: http://elsewhere\r\n"
                                                "Authorization: Bearer s\r\n"),
                     403);
}

static int ask_with_host(const char *host, const char *origin)
{
    static struct client client;
    static struct flota_auth auth;
    struct flota_http_route route = {"/", "GET", &checking, &auth};
    struct flota_http_server server = {.routes = &route, .route_count = 1};
    char request[256];
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\n\r\n", host,
             origin);
    client_open(&client, &server);
    client_send(&client, request);
    return client_status(&client);
}

static void port_80_goes_without_saying(void **state)
{
    (void)state;
    assert_int_equal(ask_with_host("192.168.0.10", "http://192.168.0.10"), 200);
    assert_int_equal(ask_with_host("192.168.0.10:80", "http://192.168.0.10"), 200);
    assert_int_equal(ask_with_host("192.168.0.10", "http://192.168.0.10:80"), 200);
    assert_int_equal(ask_with_host("192.168.0.10", "http://192.168.0.100"), 403);
    assert_int_equal(ask_with_host("192.168.0.10", "http://192.168.0.1"), 403);
    assert_int_equal(ask_with_host("192.168.0.10:8080", "http://192.168.0.10"), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_configured_credentials_anybody_may),
        cmocka_unit_test(the_right_token_is_let_in),
        cmocka_unit_test(no_other_token_is_let_in),
        cmocka_unit_test(the_right_password_is_let_in),
        cmocka_unit_test(no_other_password_is_let_in),
        cmocka_unit_test(a_secret_forgotten_in_the_configuration_opens_nothing),
        cmocka_unit_test(only_the_devices_own_page_may),
        cmocka_unit_test(port_80_goes_without_saying),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
