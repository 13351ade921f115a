/* unicorn_access.c - see unicorn_access.h.
 *
 * Unicorn translates a block at a time and caches the host address of each guest page (its "TLB").
 * A callback therefore sees the PC of the block's start, and memory that was readable once is never
 * looked at again. The helpers interposed here are the slow path of each load and store: they are
 * given the place in the translated code, from which the library can restore the exact PC.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "unicorn_access.h"
#include "behaviours.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The library's internal functions, as of Unicorn 2.0.1. */
enum access_type { ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH };
enum { BLOCK_COUNT_MASK = 0x7FFF }; /* of tb_gen_code's options: at most so many instructions */
enum { PROT_READ_BIT = 1, PROT_WRITE_BIT = 2, PROT_EXEC_BIT = 4 };

struct mem_attributes {
    unsigned int bits;
};

#pragma GCC visibility push(default)
void cpu_loop_exit_restore_arm(void *cpu, uintptr_t place) __attribute__((noreturn));
void tlb_flush_arm(void *cpu);
void tb_flush_arm(void *cpu);
void tlb_set_dirty_arm(void *cpu, uint32_t address);
void *tb_gen_code_arm(void *cpu, uint32_t pc, uint32_t cs_base, uint32_t flags, int options);
bool arm_cpu_tlb_fill_arm(void *cpu, uint64_t address, int size, enum access_type type,
                          int mmu_index, bool probe, uintptr_t place);
void tlb_set_page_with_attrs_arm(void *cpu, uint32_t address, uint64_t physical,
                                 struct mem_attributes attributes, int rights, int mmu_index,
                                 uint32_t size);
uint64_t helper_ret_ldub_mmu_arm(void *env, uint32_t address, uint32_t info, uintptr_t place);
uint64_t helper_le_lduw_mmu_arm(void *env, uint32_t address, uint32_t info, uintptr_t place);
uint64_t helper_le_ldul_mmu_arm(void *env, uint32_t address, uint32_t info, uintptr_t place);
uint64_t helper_le_ldq_mmu_arm(void *env, uint32_t address, uint32_t info, uintptr_t place);
void helper_ret_stb_mmu_arm(void *env, uint32_t address, uint8_t value, uint32_t info,
                            uintptr_t place);
void helper_le_stw_mmu_arm(void *env, uint32_t address, uint16_t value, uint32_t info,
                           uintptr_t place);
void helper_le_stl_mmu_arm(void *env, uint32_t address, uint32_t value, uint32_t info,
                           uintptr_t place);
void helper_le_stq_mmu_arm(void *env, uint32_t address, uint64_t value, uint32_t info,
                           uintptr_t place);
#pragma GCC visibility pop

static struct access_hooks hooks;
static void *running_cpu;
static bool single_instructions;
static uintptr_t access_place;
static enum access_type fill_type;

/* Pages of 4 KB. The library looks at every store, in case it changes translated code. */
enum { PAGE_SHIFT = 12, PAGE_COUNT = 1 << (32 - PAGE_SHIFT) };
static uint8_t has_code[PAGE_COUNT];    /* code on it, or behind its start, was translated */
static uint8_t fast_stores[PAGE_COUNT]; /* stores to it are no longer looked at */

static void *original(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);

    if (function == NULL) {
        fprintf(stderr, "vboard: this libunicorn has no %s: Unicorn 2.0.1 is needed\n", name);
        exit(EXIT_FAILURE);
    }
    return function;
}

