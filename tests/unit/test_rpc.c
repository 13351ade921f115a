/* test_rpc.c - frames, calls and replies of RPC, without a transport.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/rpc/rpc_json.h"
#include "rpc_test.h"

static struct device device;

static int set_up(void **state)
{
    (void)state;
    device_init(&device, FLOTA_AUTH_NONE);
    return 0;
}

/* --- frames --- */

static void a_call_gets_a_reply_with_its_id_and_addresses(void **state)
{
    (void)state;
    assert_string_equal(ask(&device, GOOD_FRAME), GOOD_REPLY);
    assert_string_equal(
        ask(&device, " {\"method\" : \"Test.Add\",\r\n\t\"id\":1,\"params\":{\"a\":5}} "),
        "{\"id\":1,\"src\":\"dev1\",\"result\":105}");
    assert_int_equal(device.rpc.served, 2);
}

static void ids_are_echoed_without_loss(void **state)
{
    static const char *const ids[] = {"0",
                                      "-1",
                                      "1571712235716",
                                      "18446744073709551617",
                                      "1e400",
                                      "0.10",
                                      "\"\"",
                                      "\"a\\u00e4\\\"\\/\"",
                                      "123456789012345678901234567890123456789012345678901234567890"
                                      "1234"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char frame[256], reply[256];
        snprintf(frame, sizeof frame, "{\"id\":%s,\"method\":\"Test.Wait\"}", ids[i]);
        snprintf(reply, sizeof reply, "{\"id\":%s,\"src\":\"dev1\",\"result\":null}", ids[i]);
        assert_string_equal(ask(&device, frame), reply);
    }
}

static void ids_of_another_form_are_refused(void **state)
{
    static const char *const ids[] = {
        "true", "{}", "[1]", "12345678901234567890123456789012345678901234567890123456789012345"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char frame[256];
        snprintf(frame, sizeof frame, "{\"id\":%s,\"method\":\"Test.Wait\"}", ids[i]);
        assert_int_equal(code_of(ask(&device, frame)), 400);
    }
    assert_int_equal(device.called, 0);
}

static void without_an_id_the_call_is_served_and_nothing_is_replied(void **state)
{
    (void)state;
    assert_string_equal(ask(&device, "{\"method\":\"Test.Add\",\"params\":{\"a\":1}}"), "");
    assert_string_equal(ask(&device, "{\"id\":null,\"method\":\"Test.Add\",\"params\":{\"a\":1}}"),
                        "");
    assert_string_equal(
        ask(&device, "{\"id\":1,\"nr\":true,\"method\":\"Test.Add\",\"params\":{\"a\":1}}"), "");
    assert_int_equal(device.called, 3);
    assert_int_equal(device.sent, 3);
    assert_string_equal(ask(&device, "{\"method\":\"Foo.Bar\"}"), "");
}

static void tag_and_src_are_echoed(void **state)
{
    (void)state;
    assert_string_equal(
        ask(&device, "{\"id\":1,\"src\":\"a\\/b \\u00fc\",\"tag\":{\"x\":[1.0]},"
                     "\"method\":\"Test.Wait\",\"trace\":7,\"key\":\"k\",\"deadline\":1,\"v\":2}"),
        "{\"id\":1,\"src\":\"dev1\",\"dst\":\"a/b \xc3\xbc\",\"tag\":{\"x\":[1.0]},"
        "\"result\":null}");
    assert_string_equal(flota_rpc_reply_to(&device.channel), "a/b \xc3\xbc");
    ask(&device, "{\"id\":1,\"method\":\"Test.Wait\"}");
    assert_string_equal(flota_rpc_reply_to(&device.channel), "");
}

static void args_is_the_older_name_of_params(void **state)
{
    (void)state;
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Add\",\"args\":{\"a\":1,\"b\":1}}"),
                    "\"result\":2"));
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Add\",\"args\":{\"a\":8},"
                                 "\"params\":{\"a\":1,\"b\":1}}"),
                    "\"result\":2"));
}

