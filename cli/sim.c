/* sim.c - flota sim: the project's firmware on the virtual board, or as a process for the board
 * "host".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "home.h"
#include "interrupt.h"
#include "project.h"
#include "project_sim.h"
#include "usage.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTS_TO_TRY 100u
#define ARGUMENT_MAX 24u
#define TEXT_SIZE    64u
#define POLL_S       0.1

struct wishes {
    const char *command;
    struct usage_number http, board_page;
    bool fresh;
};

/* --- ports --- */

static bool is_free(uint32_t port, int type)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, handle = socket(AF_INET, type, 0);
    if (type == SOCK_STREAM) /* as a server will: connections that are gone do not count */
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bool free = handle >= 0 &&
                bind(handle, (const struct sockaddr *)&address, sizeof address) == 0 &&
                (type != SOCK_STREAM || listen(handle, 1) == 0);
    if (handle >= 0)
        close(handle);
    return free;
}

/* The port that was asked for, or the first free one from the usual one on; 0: none. */
static uint32_t choose(const struct wishes *wishes, const struct usage_number *wish,
                       const char *option, uint32_t usual, int type)
{
    if (wish->given) {
        if (wish->value > 0 && wish->value <= UINT16_MAX && is_free(wish->value, type))
            return wish->value;
        fprintf(stderr,
                "%s: port %u of this machine cannot be used; something listens there, or it is "
                "none.\nTo do: give another one with --%s, or none.\n",
                wishes->command, (unsigned)wish->value, option);
        return 0;
    }
    for (uint32_t port = usual; port < usual + PORTS_TO_TRY; port++)
        if (is_free(port, type))
            return port;
    fprintf(stderr, "%s: no port from %u on is free.\nTo do: end other programs.\n",
            wishes->command, (unsigned)usual);
    return 0;
}

static bool choose_ports(const struct wishes *wishes, bool is_host, struct sim_ports *ports)
{
    static const struct usage_number any = {0};
    ports->http = choose(wishes, &wishes->http, "http-port", 8000, SOCK_STREAM);
    ports->tcp = ports->http ? choose(wishes, &any, "", 8910, SOCK_STREAM) : 0;
    ports->udp = ports->tcp ? choose(wishes, &any, "", 8911, SOCK_DGRAM) : 0;
    if (!ports->udp || is_host)
        return ports->udp != 0;
    ports->board = choose(wishes, &wishes->board_page, "board-page", 8100, SOCK_STREAM);
    return ports->board != 0;
}

/* --- the programs' arguments --- */

struct line {
    char *values[ARGUMENT_MAX];
    char texts[ARGUMENT_MAX][TEXT_SIZE];
    size_t count;
};

static void add(struct line *line, const char *format, uint32_t number)
{
    char *text = line->texts[line->count];
    snprintf(text, TEXT_SIZE, format, (unsigned)number);
    line->values[line->count++] = text;
}

static void add_text(struct line *line, const char *text)
{
    snprintf(line->texts[line->count], TEXT_SIZE, "%s", text);
    line->values[line->count] = line->texts[line->count];
    line->count++;
}

static void add_host(struct line *line, const struct sim_ports *ports)
{
    add_text(line, "--flash");
    add_text(line, SIM_FLASH);
    add_text(line, "--initial");
    add_text(line, PROJECT_IMAGE);
    add_text(line, "--uart");
    add_text(line, "pty:" SIM_SERIAL);
    add(line, "--http-port=%u", ports->http);
    add(line, "--port-map=8910=%u", ports->tcp);
    add(line, "--port-map=8911=%u", ports->udp);
}

static void add_board(struct line *line, const struct project *project,
                      const struct sim_ports *ports, bool is_new)
{
    char address[INET_ADDRSTRLEN];
    const struct in_addr ip = {htonl(project->address)};
    add_text(line, "--flash");
    add_text(line, SIM_FLASH);
    if (is_new) {
        add_text(line, "--load");
        add_text(line, PROJECT_IMAGE);
    }
    add_text(line, "--uart3");
    add_text(line, "pty:" SIM_SERIAL);
    if (project->has_address) {
        add_text(line, "--guest-ip");
        add_text(line, inet_ntop(AF_INET, &ip, address, sizeof address));
    }
    add(line, "--hostfwd=tcp:127.0.0.1:%u:80", ports->http);
    add(line, "--hostfwd=tcp:127.0.0.1:%u:8910", ports->tcp);
    add(line, "--hostfwd=udp:127.0.0.1:%u:8911", ports->udp);
    add(line, "--http=127.0.0.1:%u", ports->board);
}

/* --- the run --- */

