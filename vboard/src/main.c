/* main.c - flota-vboard's command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* argp, getsubopt */
#include "board_run.h"
#include "pace.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOAD_MAX = 16 };

enum option_key {
    KEY_LOAD = 256,
    KEY_FLASH,
    KEY_RELOAD,
    KEY_GUEST_IP,
    KEY_HOSTFWD,
    KEY_CLIENT_BUFFER,
    KEY_UART1,
    KEY_UART2,
    KEY_UART3,
    KEY_HTTP,
    KEY_RAM_FILL,
    KEY_RUN_FOR,
    KEY_FAST,
    KEY_TRACE,
    KEY_OPTION_BYTES,
    KEY_IDCODE,
    KEY_STATS,
    KEY_DETERMINISTIC,
    KEY_SEED,
    KEY_NET,
    KEY_LINK,
    KEY_CONTROL,
    KEY_GDB,
    KEY_GDB_WAIT,
    KEY_PRECISE_FAULTS,
    KEY_SPECULATIVE_STALL,
    KEY_LSI,
    KEY_CORES,
    KEY_TRACE_FILE,
    KEY_WITHOUT,
    KEY_LIST_BEHAVIOURS
};

struct load {
    char path[4096];
    uint32_t address;
};

struct arguments {
    struct board_options board;
    struct load loads[LOAD_MAX];
    size_t load_count;
    bool reload, stats;
};

const char *argp_program_version = "flota-vboard 0.1.0";

static const char description[] =
    "Run STM32H743/H745/H747 firmware on a virtual STM32H745I-DISCO (its Cortex-M7).\v"
    "Example: flota-vboard --load project1.bin --guest-ip 192.168.0.10 --hostfwd "
    "tcp:127.0.0.1:8000:80 --http 127.0.0.1:8100\n\n"
    "Virtual time: an instruction takes one cycle of the core's clock. It follows the wall clock, "
    "or "
    "lags where this machine is too slow; with --fast it runs as fast as it can.\n\n"
    "Exit status: 0 the firmware ended the run through semihosting with success, or Ctrl-C; 1 it "
    "ended "
    "with failure; 2 the board could not start; 3 --run-for is over.";