static void a_frame_for_another_device_is_refused(void **state)
{
    (void)state;
    const char *frame = "{\"id\":1,\"dst\":\"%s\",\"method\":\"Test.Wait\"}";
    char text[128];
    snprintf(text, sizeof text, frame, "dev2");
    assert_true(has(ask(&device, text), "\"error\":{\"code\":404,\"message\":\"dst: this device is "
                                        "dev1\"}"));
    snprintf(text, sizeof text, frame, "dev1");
    assert_int_equal(code_of(ask(&device, text)), 0);
    snprintf(text, sizeof text, frame, "");
    assert_int_equal(code_of(ask(&device, text)), 0);
    assert_int_equal(device.called, 2);
}

static void replies_of_others_are_ignored(void **state)
{
    (void)state;
    assert_string_equal(ask(&device, "{\"id\":1,\"src\":\"x\",\"result\":{}}"), "");
    assert_string_equal(ask(&device, "{\"id\":1,\"src\":\"x\",\"error\":{\"code\":400}}"), "");
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"src\":\"x\"}")), 400);
}

static void an_unknown_method_gets_404(void **state)
{
    (void)state;
    assert_string_equal(
        ask(&device, "{\"id\":1,\"method\":\"Foo.Bar\"}"),
        "{\"id\":1,\"src\":\"dev1\",\"error\":{\"code\":404,\"message\":\"No handler for "
        "Foo.Bar\"}}");
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"test.add\"}")), 404);
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"\"}")), 404);
}

static void what_is_no_frame_gets_400(void **state)
{
    static const char *const frames[] = {
        "",
        " ",
        "x",
        "null",
        "1",
        "\"text\"",
        "[]",
        "[{\"id\":1,\"method\":\"Test.Wait\"}]",
        "{",
        "}",
        "{\"id\":1,\"method\":\"Test.Wait\"",
        "{\"id\":1,\"method\":\"Test.Wait\"}}",
        "{\"id\":1,\"method\":\"Test.Wait\"} x",
        "{\"id\":1,\"method\":\"Test.Wait\"}{\"id\":2,\"method\":\"Test.Wait\"}",
        "{\"id\":1,\"method\":\"Test.Wait\",}",
        "{\"id\":1 \"method\":\"Test.Wait\"}",
        "{\"id\":01,\"method\":\"Test.Wait\"}",
        "{\"id\":1.,\"method\":\"Test.Wait\"}",
        "{\"id\":1e,\"method\":\"Test.Wait\"}",
        "{\"id\":+1,\"method\":\"Test.Wait\"}",
        "{\"id\":-,\"method\":\"Test.Wait\"}",
        "{\"id\":tru,\"method\":\"Test.Wait\"}",
        "{id:1,\"method\":\"Test.Wait\"}",
        "{\"id\":1,\"method\":'Test.Wait'}",
        "{\"id\":1,\"method\":\"Test.Wait\\x\"}",
        "{\"id\":1,\"method\":\"Test.Wait\\u12g4\"}",
        "{\"id\":1,\"method\":\"Test.Wait\n\"}",
        "{\"id\":1,\"method\":\"Test.Wait\xff\"}",
        "{\"id\":1,\"method\":\"Test.Wait\xc0\x80\"}",
        "{\"id\":1,\"id\":2,\"method\":\"Test.Wait\"}",
        "{\"id\":1,\"method\":\"Test.Wait\",\"params\":{\"a\":1,\"a\":1}}",
        "{\"id\":1,\"method\":\"Test.Wait\",\"tag\":[{\"a\":1,\"b\":2,\"a\":1}]}",
        "{\"id\":1,\"method\":5}",
        "{\"id\":1,\"method\":\"Test.Wait\",\"params\":[1]}",
        "{\"id\":1,\"method\":\"Test.Wait\",\"params\":\"a\"}",
        "{\"id\":1,\"method\":\"Test.Wait\",\"src\":1}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        const char *reply = ask(&device, frames[i]);
        if (code_of(reply) != 400)
            fail_msg("%s: %s", frames[i], reply);
    }
    assert_int_equal(code_of(ask_bytes(&device, "{\"id\":1}\0", 9)), 400);
    assert_int_equal(device.called, 0);
}

