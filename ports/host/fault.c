/* fault.c - the last words of a firmware that crashes.
 *
 * The handler notes the place and lets the signal take its course: a sanitizer's report, or the
 * process's end, which the launcher sees.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "host_chip.h"
#include "host_port.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#define COUNT (sizeof numbers / sizeof numbers[0])

static struct sigaction before[COUNT];

/* The program counter, counted from the program's first byte: addr2line takes it as it is. */
static uint32_t place_of(const ucontext_t *context)
{
    extern const char __ehdr_start[];
#if defined(__x86_64__)
    uintptr_t pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    uintptr_t pc = (uintptr_t)context->uc_mcontext.pc;
#else
    uintptr_t pc = (uintptr_t)__ehdr_start; /* another machine: not known, 0 */
    (void)context;
#endif
    return (uint32_t)(pc - (uintptr_t)__ehdr_start);
}

/* Back to what was there before: the fault comes again when the handler returns, a signal that was
 * sent is sent again. */
static void handle(int number, siginfo_t *info, void *context)
{
    host_chip()->words.pc = place_of(context);
    for (size_t i = 0; i < COUNT; i++) {
        if (numbers[i] == number)
            sigaction(number, &before[i], NULL);
    }
    if (info->si_code <= 0)
        raise(number);
}

void host_fault_init(void)
{
    static char stack[65536]; /* its own: the fault may be an overflow of the program's */
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < COUNT; i++)
        sigaction(numbers[i], &action, &before[i]);
}

_Noreturn void host_panic(const char *what)
{
    static const char begin[] = "\r\npanic: ", end[] = "\r\n";
    struct flota_last_words *words = &host_chip()->words;
    snprintf(words->what, sizeof words->what, "panic");
    flota_port_console(begin, sizeof begin - 1);
    flota_port_console(what, strlen(what));
    flota_port_console(end, sizeof end - 1);
    _exit(1);
}
