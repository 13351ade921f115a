/* provision.c - flota provision: the option bytes that a board needs before its first update.
 *
 * BCM4 = 0: as shipped, the Cortex-M4 boots from 0x08100000, the bank that an update writes.
 * BOR_LEV: below the brown-out level the chip is held in reset, so that no word is programmed and
 * no option byte changed at a voltage that the flash is not made for. IWDG1_SW stays: Flota starts
 * the watchdog itself where it needs it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "file.h"
#include "http_client.h"
#include "option_bytes.h"
#include "usage.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_SUPPLY_MV 3300u
#define CHANGE_LIMIT_MS   10000
#define LOOK_EVERY_MS     20

struct wishes {
    const char *command;
    const char *port;
    const char *status; /* a number, or @FILE */
    struct usage_number supply_mv;
    bool apply;
    bool json;
};

/* --- the present values --- */

static int complain(const struct wishes *wishes, const char *where, const char *what,
                    const char *remedy, int result)
{
    fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", wishes->command, where, what, remedy);
    return result;
}

static bool find_status(const char *json, uint32_t *status)
{
    cJSON *object = cJSON_Parse(json);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, "option_status");
    bool found = cJSON_IsNumber(value) && value->valuedouble >= 0 &&
                 value->valuedouble <= (double)UINT32_MAX;
    *status = found ? (uint32_t)value->valuedouble : 0;
    cJSON_Delete(object);
    return found;
}

static int read_board(const struct wishes *wishes, uint32_t *status)
{
    struct http_reply reply;
    if (!http_request(wishes->command, "GET", wishes->port, "/api/board", &reply))
        return EXIT_UNREACHABLE;
    bool found = reply.status == 200 && find_status(reply.body, status);
    free(reply.body);
    return found
               ? 0
               : complain(wishes, wishes->port, "what answers there is not a virtual board's page",
                          "give the address that flota-vboard prints at its start", EXIT_OTHER);
}

/* The last word of the text as hexadecimal digits: a bare value, or a line of a memory dump such as
 * "0x5200201c: 1bc6aaf0". */
static bool parse_status(const char *text, uint32_t *status)
{
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        size--;
    size_t start = size;
    while (start > 0 && !strchr(" \t\r\n:", text[start - 1]))
        start--;
    char word[16], *end;
    if (size == start || size - start >= sizeof word)
        return false;
    memcpy(word, text + start, size - start);
    word[size - start] = '\0';
    unsigned long value = strtoul(word, &end, 16);
    *status = (uint32_t)value;
    return *end == '\0' && value <= UINT32_MAX && word[0] != '-' && word[0] != '+';
}

static int read_text(const struct wishes *wishes, uint32_t *status)
{
    struct file file = {0};
    const char *text = wishes->status;
    if (text[0] == '@') {
        if (!file_read(wishes->command, text + 1, &file))
            return EXIT_OTHER;
        file.bytes[file.size] = '\0';
        text = (const char *)file.bytes;
    }
    bool good = parse_status(text, status);
    free(file.bytes);
    return good ? 0
                : complain(wishes, wishes->status, "this is no value of FLASH_OPTSR_CUR",
                           "give it in hexadecimal, as read at 0x5200201C", EXIT_OTHER);
}

/* --- what is said --- */

struct plan {
    uint32_t now;
    uint32_t wanted;
    uint32_t supply_mv;
    bool applied;
};

static const char *reason_of(enum option_field field)
{
    switch (field) {
    case OPTION_BCM4:
        return "the Cortex-M4 must not boot from the bank that an update writes";
    case OPTION_BOR:
        return "no flash operation at a voltage that is too low: the highest level for this supply";
    case OPTION_IWDG1_SW:
        return "left as it is: Flota starts the watchdog itself";
    default:
        return "left as it is";
    }
}

static void print_plan(const struct plan *plan)
{
    printf("%-14s %5s %6s\n", "option", plan->applied ? "was" : "now",
           plan->applied ? "is" : "wanted");
    for (int field = 0; field < OPTION_FIELD_COUNT; field++)
        printf("%-14s %5x %6x  %s\n", option_layouts[field].name,
               (unsigned)option_get(plan->now, (enum option_field)field),
               (unsigned)option_get(plan->wanted, (enum option_field)field),
               reason_of((enum option_field)field));
    printf("FLASH_OPTSR    0x%08x -> 0x%08x, supply %u mV\n", (unsigned)plan->now,
           (unsigned)plan->wanted, (unsigned)plan->supply_mv);
}

/* Source: STM32CubeProgrammer's manual (UM2237), -ob; OpenOCD's manual, stm32h7x option_write. */
static void print_commands(const struct plan *plan)
{
    uint32_t mask = plan->now ^ plan->wanted;
    puts("\nOn a real board, one of these (not tested on real silicon):");
    printf("  STM32_Programmer_CLI -c port=SWD mode=UR -ob BCM4=%u BOR_LEV=%u\n",
           (unsigned)option_get(plan->wanted, OPTION_BCM4),
           (unsigned)option_get(plan->wanted, OPTION_BOR));
    printf("  openocd -f interface/stlink.cfg -f target/stm32h7x_dual_bank.cfg \\\n"
           "    -c \"init; reset halt; stm32h7x option_write 0 0x20 0x%08x 0x%08x; reset; "
           "shutdown\"\n",
           (unsigned)(plan->wanted & mask), (unsigned)mask);
}