static void the_limits_of_a_frame_hold(void **state)
{
    static char frame[FLOTA_RPC_FRAME_MAX + 2];
    (void)state;
    memset(frame, ' ', sizeof frame);
    memcpy(frame, GOOD_FRAME, strlen(GOOD_FRAME));
    assert_string_equal(ask_bytes(&device, frame, FLOTA_RPC_FRAME_MAX), GOOD_REPLY);
    assert_true(has(ask_bytes(&device, frame, FLOTA_RPC_FRAME_MAX + 1), "longer than 6144 bytes"));

    const char *deep = "{\"id\":1,\"method\":\"Test.Wait\",\"tag\":[[[[[[[%s]]]]]]]}";
    char text[256];
    snprintf(text, sizeof text, deep, "");
    assert_int_equal(code_of(ask(&device, text)), 0);
    snprintf(text, sizeof text, deep, "{}");
    assert_true(has(ask(&device, text), "nested too deep"));
}

/* {"id":1,"method":"Test.Wait","params":{"a":[1,1,1...]}}: 8 values, and the ones. */
static void a_frame_of_too_many_values_is_refused(void **state)
{
    (void)state;
    for (unsigned count = 100; count < 140; count++) {
        char frame[512] = "{\"id\":1,\"method\":\"Test.Wait\",\"params\":{\"a\":[1";
        for (unsigned i = 1; i < count; i++)
            strcat(frame, ",1");
        strcat(frame, "]}}");
        assert_int_equal(code_of(ask(&device, frame)), count + 9 <= FLOTA_RPC_TOKENS_MAX ? 0 : 400);
    }
}

static void long_addresses_and_tags_are_refused(void **state)
{
    char frame[512], name[160];
    (void)state;
    memset(name, 'a', sizeof name);
    snprintf(frame, sizeof frame, "{\"id\":1,\"src\":\"%.127s\",\"method\":\"Test.Wait\"}", name);
    assert_int_equal(code_of(ask(&device, frame)), 0);
    snprintf(frame, sizeof frame, "{\"id\":1,\"src\":\"%.128s\",\"method\":\"Test.Wait\"}", name);
    assert_int_equal(code_of(ask(&device, frame)), 400);
    snprintf(frame, sizeof frame, "{\"id\":1,\"tag\":\"%.127s\",\"method\":\"Test.Wait\"}", name);
    assert_int_equal(code_of(ask(&device, frame)), 400);
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%.120s\"}", name);
    assert_int_equal(code_of(ask(&device, frame)), 404);
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"src\":\"a\\u0000b\",\"method\":"
                                          "\"Test.Wait\"}")),
                     400);
}

/* The worst envelope there is still holds an error. */
static void the_longest_envelope_still_holds_an_error(void **state)
{
    static char frame[2048];
    (void)state;
    flota_rpc_limit_reply(&device.channel, 0);
    size_t used =
        (size_t)snprintf(frame, sizeof frame, "{\"id\":\"%062d\",\"tag\":\"%0126d\",", 0, 0);
    used += (size_t)snprintf(frame + used, sizeof frame - used, "\"src\":\"");
    for (int i = 0; i < 127; i++)
        used += (size_t)snprintf(frame + used, sizeof frame - used, "\\u0001");
    snprintf(frame + used, sizeof frame - used,
             "\",\"method\":\"Test.Long\",\"params\":{\"size\":4000}}");
    const char *reply = ask(&device, frame);
    assert_true(has(reply, "\"error\":{\"code\":500,\"message\":\"the answer is longer than "));
    assert_true(strlen(reply) <= 1400);
    assert_string_equal(reply + strlen(reply) - 2, "}}");
}

/* --- parameters --- */

static void a_parameter_of_the_wrong_type_is_named(void **state)
{
    static const struct {
        const char *method, *params, *message;
    } cases[] = {
        {"Test.Add", "{}", "parameter a: an integer is expected, and it is missing"},
        {"Test.Add", "{\"a\":null}", "parameter a: an integer is expected, and it is missing"},
        {"Test.Add", "{\"a\":\"1\"}", "parameter a: an integer is expected, not a string"},
        {"Test.Add", "{\"a\":true}", "parameter a: an integer is expected, not a boolean"},
        {"Test.Add", "{\"a\":1.0}",
         "parameter a: an integer is expected, not a fraction or a number out of range"},
        {"Test.Add", "{\"a\":9223372036854775808}",
         "parameter a: an integer is expected, not a fraction or a number out of range"},
        {"Test.Add", "{\"a\":-9223372036854775809}",
         "parameter a: an integer is expected, not a fraction or a number out of range"},
        {"Test.Add", "{\"a\":1,\"b\":[]}", "parameter b: an integer is expected, not an array"},
        {"Test.Text", "{\"text\":1}", "parameter text: a string is expected, not a number"},
        {"Test.Bytes", "{\"data\":{}}",
         "parameter data: a base64 string is expected, not an object"},
        {"Test.Json", "{\"object\":[]}", "parameter object: an object is expected, not an array"},
        {"Test.Json", "{\"flag\":0}", "parameter flag: true or false is expected, not a number"},
        {"Test.Json", "{\"ratio\":\"\"}", "parameter ratio: a number is expected, not a string"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char frame[256], error[256];
        snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\",\"params\":%s}", cases[i].method,
                 cases[i].params);
        snprintf(error, sizeof error, "\"error\":{\"code\":400,\"message\":\"%s\"}",
                 cases[i].message);
        assert_true(has(ask(&device, frame), error));
    }
    assert_int_equal(device.called, 0);
    assert_int_equal(device.sent, 0);
}

