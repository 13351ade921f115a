/* wizard.c - flota wizard: design page and API of a device in the browser.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard.h"
#include "command.h"
#include "interrupt.h"
#include "usage.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TURN_MS     20 /* the live page moves */
#define WATCHED_MAX (2u * WIZARD_NET_WATCHED + 2u * WIZARD_WHATS)

struct wishes {
    const char *command;
    const char *folder;
    struct usage_number port;
    bool no_open;
};

static uint32_t now_ms(void)
{
    return (uint32_t)(uint64_t)(clock_s() * 1000.0);
}

/* --- before the first request --- */

static int complain(const char *command, const char *what, const char *remedy)
{
    fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", command, what, strerror(errno), remedy);
    return EXIT_OTHER;
}

static int enter_folder(struct wizard *wizard, const char *folder)
{
    bool made = folder && mkdir(folder, 0777) == 0;
    if (folder && chdir(folder) != 0)
        return complain(wizard->command, folder, "name a folder that is there, or can be made");
    if (!getcwd(wizard->folder, sizeof wizard->folder))
        return complain(wizard->command, "the present folder", "change to another one");
    if (made)
        fprintf(stderr, "made the folder %s\n", wizard->folder);
    if (access(".", W_OK) != 0)
        fprintf(stderr,
                "%s: this folder cannot be written: you can look and try, not save.\nTo do: give "
                "yourself write permission in %s.\n",
                wizard->command, wizard->folder);
    return EXIT_DONE;
}

static bool make_token(char token[WIZARD_TOKEN_SIZE])
{
    uint8_t random[(WIZARD_TOKEN_SIZE - 1) / 2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(token + 2 * i, 3, "%02x", random[i]);
    return true;
}

static int listen_pages(struct wizard *wizard, const struct usage_number *port)
{
    char what[64] = "no free port";
    if (!make_token(wizard->token))
        return complain(wizard->command, "no random numbers", "look at getrandom(2)");
    wizard->route = (struct flota_http_route){"", "GET POST", &wizard_handler, wizard};
    wizard->server = (struct flota_http_server){.routes = &wizard->route, .route_count = 1};
    if (port->given)
        snprintf(what, sizeof what, "port %u", (unsigned)port->value);
    if (wizard_net_listen(&wizard->pages, &wizard->server,
                          port->given ? (uint16_t)port->value : 0) != 0)
        return complain(wizard->command, what,
                        "end what listens there, give another --listen PORT, or none");
    wizard->preview = wizard_preview_new(now_ms());
    if (!wizard->preview)
        return complain(wizard->command, "the live page", "end other programs");
    return EXIT_DONE;
}

static void become_browser(char *const arguments[])
{
    setsid();
    if (fork() != 0) /* a grandchild: nobody has to wait for it */
        _exit(EXIT_DONE);
    if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
        !freopen("/dev/null", "w", stderr))
        _exit(EXIT_OTHER);
    execv(arguments[0], arguments);
    _exit(EXIT_OTHER);
}

/* A browser that does not start is no reason to stop: the address is on the terminal. */
static void open_browser(char *address)
{
    char program[PROCESS_PATH_SIZE];
    char *const arguments[] = {program, address, NULL};
    if (!process_find("xdg-open", program))
        return;
    pid_t pid = fork();
    if (pid == 0)
        become_browser(arguments);
    if (pid > 0)
        process_wait(pid);
}

static void greet(const struct wizard *wizard, bool opens)
{
    char address[128];
    snprintf(address, sizeof address, "http://127.0.0.1:%u/%s/", (unsigned)wizard->pages.port,
             wizard->token);
    printf("%s\n", address);
    fflush(stdout);
    fprintf(stderr, "The wizard for %s is at the address above. Ctrl-C ends it.\n", wizard->folder);
    if (opens)
        open_browser(address);
}

/* --- the loop --- */

static void hang_up(int number)
{
    (void)number;
    raise(SIGTERM); /* which interrupt.c notes */
}

/* When the terminal goes away the wizard ends, and its children with it; nohup says otherwise. */
static void watch_signals(void)
{
    const struct sigaction action = {.sa_handler = hang_up};
    struct sigaction before;
    interrupt_watch();
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
}

static void turn(struct wizard *wizard)
{
    struct pollfd fds[WATCHED_MAX];
    size_t count = wizard_net_watch(&wizard->pages, fds, 0);
    count = wizard_preview_watch(wizard->preview, fds, count);
    count = wizard_jobs_watch(&wizard->jobs, fds, count);
    poll(fds, (nfds_t)count, TURN_MS);
    uint32_t now = now_ms();
    wizard_jobs_turn(&wizard->jobs, now);
    wizard_watch_files(wizard, now);
    wizard_net_turn(&wizard->pages, now);
    wizard_preview_turn(wizard->preview, now);
}

static void end(struct wizard *wizard)
{
    wizard_jobs_end(&wizard->jobs);
    wizard_net_close(&wizard->pages);
    wizard_preview_free(wizard->preview);
    wizard_events_free(&wizard->events);
    free(wizard);
}

static int run(const struct wishes *wishes)
{
    struct wizard *wizard = calloc(1, sizeof *wizard);
    if (!wizard)
        return EXIT_OTHER;
    wizard->command = wishes->command;
    wizard->pages.fd = -1;
    wizard_jobs_init(&wizard->jobs, &wizard->events);
    watch_signals();
    int result = enter_folder(wizard, wishes->folder);
    if (result == EXIT_DONE)
        result = listen_pages(wizard, &wishes->port);
    if (result == EXIT_DONE) {
        wizard_show_saved(wizard);
        wizard_digests(wizard->seen);
        greet(wizard, !wishes->no_open);
        while (!interrupt_pending())
            turn(wizard);
    }
    end(wizard);
    return result;
}

int command_wizard(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    const struct usage_option options[] = {
        USAGE_NUMBER("listen", 'l', "PORT", &wishes.port, "Port of this machine (any free one)"),
        USAGE_FLAG("no-open", 'n', &wishes.no_open, "Print the address, open no browser"),
        {0}};
    const struct usage usage = {
        "[FOLDER]",
        "Design page and API of a device in the browser: for the project in FOLDER (the present "
        "one), or a new one.\vIt serves this machine only, and asks no other one but devices you "
        "send to. The address holds a token: who does not have it gets nothing.",
        options,
        &wishes.folder,
        0,
        1};
    usage_read(&usage, argc, argv);
    if (wishes.port.given && (wishes.port.value == 0 || wishes.port.value > UINT16_MAX))
        return usage_complain(argv[0], "--listen takes a port, 1 to 65535");
    return run(&wishes);
}