static void print_addresses(const struct sim_ports *ports, bool is_new)
{
    fprintf(stderr,
            "the device   http://127.0.0.1:%u   tcp://127.0.0.1:%u   udp://127.0.0.1:%u\n"
            "its console  flota console --port serial://" SIM_SERIAL "\n",
            (unsigned)ports->http, (unsigned)ports->tcp, (unsigned)ports->udp);
    if (ports->board)
        fprintf(stderr, "the board    http://127.0.0.1:%u\n", (unsigned)ports->board);
    fprintf(stderr, is_new ? "It starts with " PROJECT_IMAGE ". "
                           : "It goes on with what " SIM_FLASH
                             " holds; --fresh starts with " PROJECT_IMAGE ". ");
    fputs("In this folder flota info, flota ota and the others reach it without --port. Ctrl-C "
          "ends it.\n",
          stderr);
}

/* Until it ends, or Ctrl-C. Returns its exit code. */
static int wait_for(pid_t pid)
{
    siginfo_t ended = {0};
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0)
        if (!clock_wait(POLL_S))
            break;
    if (ended.si_pid == 0)
        kill(pid, SIGTERM);
    return process_wait(pid);
}

static int run_program(const struct wishes *wishes, const struct project *project,
                       const struct sim_ports *ports, bool is_new)
{
    const char *name = project_is_host(project) ? "flota-host" : "flota-vboard";
    char program[PROCESS_PATH_SIZE];
    struct line line = {.count = 1};
    if (!home_program(name, program)) {
        fprintf(stderr,
                "%s: %s is not there.\nTo do: build it, with make host in Flota's folder, or put "
                "its folder into PATH.\n",
                wishes->command, name);
        return EXIT_OTHER;
    }
    line.values[0] = program;
    if (project_is_host(project))
        add_host(&line, ports);
    else
        add_board(&line, project, ports, is_new);
    line.values[line.count] = NULL;
    interrupt_watch();
    pid_t pid = process_start(line.values, -1, -1);
    int code = pid > 0 ? wait_for(pid) : 127;
    if (interrupt_pending())
        return EXIT_DONE;
    fprintf(stderr, "%s: %s has ended, with code %d.\nTo do: see its words above.\n",
            wishes->command, name, code);
    return EXIT_OTHER;
}

static int start(const struct wishes *wishes, const struct project *project, int file)
{
    struct sim_ports ports = {0};
    if (!choose_ports(wishes, project_is_host(project), &ports))
        return EXIT_OTHER;
    if (wishes->fresh)
        unlink(SIM_FLASH);
    bool is_new = access(SIM_FLASH, F_OK) != 0;
    unlink(SIM_SERIAL); /* of a sim that was killed */
    if (!sim_file_write(file, &ports)) {
        fprintf(stderr, "%s: " SIM_FILE " cannot be written.\nTo do: look for room on the disk.\n",
                wishes->command);
        return EXIT_OTHER;
    }
    print_addresses(&ports, is_new);
    int result = run_program(wishes, project, &ports, is_new);
    unlink(SIM_SERIAL);
    return result;
}

static int run(const struct wishes *wishes, const struct project *project)
{
    if (!project_default_image()) {
        fprintf(stderr, "%s: there is no " PROJECT_IMAGE ".\nTo do: flota build.\n",
                wishes->command);
        return EXIT_OTHER;
    }
    int file = sim_file_open();
    if (file < 0) {
        fprintf(stderr,
                file == -1 ? "%s: a sim of this project runs already.\nTo do: use that one, or end "
                             "it with Ctrl-C.\n"
                           : "%s: " SIM_FILE " cannot be written.\nTo do: look at its "
                             "permissions.\n",
                wishes->command);
        return EXIT_OTHER;
    }
    int result = start(wishes, project, file);
    unlink(SIM_FILE);
    close(file);
    return result;
}

int command_sim(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    struct project project;
    const struct usage_option options[] = {
        USAGE_NUMBER("http-port", 'p', "PORT", &wishes.http,
                     "The device's port 80 on this machine (8000, or the next free one)"),
        USAGE_NUMBER("board-page", 'b', "PORT", &wishes.board_page,
                     "The virtual board's own page (8100, or the next free one)"),
        USAGE_FLAG("fresh", 0, &wishes.fresh, "Forget the flash of earlier runs"),
        {0}};
    const struct usage usage = {
        "",
        "Run the project's firmware here: on the virtual board, or, for the board host, as a "
        "process.\vThe flash stays in build/sim.flash, so that updates, configuration and trials "
        "last. build/sim.json has the addresses.",
        options,
        NULL,
        0,
        0};
    usage_read(&usage, argc, argv);
    int result = project_read(argv[0], &project);
    if (result == EXIT_DONE)
        result = run(&wishes, &project);
    project_free(&project);
    return result;
}