static void integers_of_64_bits_are_read(void **state)
{
    (void)state;
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Add\",\"params\":{\"a\":"
                                 "9223372036854775807,\"b\":0}}"),
                    "\"result\":9223372036854775807"));
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Add\",\"params\":{\"a\":"
                                 "-9223372036854775808,\"b\":0}}"),
                    "\"result\":-9223372036854775808"));
}

static void null_and_unknown_parameters_are_passed_over(void **state)
{
    (void)state;
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Add\",\"params\":{\"a\":1,\"b\":null,"
                                 "\"other\":[{}]}}"),
                    "\"result\":101"));
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Json\",\"params\":null}"),
                    "\"result\":null"));
}

static const char *ask_text(const char *text)
{
    char frame[512];
    snprintf(frame, sizeof frame,
             "{\"id\":1,\"method\":\"Test.Text\",\"params\":{\"text\":\"%s\"}}", text);
    device.text[0] = '\0';
    return ask(&device, frame);
}

static void strings_are_unescaped(void **state)
{
    (void)state;
    ask_text("\\\"\\\\\\/\\b\\f\\n\\r\\t");
    assert_string_equal(device.text, "\"\\/\b\f\n\r\t");
    ask_text("\\u0041\\u00e4\\u20ac\\ud83d\\ude00");
    assert_string_equal(device.text, "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    ask_text("a\\ud83db\\ude00");
    assert_string_equal(device.text, "a\xef\xbf\xbd"
                                     "b\xef\xbf\xbd");
    assert_true(has(ask_text("a\\u0000b"), "parameter text: a zero character is in it"));
}

static void a_string_too_long_for_its_place_is_refused(void **state)
{
    char text[65];
    (void)state;
    memset(text, 'x', sizeof text);
    text[64] = '\0';
    assert_true(has(ask_text(text), "parameter text: longer than 63 bytes"));
    assert_int_equal(code_of(ask_text(text + 1)), 0);
    assert_int_equal(strlen(device.text), 63);
}

static void base64_is_decoded_in_place_also_when_asked_again(void **state)
{
    static const char *const bad[] = {"A", "AA", "AAA", "AAA$", "A===", "AAE", "AA E", "AAF="};
    (void)state;
    device.wait_polls = 3;
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Bytes\",\"params\":{\"data\":"
                                 "\"\\/\\/8A\\u0041QI=\"}}"),
                    "\"result\":5"));
    assert_memory_equal(device.bytes, "\xff\xff\x00\x01\x02", 5);
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Bytes\",\"params\":{\"data\":\"\"}}"),
                    "\"result\":0"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char frame[128];
        snprintf(frame, sizeof frame,
                 "{\"id\":1,\"method\":\"Test.Bytes\",\"params\":{\"data\":\"%s\"}}", bad[i]);
        assert_true(has(ask(&device, frame), "parameter data: no valid base64"));
    }
}

static void an_object_is_given_as_its_text(void **state)
{
    (void)state;
    assert_true(has(ask(&device, "{\"id\":1,\"method\":\"Test.Json\",\"params\":{\"object\": "
                                 "{\"a\": [1, \"\\u00e4\"]} }}"),
                    "\"result\":{\"a\": [1, \"\\u00e4\"]}}"));
}

/* --- calls that take time --- */

