/* test_expression.c - expressions, the JavaScript made of them, and what that shows.
 *
 *     test_expression              compares the JavaScript
 *     test_expression --script     writes a program for Node.js that runs all of it and compares
 * the values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* after those that it needs */
#include <cmocka.h>

struct good {
    const char *text, *code, *shown; /* shown: what the page shows, in JavaScript's words */
};

struct bad {
    const char *text;
    size_t at;
    const char *message; /* a part of it */
};

/* The values that the names have in the program. */
#define VALUES                                                                                     \
    "{leds:{state:true,off:false,level:7,half:-0.5,name:'Red',quote:'\"<&'},user:{name:null},"     \
    "row:{index:0,name:'a'}}"

static const struct {
    const char *object, *member;
    unsigned types;
} names[] = {
    {"leds", "state", EXPRESSION_TRUTH},    {"leds", "off", EXPRESSION_TRUTH},
    {"leds", "level", EXPRESSION_NUMBER},   {"leds", "half", EXPRESSION_NUMBER},
    {"leds", "name", EXPRESSION_TEXT},      {"leds", "quote", EXPRESSION_TEXT},
    {"row", "index", EXPRESSION_NUMBER},    {"row", "name", EXPRESSION_TEXT},
    {"leds", "missing", EXPRESSION_NUMBER}, {"user", "name", EXPRESSION_TEXT | EXPRESSION_NULL}};