/* A static pointer to the library's own function of the same name. */
#define ORIGINAL(type, name)                                                                       \
    static type(*next);                                                                            \
    if (__builtin_expect(next == NULL, 0)) {                                                       \
        next = (type(*))original(#name);                                                           \
    }

typedef uint64_t load_function(void *, uint32_t, uint32_t, uintptr_t);

#define LOAD(name, size)                                                                           \
    uint64_t name(void *env, uint32_t address, uint32_t info, uintptr_t place)                     \
    {                                                                                              \
        ORIGINAL(load_function, name)                                                              \
        access_place = place;                                                                      \
        return hooks.load(hooks.context, address, size) != ACCESS_DROP                             \
                   ? next(env, address, info, place)                                               \
                   : 0;                                                                            \
    }

static void make_stores_fast(uint32_t address)
{
    uint32_t page = address >> PAGE_SHIFT;

    if (has_code[page] == 0 || !behaves(BEHAVIOUR_RAM_CODE_CHANGES)) {
        fast_stores[page] = 1;
        tlb_set_dirty_arm(running_cpu, address);
    }
}

#define STORE(name, size, value_type)                                                              \
    void name(void *env, uint32_t address, value_type value, uint32_t info, uintptr_t place)       \
    {                                                                                              \
        typedef void store_function(void *, uint32_t, value_type, uint32_t, uintptr_t);            \
        ORIGINAL(store_function, name)                                                             \
        enum access_verdict verdict;                                                               \
        access_place = place;                                                                      \
        verdict = hooks.store(hooks.context, address, size, value);                                \
        if (verdict != ACCESS_DROP) {                                                              \
            next(env, address, value, info, place);                                                \
        }                                                                                          \
        if (verdict == ACCESS_RAM) {                                                               \
            make_stores_fast(address);                                                             \
        }                                                                                          \
    }

LOAD(helper_ret_ldub_mmu_arm, 1)
LOAD(helper_le_lduw_mmu_arm, 2)
LOAD(helper_le_ldul_mmu_arm, 4)
LOAD(helper_le_ldq_mmu_arm, 8)
STORE(helper_ret_stb_mmu_arm, 1, uint8_t)
STORE(helper_le_stw_mmu_arm, 2, uint16_t)
STORE(helper_le_stl_mmu_arm, 4, uint32_t)
STORE(helper_le_stq_mmu_arm, 8, uint64_t)

bool arm_cpu_tlb_fill_arm(void *cpu, uint64_t address, int size, enum access_type type,
                          int mmu_index, bool probe, uintptr_t place)
{
    typedef bool fill_function(void *, uint64_t, int, enum access_type, int, bool, uintptr_t);
    ORIGINAL(fill_function, arm_cpu_tlb_fill_arm)
    running_cpu = cpu;
    fill_type = type;
    return next(cpu, address, size, type, mmu_index, probe, place);
}

/* A watched page is cached for fetches only; for data it is marked as smaller than a page, which
 * makes the library ask again at each access. */
void tlb_set_page_with_attrs_arm(void *cpu, uint32_t address, uint64_t physical,
                                 struct mem_attributes attributes, int rights, int mmu_index,
                                 uint32_t size)
{
    typedef void set_function(void *, uint32_t, uint64_t, struct mem_attributes, int, int,
                              uint32_t);
    ORIGINAL(set_function, tlb_set_page_with_attrs_arm)
    if (hooks.is_watched(hooks.context, address)) {
        if (fill_type == ACCESS_FETCH) {
            rights &= PROT_EXEC_BIT;
        } else {
            rights &= PROT_READ_BIT | PROT_WRITE_BIT;
            size = 1;
        }
    }
    next(cpu, address, physical, attributes, rights, mmu_index, size);
}

/* Code is translated: from now on stores to its page, and to the next that it may reach into, must
 * be looked at again. */
void *tb_gen_code_arm(void *cpu, uint32_t pc, uint32_t cs_base, uint32_t flags, int options)
{
    typedef void *generate_function(void *, uint32_t, uint32_t, uint32_t, int);
    ORIGINAL(generate_function, tb_gen_code_arm)
    uint32_t page = pc >> PAGE_SHIFT;
    uint32_t following = (page + 1) % PAGE_COUNT;

    if (fast_stores[page] != 0 || fast_stores[following] != 0) {
        fast_stores[page] = fast_stores[following] = 0;
        tlb_flush_arm(cpu);
    }
    has_code[page] = has_code[following] = 1;
    if (single_instructions) {
        options = (options & ~BLOCK_COUNT_MASK) | 1;
    }
    return next(cpu, pc, cs_base, flags, options);
}

void access_start(const struct access_hooks *new_hooks)
{
    hooks = *new_hooks;
    running_cpu = NULL;
    single_instructions = false;
    memset(has_code, 0, sizeof has_code);
    memset(fast_stores, 0, sizeof fast_stores);
}

void access_flush(void)
{
    if (running_cpu != NULL) {
        tlb_flush_arm(running_cpu);
    }
}

void access_single_instructions(bool single)
{
    single_instructions = single;
    access_drop_code();
}

void access_drop_code(void)
{
    if (running_cpu != NULL) {
        tb_flush_arm(running_cpu);
    }
}

void access_abort(void)
{
    cpu_loop_exit_restore_arm(running_cpu, access_place);
}