static void a_waiting_call_is_asked_again_and_takes_no_other(void **state)
{
    const char *text;
    (void)state;
    device.wait_polls = 2;
    assert_true(flota_rpc_take(&device.channel, "{\"id\":1,\"method\":\"Test.Wait\"}", 29, 0));
    assert_false(flota_rpc_is_ready(&device.channel));
    assert_false(flota_rpc_take(&device.channel, GOOD_FRAME, strlen(GOOD_FRAME), 0));
    assert_int_equal(flota_rpc_reply(&device.channel, &text), 0);
    flota_rpc_poll(&device.channel, 1);
    assert_int_equal(flota_rpc_reply(&device.channel, &text), 0);
    flota_rpc_poll(&device.channel, 2);
    assert_true(flota_rpc_reply(&device.channel, &text) > 0);
    assert_string_equal(text, "{\"id\":1,\"src\":\"dev1\",\"result\":null}");
    assert_false(flota_rpc_take(&device.channel, GOOD_FRAME, strlen(GOOD_FRAME), 2));
    assert_int_equal(device.sent, 0);
    assert_int_equal(device.asked_anew, 1);
    flota_rpc_sent(&device.channel);
    flota_rpc_sent(&device.channel);
    assert_int_equal(device.sent, 1);
    assert_string_equal(ask(&device, GOOD_FRAME), GOOD_REPLY);
}

static void a_waiting_call_is_told_when_its_client_has_gone(void **state)
{
    (void)state;
    device.wait_polls = 2;
    flota_rpc_take(&device.channel, "{\"id\":1,\"method\":\"Test.Wait\"}", 29, 0);
    flota_rpc_close(&device.channel);
    flota_rpc_close(&device.channel);
    assert_int_equal(device.gone, 1);
    assert_int_equal(device.sent, 0);
    assert_false(flota_rpc_is_ready(&device.channel));
    flota_rpc_poll(&device.channel, 1);
    assert_int_equal(device.called, 0);
}

static void an_answer_whose_client_has_gone_counts_as_sent(void **state)
{
    (void)state;
    flota_rpc_take(&device.channel, "{\"id\":1,\"method\":\"Test.Wait\"}", 29, 0);
    flota_rpc_close(&device.channel);
    assert_int_equal(device.sent, 1);
    assert_int_equal(device.gone, 0);
    assert_int_equal(device.rpc.served, 0);
}

static void closing_what_was_never_opened_is_harmless(void **state)
{
    static struct flota_rpc_channel channel;
    (void)state;
    flota_rpc_close(&channel);
    assert_false(flota_rpc_is_ready(&channel));
    assert_false(flota_rpc_take(&channel, "{}", 2, 0));
}

static void a_device_that_restarts_takes_no_calls(void **state)
{
    (void)state;
    device.rpc.is_restarting = true;
    assert_int_equal(code_of(ask(&device, GOOD_FRAME)), 418);
    assert_int_equal(device.called, 0);
}

/* --- replies --- */

static void a_reply_that_does_not_fit_becomes_an_error(void **state)
{
    static const size_t limits[] = {FLOTA_RPC_REPLY_MAX - 1, 1472};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        flota_rpc_limit_reply(&device.channel, limits[i]);
        const char *reply = ask(&device, "{\"id\":1,\"method\":\"Test.Long\"}");
        assert_int_equal(code_of(reply), 0);
        assert_in_range(strlen(reply), limits[i] - 100, limits[i]);
        reply = ask(&device, "{\"id\":1,\"method\":\"Test.Long\",\"params\":{\"size\":4096}}");
        assert_true(has(reply, "\"error\":{\"code\":500,\"message\":\"the answer is longer than"));
    }
}

static void no_reply_is_longer_than_its_limit(void **state)
{
    (void)state;
    flota_rpc_limit_reply(&device.channel, 1472);
    for (int size = 1380; size < 1480; size++) {
        char frame[128];
        snprintf(frame, sizeof frame,
                 "{\"id\":1,\"method\":\"Test.Long\",\"params\":{\"size\":%d}}", size);
        const char *reply = ask(&device, frame);
        assert_true(strlen(reply) <= 1472);
        assert_string_equal(reply + strlen(reply) - 1, "}");
    }
}

static void errors_tell_cause_remedy_and_number(void **state)
{
    (void)state;
    assert_string_equal(
        ask(&device, "{\"id\":1,\"method\":\"Test.Fail\"}"),
        "{\"id\":1,\"src\":\"dev1\",\"error\":{\"code\":429,\"message\":\"another update is in "
        "progress; wait for its end; GET /api/firmware_update shows how far it is\","
        "\"flota\":{\"code\":-301,\"name\":\"UPDATE_BUSY\"}}}");
}