static const struct good goods[] = {
    /* texts */
    {"", "\"\"", ""},
    {"plain", "\"plain\"", "plain"},
    {"5 $ {x} $", "\"5 $ {x} $\"", "5 $ {x} $"},
    {"${leds.name}", "v=>v.leds.name", "Red"},
    {"${leds.level}", "v=>\"\"+v.leds.level", "7"},
    {"a ${leds.level} b ${leds.state}", "v=>\"a \"+v.leds.level+\" b \"+v.leds.state",
     "a 7 b true"},
    {"${leds.level}${leds.level}", "v=>\"\"+v.leds.level+v.leds.level", "77"},
    {"${'${'}x}", "v=>\"${\"+\"x}\"", "${x}"},
    {"${user.name}!", "v=>\"\"+(v.user.name??\"\")+\"!\"", "!"},
    {"${user.name || 'nobody'}", "v=>v.user.name||\"nobody\"", "nobody"},
    {"${leds.state ? leds.level : null}", "v=>\"\"+((v.leds.state?v.leds.level:null)??\"\")", "7"},
    {"${leds.off ? leds.level : null}", "v=>\"\"+((v.leds.off?v.leds.level:null)??\"\")", ""},
    /* quoting */
    {"\"\\", "\"\\\"\\\\\"", "\"\\"},
    {"</script><!--", "\"\\x3c/script>\\x3c!--\"", "</script><!--"},
    {"\xE2\x80\xA8\xE2\x80\xA9", "\"\\u2028\\u2029\"", "\xE2\x80\xA8\xE2\x80\xA9"},
    {"${'it\\'s' + \" \\\"so\\\" \\\\\"}", "v=>\"it's\"+\" \\\"so\\\" \\\\\"", "it's \"so\" \\"},
    {"${leds.quote + '<'}", "v=>v.leds.quote+\"\\x3c\"", "\"<&<"},
    {"Gr\xC3\xBC\xC3\x9F ${'\xF0\x9F\x8D\x85'}", "v=>\"Gr\xC3\xBC\xC3\x9F \"+\"\xF0\x9F\x8D\x85\"",
     "Gr\xC3\xBC\xC3\x9F \xF0\x9F\x8D\x85"},
    /* operators */
    {"${leds.state ? 'ON' : 'OFF'}", "v=>v.leds.state?\"ON\":\"OFF\"", "ON"},
    {"is ${leds.off ? 'ON' : 'OFF'}", "v=>\"is \"+(v.leds.off?\"ON\":\"OFF\")", "is OFF"},
    {"${leds.off ? 1 : leds.state ? 2 : 3}", "v=>\"\"+(v.leds.off?1:v.leds.state?2:3)", "2"},
    {"${(leds.off ? leds.state : leds.off) ? 1 : 2}",
     "v=>\"\"+((v.leds.off?v.leds.state:v.leds.off)?1:2)", "2"},
    {"${1 + 2 * 3}", "v=>\"\"+(1+2*3)", "7"},
    {"${(1 + 2) * 3}", "v=>\"\"+(1+2)*3", "9"},
    {"${10 - 4 - 3}", "v=>\"\"+(10-4-3)", "3"},
    {"${10 - (4 - 3)}", "v=>\"\"+(10-(4-3))", "9"},
    {"${7 / 2}", "v=>\"\"+7/2", "3.5"},
    {"${7 % 4 * 2}", "v=>\"\"+7%4*2", NULL},
    {"${-leds.level}", "v=>\"\"+-v.leds.level", "-7"},
    {"${- -5}", "v=>\"\"+-(-5)", "5"},
    {"${3 - -2}", "v=>\"\"+(3-(-2))", "5"},
    {"${3 + -leds.level}", "v=>\"\"+(3+(-v.leds.level))", "-4"},
    {"${!leds.state}", "v=>\"\"+!v.leds.state", "false"},
    {"${!!leds.level}", "v=>\"\"+!!v.leds.level", "true"},
    {"${!(leds.state && leds.off)}", "v=>\"\"+!(v.leds.state&&v.leds.off)", "true"},
    {"${leds.off || leds.state && leds.off}", "v=>\"\"+(v.leds.off||v.leds.state&&v.leds.off)",
     "false"},
    {"${(leds.off || leds.state) && leds.state}",
     "v=>\"\"+((v.leds.off||v.leds.state)&&v.leds.state)", "true"},
    {"${leds.level == 7}", "v=>\"\"+(v.leds.level===7)", "true"},
    {"${leds.name != 'Red'}", "v=>\"\"+(v.leds.name!==\"Red\")", "false"},
    {"${user.name == null}", "v=>\"\"+(v.user.name==null)", "true"},
    {"${null != leds.name}", "v=>\"\"+(null!=v.leds.name)", "true"},
    {"${leds.level >= 7 && leds.level < 8}", "v=>\"\"+(v.leds.level>=7&&v.leds.level<8)", "true"},
    {"${'a' < 'b'}", "v=>\"\"+(\"a\"<\"b\")", "true"},
    {"${'n: ' + leds.level + 1}", "v=>\"n: \"+v.leds.level+1", "n: 71"},
    {"${'n: ' + (leds.level + 1)}", "v=>\"n: \"+(v.leds.level+1)", "n: 8"},
    {"${0.1 + 0.2 > 0.3}", "v=>\"\"+(0.1+0.2>0.3)", "true"},
    {"${1000000}", "v=>\"\"+1000000", "1000000"},
    {"${row.index + 1}: ${row.name}", "v=>\"\"+(v.row.index+1)+\": \"+v.row.name", "1: a"},
    /* functions */
    {"${fixed(leds.half, 1)}", "v=>v.leds.half.toFixed(1)", "-0.5"},
    {"${fixed(3, 2)}", "v=>(3).toFixed(2)", "3.00"},
    {"${fixed(1 / 3, 3)}", "v=>(1/3).toFixed(3)", "0.333"},
    {"${fixed(-leds.level, 0)}", "v=>(-v.leds.level).toFixed(0)", "-7"},
    {"${round(2.5)} ${round(-2.5)}", "v=>\"\"+Math.round(2.5)+\" \"+Math.round(-2.5)", "3 -2"},
    {"${floor(leds.half)}", "v=>\"\"+Math.floor(v.leds.half)", "-1"},
    {"${abs(leds.half)}", "v=>\"\"+Math.abs(v.leds.half)", "0.5"},
    {"${min(leds.level, 3)}${max(leds.level, 3)}",
     "v=>\"\"+Math.min(v.leds.level,3)+Math.max(v.leds.level,3)", "37"},
    {"${hex(255)}", "v=>(255>>>0).toString(16)", "ff"},
    {"${hex(-1)}", "v=>(-1>>>0).toString(16)", "ffffffff"},
    {"${hex(leds.level * 16)}", "v=>(v.leds.level*16>>>0).toString(16)", "70"},
    {"${pad(leds.level, 3)}", "v=>$pad(v.leds.level,3)", "007"},
    {"${pad(-5, 4)}", "v=>$pad(-5,4)", "-005"},
    {"${pad(12345, 3)}", "v=>$pad(12345,3)", "12345"},
    {"${pad(hex(10), 2)}", "v=>$pad((10>>>0).toString(16),2)", "0a"},
    {"${upper(leds.name)}${lower(leds.name + 'X')}",
     "v=>v.leds.name.toUpperCase()+(v.leds.name+\"X\").toLowerCase()", "REDredx"},
    {"${length(leds.name)}", "v=>\"\"+[...v.leds.name].length", "3"},
    {"${length('\xF0\x9F\x8D\x85')}", "v=>\"\"+[...\"\xF0\x9F\x8D\x85\"].length", "1"},
    {"${time(3723)}", "v=>$time(3723)", "1:02:03"},
    {"${time(63)} ${time(0)}", "v=>$time(63)+\" \"+$time(0)", "1:03 0:00"},
    {"${time(-63)} ${time(59.6)}", "v=>$time(-63)+\" \"+$time(59.6)", "-1:03 1:00"},
    {"${time(90061)}", "v=>$time(90061)", "25:01:01"},
    {"${bytes(0)} ${bytes(1023)}", "v=>$bytes(0)+\" \"+$bytes(1023)", "0 B 1023 B"},
    {"${bytes(1536)}", "v=>$bytes(1536)", "1.5 KB"},
    {"${bytes(16777216)}", "v=>$bytes(16777216)", "16.0 MB"},
    {"${bytes(-2048)}", "v=>$bytes(-2048)", "-2.0 KB"},
    /* what is not there: the page shows nothing */
    {"${fixed(leds.missing, 1)}", "v=>v.leds.missing.toFixed(1)", "throws"},
};