static const struct argp_option options[] = {
    {"load", KEY_LOAD, "FILE.bin[@ADDR]", 0,
     "Program FILE into flash before power-on, at 0x08000000 or at ADDR; may be repeated. Ignored, "
     "with a "
     "message, when the --flash file exists already: see --reload",
     1},
    {"flash", KEY_FLASH, "FILE", 0,
     "Keep both flash banks and the option bytes in FILE across runs", 1},
    {"reload", KEY_RELOAD, NULL, 0, "Let --load program over what an existing --flash file holds",
     1},
    {"option-bytes", KEY_OPTION_BYTES, "default|factory", 0,
     "Option bytes of a new chip: BCM4 = 0 (default), or 1 as shipped", 1},
    {"guest-ip", KEY_GUEST_IP, "A.B.C.D", 0,
     "Static address that the firmware uses: the virtual network /24 is set around it (default: "
     "DHCP)",
     2},
    {"hostfwd", KEY_HOSTFWD, "PROTO:HOST:PORT:GUESTPORT", 0,
     "Forward a port of this machine to the firmware, e.g. tcp:127.0.0.1:8000:80; may be repeated",
     2},
    {"client-buffer", KEY_CLIENT_BUFFER, "BYTES", 0,
     "What this machine keeps on its side for a client of a forwarded port that does not read "
     "(default: as "
     "it does, some MB): small, and the firmware sees a slow client",
     2},
    {"net", KEY_NET, "slirp|tap:NAME|script[:FILE]|none", 0,
     "The other end of the Ethernet cable: this machine's user-mode NAT (default), a TAP "
     "interface, "
     "or a peer inside this program, in virtual time, that does what FILE or --control says",
     2},
    {"link", KEY_LINK, "KEY=VALUE[,...]", 0,
     "The cable: rate=100M, rtt=1ms, loss=0.01, dup=0.01, reorder=0.01, jitter=5ms, down=2s-3s", 2},
    {"http", KEY_HTTP, "HOST:PORT", 0, "Serve the board page, e.g. 127.0.0.1:8100", 2},
    {"uart1", KEY_UART1, "WHERE", 0,
     "USART1: stdio, pty, pty:LINK (a symbolic link to it), loop, none (default) or a file to "
     "write",
     3},
    {"uart2", KEY_UART2, "WHERE", 0, "USART2, the same", 3},
    {"uart3", KEY_UART3, "WHERE", 0, "USART3, the board's ST-LINK port, the same (default: stdio)",
     3},
    {"ram-fill", KEY_RAM_FILL, "random|0xNN", 0,
     "What RAM holds at power-on: the same random bytes in each run (default), or one byte", 4},
    {"idcode", KEY_IDCODE, "HEX", 0, "DBGMCU_IDCODE (default 0x20036450: H745, revision V)", 4},
    {"run-for", KEY_RUN_FOR, "SECONDS", 0, "End after so many seconds of virtual time", 5},
    {"fast", KEY_FAST, NULL, 0, "Do not wait for the wall clock", 5},
    {"deterministic", KEY_DETERMINISTIC, NULL, 0,
     "The same inputs give the same run, to the last frame and nanosecond; implies --fast and "
     "--net script",
     5},
    {"seed", KEY_SEED, "N", 0, "Of all that is random: RAM, torn words, the network (default 1)",
     5},
    {"control", KEY_CONTROL, "SOCKET", 0,
     "Take commands in JSON lines on a Unix socket: vboard/CONTROL.md", 5},
    {"speculative-stall", KEY_SPECULATIVE_STALL, NULL, 0,
     "An erase of physical bank 1 stalls the core, unless the MPU keeps it from reading there "
     "ahead",
     4},
    {"cores", KEY_CORES, "1|2", 0,
     "1: an STM32H743 or H753, which have no Cortex-M4 and no option BCM4 (default 2)", 4},
    {"lsi", KEY_LSI, "PERCENT", 0, "The watchdog's clock is off by so much: -10 to 10", 4},
    {"gdb", KEY_GDB, "[HOST:]PORT", 0, "Let gdb-multiarch attach (target remote :PORT)", 6},
    {"gdb-wait", KEY_GDB_WAIT, NULL, 0, "Do not start before gdb says so", 6},
    {"precise-faults", KEY_PRECISE_FAULTS, NULL, 0,
     "Faults name the instruction, not its block; slower", 6},
    {"trace-file", KEY_TRACE_FILE, "FILE[.vcd]", 0,
     "Write pins, flash, interrupts, resets and frames over time: VCD, or text", 6},
    {"trace", KEY_TRACE, "WHAT[,WHAT...]", 0, "Report on stderr: flash, eth, exc, gpio, bus", 6},
    {"stats", KEY_STATS, NULL, 0, "Print virtual time, host time and speed at the end", 6},
    {"list-behaviours", KEY_LIST_BEHAVIOURS, NULL, 0, "Print the behaviours that the checks prove",
     6},
#ifdef VBOARD_REMOVABLE
    {"without", KEY_WITHOUT, "NAME", 0,
     "Remove a behaviour, to see its check fail; may be repeated", 6},
#endif
    {NULL, 0, NULL, 0, NULL, 0}};

/* --- behaviours --- */

static const char *const behaviour_names[] = {
#define X(id, name) name,
    BEHAVIOURS(X)
#undef X
};

static void list_behaviours(void)
{
    for (int i = 0; i < BEHAVIOUR_COUNT; i++) {
        puts(behaviour_names[i]);
    }
    exit(EXIT_SUCCESS);
}

#ifdef VBOARD_REMOVABLE
static bool removed[BEHAVIOUR_COUNT];

bool behaves(enum behaviour behaviour)
{
    return !removed[behaviour];
}

static void remove_behaviour(const char *name, struct argp_state *state)
{
    for (int i = 0; i < BEHAVIOUR_COUNT; i++) {
        if (strcmp(behaviour_names[i], name) == 0) {
            removed[i] = true;
            return;
        }
    }
    argp_error(state, "--without %s: no such behaviour; --list-behaviours shows them", name);
}
#endif

/* --- arguments --- */

/* base 0: decimal, or hexadecimal after 0x. */
static uint64_t parse_number(const char *text, int base, uint64_t max, const char *option,
                             struct argp_state *state)
{
    char *end;
    uint64_t value;

    errno = 0;
    value = strtoull(text, &end, base);
    if (errno != 0 || end == text || *end != '\0' || value > max || *text == '-') {
        argp_error(state, "%s %s: a number up to 0x%llx is needed", option, text,
                   (unsigned long long)max);
    }
    return value;
}

static void parse_load(struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct load *load = &arguments->loads[arguments->load_count];
    const char *at = strrchr(text, '@');
    if (at != NULL && strchr(at, '/') != NULL) {
        at = NULL; /* it belongs to a folder's name */
    }
    size_t length = at != NULL ? (size_t)(at - text) : strlen(text);

    if (arguments->load_count == LOAD_MAX || length >= sizeof load->path) {
        argp_error(state, "--load %s: too many files or too long a name", text);
        return;
    }
    memcpy(load->path, text, length);
    load->path[length] = '\0';
    load->address = at != NULL
                        ? (uint32_t)parse_number(at + 1, 0, UINT32_MAX, "--load FILE@", state)
                        : 0x08000000u;
    arguments->load_count++;
}