static void errors_have_the_codes_that_rpc_knows(void **state)
{
    static const struct {
        int error, code;
    } cases[] = {
        {FLOTA_ERR_IMAGE_OTHER_BOARD, 400}, {FLOTA_ERR_TRANSFER_GAP, 400},
        {FLOTA_ERR_BAD_REQUEST, 400},       {FLOTA_ERR_ON_TRIAL, 400},
        {FLOTA_ERR_UNAUTHORIZED, 401},      {FLOTA_ERR_BAD_ORIGIN, 403},
        {FLOTA_ERR_CONFIG_KEY, 404},        {FLOTA_ERR_UPDATE_BUSY, 429},
        {FLOTA_ERR_CONFIG_VALUE, 400},      {FLOTA_ERR_CONFIG_FULL, 400},
        {FLOTA_ERR_URL_BAD, 400},           {FLOTA_ERR_FLASH_PROGRAM, 500},
        {FLOTA_ERR_JOURNAL, 500},           {FLOTA_ERR_NAME_UNKNOWN, 500},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char frame[128];
        snprintf(frame, sizeof frame,
                 "{\"id\":1,\"method\":\"Test.Fail\",\"params\":{\"error\":%d}}", cases[i].error);
        assert_int_equal(code_of(ask(&device, frame)), cases[i].code);
    }
}

/* --- without a frame --- */

static const char *call_bare(const char *method, const char *params)
{
    static char reply[FLOTA_RPC_REPLY_MAX];
    const char *text;
    assert_true(flota_rpc_take_call(&device.channel, method, params, strlen(params), 0));
    size_t size = flota_rpc_reply(&device.channel, &text);
    memcpy(reply, text, size + 1);
    flota_rpc_sent(&device.channel);
    return reply;
}

static void a_bare_call_gets_a_bare_result(void **state)
{
    (void)state;
    assert_string_equal(call_bare("Test.Add", "{\"a\":1,\"b\":2}"), "3");
    assert_int_equal(flota_rpc_reply_code(&device.channel), 0);
    assert_string_equal(call_bare("Test.Wait", ""), "null");
    assert_string_equal(call_bare("Foo.Bar", ""), "{\"code\":404,\"message\":\"No handler for "
                                                  "Foo.Bar\"}");
    assert_int_equal(flota_rpc_reply_code(&device.channel), 404);
    assert_string_equal(call_bare("Test.Add", "[]"),
                        "{\"code\":400,\"message\":\"params: an object is expected\"}");
    assert_string_equal(call_bare("Test.Add", "{\"a\":1"),
                        "{\"code\":400,\"message\":\"params: the text is no JSON\"}");
}

static void a_frame_may_come_with_its_method_beside_it(void **state)
{
    const char *text;
    const char *frame = "{\"id\":5,\"src\":\"c\",\"method\":\"Foo.Bar\",\"params\":{\"a\":1}}";
    (void)state;
    assert_true(flota_rpc_take_named(&device.channel, "Test.Add", frame, strlen(frame), 0));
    flota_rpc_reply(&device.channel, &text);
    assert_string_equal(text, "{\"id\":5,\"src\":\"dev1\",\"dst\":\"c\",\"result\":101}");
    flota_rpc_sent(&device.channel);
    assert_true(flota_rpc_take_named(&device.channel, "Test.Wait", NULL, 0, 0));
    assert_int_equal(flota_rpc_reply(&device.channel, &text), 0);
    assert_int_equal(device.called, 2);
}

static void a_frame_may_be_gathered_in_the_channel(void **state)
{
    const char *text;
    (void)state;
    char *buffer = flota_rpc_buffer(&device.channel);
    memcpy(buffer, GOOD_FRAME, strlen(GOOD_FRAME));
    flota_rpc_take(&device.channel, buffer, strlen(GOOD_FRAME), 0);
    flota_rpc_reply(&device.channel, &text);
    assert_string_equal(text, GOOD_REPLY);
}

/* --- built in --- */