static const struct bad bads[] = {
    {"${", 2, "a value is expected, not the end"},
    {"a ${1", 2, "has no }"},
    {"${1 2}", 4, "'2' does not belong here"},
    {"${1 +}", 5, "a value is expected"},
    {"${leds}", 2, "'leds' alone is no value"},
    {"${leds.}", 7, "a name is expected"},
    {"${leds.nope}", 2, "no such name"},
    {"${leds.level * 'a'}", 15, "must be a number, not a text"},
    {"${leds.state + 1}", 2, "must be a number, not a truth"},
    {"${leds.name - 1}", 2, "must be a number, not a text"},
    {"${leds.name < 1}", 2, "must be a number, not a text"},
    {"${1 < 2 < 3}", 2, "must be a number, not a truth"},
    {"${leds.level == 'a'}", 2, "can't be compared"},
    {"${-leds.name}", 3, "must be a number"},
    {"${user.name + 'a'}", 2, "not a text or null"},
    {"${upper(leds.level)}", 8, "must be a text, not a number"},
    {"${upper(user.name)}", 8, "must be a text, not a text or null"},
    {"${fixed(1, leds.level)}", 11, "a whole number from 0 to 20"},
    {"${pad(1, 33)}", 9, "a whole number from 1 to 32"},
    {"${min(1)}", 7, "takes two arguments"},
    {"${abs(1, 2)}", 7, "takes one argument"},
    {"${eval('1')}", 2, "no function 'eval'"},
    {"${leds.constructor('x')}", 2, "no such name"},
    {"${'abc}", 2, "does not end"},
    {"${'a\\n'}", 4, "a backslash stands before"},
    {"${012}", 2, "no number"},
    {"${1.}", 2, "no number"},
    {"${1e5}", 2, "no number"},
    {"${0x1f}", 2, "no number"},
    {"${leds.level = 1}", 13, "single '='"},
    {"${leds.level === 1}", 13, "no operator"},
    {"${1 ?? 2}", 5, "a value is expected"},
    {"${[1]}", 2, "'[' does not belong"},
    {"${a => 1}", 4, "a single '='"},
    {"${`x`}", 2, "'`' does not belong"},
    {"${\xC3\xA4}", 2, "does not belong"},
};