static void parse_run_for(struct arguments *arguments, const char *text, struct argp_state *state)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds > 0 && seconds < 1e9)) {
        argp_error(state, "--run-for %s: virtual seconds are needed, e.g. 2.5", text);
    }
    arguments->board.run_for_ns = (uint64_t)llround(seconds * 1e9);
}

static void parse_trace(struct arguments *arguments, char *text, struct argp_state *state)
{
    static char flash[] = "flash", eth[] = "eth", exc[] = "exc", gpio[] = "gpio", bus[] = "bus";
    char *const names[] = {flash, eth, exc, gpio, bus, NULL}; /* in the order of the TRACE_ bits */
    char *value;

    while (*text != '\0') {
        int index = getsubopt(&text, names, &value);
        if (index < 0) {
            argp_error(state, "--trace %s: flash, eth, exc, gpio and bus can be traced", value);
            return;
        }
        arguments->board.trace |= 1u << index;
    }
}

static void parse_option_bytes(struct arguments *arguments, const char *text,
                               struct argp_state *state)
{
    arguments->board.factory_option_bytes = strcmp(text, "factory") == 0;
    if (!arguments->board.factory_option_bytes && strcmp(text, "default") != 0) {
        argp_error(state, "--option-bytes %s: default or factory", text);
    }
}

static void parse_ram_fill(struct arguments *arguments, const char *text, struct argp_state *state)
{
    arguments->board.ram_random = strcmp(text, "random") == 0;
    if (!arguments->board.ram_random) {
        arguments->board.ram_fill = (uint8_t)parse_number(text, 0, 0xFF, "--ram-fill", state);
    }
}

static void parse_lsi(struct arguments *arguments, const char *text, struct argp_state *state)
{
    char *end;
    long percent = strtol(text, &end, 10);

    if (end == text || *end != '\0' || percent < -10 || percent > 10) {
        argp_error(state, "--lsi %s: a whole number from -10 to 10 is needed", text);
    }
    arguments->board.lsi_percent = (int)percent;
}

static void parse_hostfwd(struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct board_options *board = &arguments->board;

    if (board->hostfwd_count == sizeof board->hostfwd / sizeof board->hostfwd[0]) {
        argp_error(state, "--hostfwd %s: too many", text);
        return;
    }
    board->hostfwd[board->hostfwd_count++] = text;
}

static error_t parse_board_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case KEY_HOSTFWD:
        parse_hostfwd(arguments, text, state);
        break;
    case KEY_CLIENT_BUFFER:
        arguments->board.client_buffer =
            (int)parse_number(text, 10, INT_MAX, "--client-buffer", state);
        break;
    case KEY_RAM_FILL:
        parse_ram_fill(arguments, text, state);
        break;
    case KEY_IDCODE:
        arguments->board.idcode = (uint32_t)parse_number(text, 16, UINT32_MAX, "--idcode", state);
        break;
    case KEY_RUN_FOR:
        parse_run_for(arguments, text, state);
        break;
    case KEY_TRACE:
        parse_trace(arguments, text, state);
        break;
    case KEY_OPTION_BYTES:
        parse_option_bytes(arguments, text, state);
        break;
    case KEY_SEED:
        arguments->board.seed = parse_number(text, 0, UINT64_MAX, "--seed", state);
        break;
    case KEY_CORES:
        arguments->board.single_core = parse_number(text, 10, 2, "--cores", state) == 1;
        break;
    case KEY_LSI:
        parse_lsi(arguments, text, state);
        break;
    case KEY_UART1:
    case KEY_UART2:
    case KEY_UART3:
        arguments->board.uart[key - KEY_UART1] = text;
        break;
    case KEY_LIST_BEHAVIOURS:
        list_behaviours();
        break;
#ifdef VBOARD_REMOVABLE
    case KEY_WITHOUT:
        remove_behaviour(text, state);
        break;