static void print_text(const struct wishes *wishes, const struct plan *plan)
{
    bool ready = plan->now == plan->wanted;
    print_plan(plan);
    if (ready)
        puts("\nNothing to set: the board is ready for updates.");
    else if (plan->applied)
        puts("\nSet and read back; the board was reset. It is ready for updates.");
    else
        print_commands(plan);
    if (!ready && !plan->applied && wishes->port)
        puts("On this virtual board: the same command with --apply.");
}

static void add_values(cJSON *parent, const char *name, uint32_t status)
{
    cJSON *object = cJSON_AddObjectToObject(parent, name);
    cJSON_AddNumberToObject(object, "status", status);
    for (int field = 0; field < OPTION_FIELD_COUNT; field++)
        cJSON_AddNumberToObject(object, option_layouts[field].json,
                                option_get(status, (enum option_field)field));
}

static void print_json(const struct plan *plan)
{
    cJSON *object = cJSON_CreateObject();
    add_values(object, "before", plan->now);
    add_values(object, plan->applied ? "after" : "wanted", plan->wanted);
    cJSON_AddBoolToObject(object, "applied", plan->applied);
    cJSON_AddBoolToObject(object, "ready", plan->applied || plan->now == plan->wanted);
    char *line = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    puts(line ? line : "{}");
    free(line);
}

/* --- setting it on a virtual board --- */

static int post(const struct wishes *wishes, const char *path)
{
    struct http_reply reply;
    if (!http_request(wishes->command, "POST", wishes->port, path, &reply))
        return EXIT_UNREACHABLE;
    int result = 0;
    reply.body[strcspn(reply.body, "\r\n")] = '\0';
    if (reply.status != 200)
        result = complain(wishes, wishes->port, reply.body,
                          "see the board's page; the option bytes are as they were", EXIT_REFUSED);
    free(reply.body);
    return result;
}

static void pause_ms(long ms)
{
    const struct timespec time = {.tv_nsec = ms * 1000000L};
    nanosleep(&time, NULL);
}

/* A change takes 100 ms of the board's time. */
static int wait_for_change(const struct wishes *wishes, const struct plan *plan)
{
    uint32_t status = plan->now;
    for (int waited = 0; waited < CHANGE_LIMIT_MS; waited += LOOK_EVERY_MS) {
        int result = read_board(wishes, &status);
        if (result != 0 || status == plan->wanted)
            return result;
        pause_ms(LOOK_EVERY_MS);
    }
    return complain(wishes, wishes->port, "the option bytes did not change",
                    "reset the board and try again", EXIT_REFUSED);
}

static int apply(const struct wishes *wishes, struct plan *plan)
{
    char path[64];
    snprintf(path, sizeof path, "/api/options?bcm4=%u&bor=%u",
             (unsigned)option_get(plan->wanted, OPTION_BCM4),
             (unsigned)option_get(plan->wanted, OPTION_BOR));
    int result = post(wishes, path);
    if (result == 0)
        result = wait_for_change(wishes, plan);
    if (result == 0)
        result = post(wishes, "/api/reset"); /* as programmers end: the chip starts with them */
    plan->applied = result == 0;
    return result;
}

static int run(const struct wishes *wishes)
{
    struct plan plan = {.supply_mv =
                            wishes->supply_mv.given ? wishes->supply_mv.value : DEFAULT_SUPPLY_MV};
    int result = wishes->port ? read_board(wishes, &plan.now) : read_text(wishes, &plan.now);
    if (result != 0)
        return result;
    plan.wanted = option_provisioned(plan.now, plan.supply_mv);
    bool ready = plan.now == plan.wanted;
    if (!ready && option_get(plan.now, OPTION_RDP) == OPTION_RDP_LEVEL_2)
        return complain(wishes, "RDP",
                        "level 2: no programmer can change these option bytes any more",
                        "use another board", EXIT_REFUSED);
    if (wishes->apply && !ready)
        result = apply(wishes, &plan);
    if (result == 0 && wishes->json)
        print_json(&plan);
    else if (result == 0)
        print_text(wishes, &plan);
    return result;
}

int command_provision(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    const struct usage_option options[] = {
        USAGE_TEXT("port", 'p', "URL", &wishes.port,
                   "Read a virtual board's option bytes: the address of its page"),
        USAGE_TEXT("status", 's', "VALUE|@FILE", &wishes.status,
                   "Or take this value of FLASH_OPTSR_CUR, as a programmer reads it at 0x5200201C"),
        USAGE_NUMBER("supply", 'v', "MILLIVOLTS", &wishes.supply_mv,
                     "The board's supply (default 3300)"),
        USAGE_FLAG("apply", 'a', &wishes.apply, "Set them, on the virtual board"),
        USAGE_FLAG("json", 'j', &wishes.json, "Write one JSON object"),
        {0}};
    const struct usage usage = {
        "",
        "Say which option bytes a board needs before its first update over the air, and set them "
        "on a virtual board.\vBCM4 = 0, and the highest brown-out level that the supply leaves "
        "room "
        "for; all else stays as it is. For a real board it prints the commands of "
        "STM32CubeProgrammer and OpenOCD.",
        options,
        NULL,
        0,
        0};
    usage_read(&usage, argc, argv);
    if (!wishes.port == !wishes.status)
        return usage_complain(argv[0], "give either --port or --status");
    if (wishes.apply && !wishes.port)
        return usage_complain(argv[0], "--apply needs --port");
    return run(&wishes);
}