static unsigned types_of(void *context, const char *object, const char *member,
                         struct expression_fault *fault)
{
    (void)context;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(object, names[i].object) == 0 && strcmp(member, names[i].member) == 0)
            return names[i].types;
    fault->message = "there is no such name";
    fault->remedy = "take another";
    return 0;
}

static const struct expression_scope scope = {types_of, NULL};

static struct expression compile(struct arena *arena, const char *text, bool *good)
{
    struct expression expression = {
        .arena = arena, .scope = &scope, .source = text, .size = strlen(text)};
    bool is_plain;
    *good = expression_text(&expression, &is_plain);
    return expression;
}

static void each_expression_becomes_this_javascript(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        bool good;
        struct arena *arena = arena_new();
        struct expression expression = compile(arena, goods[i].text, &good);
        if (!good)
            print_error("%s: %s\n", goods[i].text, expression.fault.message);
        assert_true(good);
        assert_string_equal(expression.code, goods[i].code);
        arena_free(arena);
    }
}

static void nonsense_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        bool good;
        struct arena *arena = arena_new();
        struct expression expression = compile(arena, bads[i].text, &good);
        if (good || !strstr(expression.fault.message, bads[i].message) ||
            expression.fault.at != bads[i].at)
            print_error("%s: at %zu: %s\n", bads[i].text, expression.fault.at,
                        good ? expression.code : expression.fault.message);
        assert_false(good);
        assert_non_null(strstr(expression.fault.message, bads[i].message));
        assert_int_equal(expression.fault.at, bads[i].at);
        assert_true(expression.fault.remedy[0] != '\0');
        arena_free(arena);
    }
}

/* A chain of operators is not deep, brackets are. */
static void depth_and_length_have_limits(void **state)
{
    char text[2000] = "${1";
    bool good;
    (void)state;
    struct arena *arena = arena_new();
    for (int i = 0; i < 200; i++)
        strcat(text, "+1");
    compile(arena, strcat(text, "}"), &good);
    assert_true(good);
    memset(text + 2, '(', 100);
    assert_string_equal(compile(arena, text, &good).fault.message,
                        "the expression is nested too deep");
    memset(text + 2, '-', 100);
    assert_string_equal(compile(arena, text, &good).fault.message,
                        "the expression is nested too deep");
    memset(text, 'a', 1001);
    text[1001] = '\0';
    assert_string_equal(compile(arena, text, &good).fault.message, "the text has 1001 bytes");
    assert_false(good);
    text[1000] = '\0';
    compile(arena, text, &good);
    assert_true(good);
    arena_free(arena);
}

/* --- for Node.js --- */

static void write_case(const struct good *good)
{
    struct arena *arena = arena_new();
    bool is_good;
    struct expression expression = compile(arena, good->text, &is_good);
    bool is_function = strncmp(expression.code, "v=>", 3) == 0;
    printf("check(%s,%s,%s%s);\n", expression_quote(arena, good->text, strlen(good->text), false),
           expression_quote(arena, good->shown, strlen(good->shown), false),
           is_function ? "" : "()=>", expression.code);
    arena_free(arena);
}

static int write_script(void)
{
    puts("'use strict';");
    for (unsigned helper = EXPRESSION_PAD; helper <= EXPRESSION_BYTES; helper *= 2)
        puts(expression_helper_code((enum expression_helpers)helper));
    puts("const v=" VALUES ";let count=0,bad=0;\n"
         "function check(text,shown,f){let got;count++;\n"
         "try{got=f(v);if(typeof got!=='string')got='no text: '+got}catch{got='throws'}\n"
         "if(got!==shown){bad++;console.log(`FAILED: ${text} shows ${got}, not ${shown}`)}}");
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++)
        if (goods[i].shown)
            write_case(&goods[i]);
    puts("console.log(`expressions: ${count} run, ${bad} wrong`);process.exit(bad?1:0)");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_expression_becomes_this_javascript),
        cmocka_unit_test(nonsense_is_refused_with_its_place),
        cmocka_unit_test(depth_and_length_have_limits),
    };
    if (argc > 1 && strcmp(argv[1], "--script") == 0)
        return write_script();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