#endif
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* What makes the board an instrument. */
static error_t parse_instrument(int key, char *text, struct argp_state *state)
{
    struct board_options *board = &((struct arguments *)state->input)->board;

    switch (key) {
    case KEY_DETERMINISTIC:
        board->deterministic = board->fast = true;
        break;
    case KEY_NET:
        board->net = text;
        break;
    case KEY_LINK:
        board->link = text;
        break;
    case KEY_CONTROL:
        board->control = text;
        break;
    case KEY_GDB:
        board->gdb = text;
        break;
    case KEY_GDB_WAIT:
        board->gdb_wait = true;
        break;
    case KEY_PRECISE_FAULTS:
        board->precise_faults = true;
        break;
    case KEY_SPECULATIVE_STALL:
        board->speculative_stall = true;
        break;
    case KEY_TRACE_FILE:
        board->trace_file = text;
        break;
    default:
        return parse_board_option(key, text, state);
    }
    return 0;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case KEY_LOAD:
        parse_load(arguments, text, state);
        break;
    case KEY_FLASH:
        arguments->board.flash_file = text;
        break;
    case KEY_RELOAD:
        arguments->reload = true;
        break;
    case KEY_GUEST_IP:
        arguments->board.guest_ip = text;
        break;
    case KEY_HTTP:
        arguments->board.http = text;
        break;
    case KEY_FAST:
        arguments->board.fast = true;
        break;
    case KEY_STATS:
        arguments->stats = true;
        break;
    case ARGP_KEY_END:
        if (arguments->load_count == 0 && arguments->board.flash_file == NULL) {
            argp_error(state,
                       "nothing to run: give --load FILE.bin, or --flash FILE of an earlier run");
        }
        break;
    default:
        return parse_instrument(key, text, state);
    }
    return 0;
}

/* --- the run --- */

static bool has_script(const struct board_options *board)
{
    return board->net != NULL && strncmp(board->net, "script:", 7) == 0;
}

/* A blank flash file is as good as none: its run ended before --load was done. */
static bool flash_is_blank(const struct board *board)
{
    struct flash_view view;
    uint32_t words = 0;

    flash_view(board, &view);
    for (int bank = 0; bank < 2; bank++) {
        for (int sector = 0; sector < 8; sector++) {
            words += view.programmed_words[bank][sector];
        }
    }
    return words == 0;
}

static bool load_files(struct board *board, const struct arguments *arguments, bool flash_existed)
{
    char error[512];

    if (flash_existed && arguments->load_count > 0 && !arguments->reload &&
        !flash_is_blank(board)) {
        fprintf(
            stderr,
            "vboard: %s exists and is used as it is; --load is ignored (--reload programs it)\n",
            arguments->board.flash_file);
        return true;
    }
    for (size_t i = 0; i < arguments->load_count; i++) {
        const struct load *load = &arguments->loads[i];
        if (!flash_load(board, load->path, load->address, error, sizeof error)) {
            fprintf(stderr, "vboard: --load %s: %s\n", load->path, error);
            return false;
        }
    }
    return true;
}

static void print_stats(const struct board *board)
{
    double host = pace_host_seconds(board);

    fprintf(stderr,
            "vboard: %.6f s virtual, %.3f s host, %llu instructions, %.1f MIPS, %llu resets\n",
            (double)board->now_ns * 1e-9, host, (unsigned long long)board->instruction_count,
            (double)board->instruction_count / host * 1e-6, (unsigned long long)board->reset_count);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse_option, .doc = description};
    static const int statuses[] = {[BOARD_PROGRAM_PASSED] = 0,
                                   [BOARD_PROGRAM_FAILED] = 1,
                                   [BOARD_TIME_IS_UP] = 3,
                                   [BOARD_INTERRUPTED] = 0,
                                   [BOARD_CONTROLLED] = 0};
    static struct arguments arguments = {
        .board = {.idcode = 0x20036450, .ram_random = true, .run_for_ns = BOARD_NEVER, .seed = 1}};
    struct board *board;
    bool flash_existed;
    int status = 2, own_status = 0;
    enum board_end end;

    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    flash_existed =
        arguments.board.flash_file != NULL && access(arguments.board.flash_file, F_OK) == 0;
    if (arguments.load_count == 0 && !flash_existed) {
        fprintf(stderr, "vboard: %s does not exist: give --load FILE.bin as well\n",
                arguments.board.flash_file);
        return status;
    }
    if (has_script(&arguments.board) && arguments.board.uart[2] == NULL) {
        arguments.board.uart[2] = "none"; /* the terminal is for the answers */
    }
    board = board_create(&arguments.board);
    if (board == NULL) {
        return status;
    }
    if (load_files(board, &arguments, flash_existed)) {
        end = board_run(board, &own_status);
        status = end == BOARD_CONTROLLED ? own_status : statuses[end];
        if (end == BOARD_INTERRUPTED && has_script(&arguments.board)) {
            status = 1; /* what it expects has not all been seen */
        }
        if (arguments.stats) {
            print_stats(board);
        }
    }
    board_destroy(board);
    if (status == 2 && !flash_existed && arguments.board.flash_file != NULL) {
        unlink(arguments.board.flash_file); /* just made, and not loaded: not what was asked for */
    }
    return status;
}