static void the_methods_are_listed_and_described(void **state)
{
    (void)state;
    assert_string_equal(ask(&device, "{\"id\":1,\"method\":\"RPC.List\"}"),
                        "{\"id\":1,\"src\":\"dev1\",\"result\":[\"Test.Add\",\"Test.Text\","
                        "\"Test.Bytes\",\"Test.Wait\",\"Test.Fail\",\"Test.Long\",\"Test.Json\","
                        "\"RPC.List\",\"RPC.Describe\",\"RPC.Ping\"]}");
    assert_string_equal(
        ask(&device, "{\"id\":1,\"method\":\"RPC.Describe\",\"params\":{\"name\":\"Test.Add\"}}"),
        "{\"id\":1,\"src\":\"dev1\",\"result\":{\"name\":\"Test.Add\",\"params\":[{\"name\":\"a\","
        "\"type\":\"integer\",\"required\":true},{\"name\":\"b\",\"type\":\"integer\",\"required\":"
        "false}],\"public\":false}}");
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"RPC.Describe\",\"params\":"
                                          "{\"name\":\"No.Such\"}}")),
                     404);
}

static void ping_tells_how_the_client_is_connected(void **state)
{
    (void)state;
    assert_string_equal(
        ask(&device, "{\"id\":1,\"method\":\"RPC.Ping\"}"),
        "{\"id\":1,\"src\":\"dev1\",\"result\":{\"channel_info\":\"test peer 1\"}}");
}

/* --- any bytes --- */

static void after_10000_mutated_frames_a_good_one_is_answered(void **state)
{
    uint32_t random = 4;
    char frame[1024];
    (void)state;
    for (int i = 0; i < 10000; i++) {
        size_t size = mutate(&random, frame, sizeof frame);
        const char *reply = ask_bytes(&device, frame, size);
        struct flota_rpc_json *json = malloc(sizeof *json);
        static char copy[FLOTA_RPC_REPLY_MAX];
        strcpy(copy, reply);
        if (reply[0] && flota_rpc_json_parse(json, copy, strlen(copy)))
            fail_msg("mutation %d: the reply is no JSON: %s", i, reply);
        free(json);
    }
    assert_string_equal(ask(&device, GOOD_FRAME), GOOD_REPLY);
    print_message("%d were served\n", device.called);
    assert_true(device.called > 200); /* some changes do no harm */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(a_call_gets_a_reply_with_its_id_and_addresses),
        TEST(ids_are_echoed_without_loss),
        TEST(ids_of_another_form_are_refused),
        TEST(without_an_id_the_call_is_served_and_nothing_is_replied),
        TEST(tag_and_src_are_echoed),
        TEST(args_is_the_older_name_of_params),
        TEST(a_frame_for_another_device_is_refused),
        TEST(replies_of_others_are_ignored),
        TEST(an_unknown_method_gets_404),
        TEST(what_is_no_frame_gets_400),
        TEST(the_limits_of_a_frame_hold),
        TEST(a_frame_of_too_many_values_is_refused),
        TEST(long_addresses_and_tags_are_refused),
        TEST(the_longest_envelope_still_holds_an_error),
        TEST(a_parameter_of_the_wrong_type_is_named),
        TEST(integers_of_64_bits_are_read),
        TEST(null_and_unknown_parameters_are_passed_over),
        TEST(strings_are_unescaped),
        TEST(a_string_too_long_for_its_place_is_refused),
        TEST(base64_is_decoded_in_place_also_when_asked_again),
        TEST(an_object_is_given_as_its_text),
        TEST(a_waiting_call_is_asked_again_and_takes_no_other),
        TEST(a_waiting_call_is_told_when_its_client_has_gone),
        TEST(an_answer_whose_client_has_gone_counts_as_sent),
        TEST(closing_what_was_never_opened_is_harmless),
        TEST(a_device_that_restarts_takes_no_calls),
        TEST(a_reply_that_does_not_fit_becomes_an_error),
        TEST(no_reply_is_longer_than_its_limit),
        TEST(errors_tell_cause_remedy_and_number),
        TEST(errors_have_the_codes_that_rpc_knows),
        TEST(a_bare_call_gets_a_bare_result),
        TEST(a_frame_may_come_with_its_method_beside_it),
        TEST(a_frame_may_be_gathered_in_the_channel),
        TEST(the_methods_are_listed_and_described),
        TEST(ping_tells_how_the_client_is_connected),
        TEST(after_10000_mutated_frames_a_good_one_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
