/* unicorn_access.h - what Unicorn 2.0.1's interface lacks for memory accesses: faults that leave
 * the core exactly at the access, stores that are taken over, and pages whose loads are looked at
 * one by one while their code still runs at full speed.
 *
 * It is done by interposing a few of the library's internal functions (dynamic symbols, so the
 * program is linked with -rdynamic). One engine at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_UNICORN_ACCESS_H
#define VBOARD_UNICORN_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum access_verdict {
    ACCESS_DROP, /* do not do it: a load gives 0 */
    ACCESS_DO,
    ACCESS_RAM /* do it; it is RAM, and needs no question until code is translated on its page */
};

struct access_hooks {
    /* Called before a load or store that Unicorn cannot do from its cache: always for memory that
     * is not mapped, for stores to memory mapped read-only and for peripherals; else at times. */
    enum access_verdict (*load)(void *context, uint32_t address, unsigned size);
    enum access_verdict (*store)(void *context, uint32_t address, unsigned size, uint64_t value);
    /* Is every load from this page to be asked for? Call access_flush() when the answer changes to
     * true; a change to false needs nothing. */
    bool (*is_watched)(void *context, uint32_t address);
    void *context;
};

/* Start with a new engine. */
void access_start(const struct access_hooks *hooks);

/* Forget cached address translations. Cheap; allowed inside a callback. */
void access_flush(void);

/* Forget all translated code, for hooks to be asked for anew. Between two runs only. */
void access_drop_code(void);

/* Translate blocks of one instruction each, or as long as they are. Slow: such a block is not found
 * again. Between two runs only. */
void access_single_instructions(bool single);

/* From one of the callbacks above or an MMIO callback, after uc_emu_stop(): leave the emulation
 * with the core's state as it was before the load or store; PC is its address. */
_Noreturn void access_abort(void);

#endif
