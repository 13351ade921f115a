/* store_lock.c - guest stores without Unicorn's page lock.
 *
 * Unicorn 2.0.1 takes a lock on the page of every guest store that may touch translated code; it
 * costs 90 ns, most of it malloc. The lock guards against other threads that translate code: there
 * is none here. These definitions are found before the library's (dynamic symbols, -rdynamic).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

#pragma GCC visibility push(default)
void *page_collection_lock_arm(void *engine, uintptr_t start, uintptr_t last);
void page_collection_unlock_arm(void *set);
#pragma GCC visibility pop

void *page_collection_lock_arm(void *engine, uintptr_t start, uintptr_t last)
{
    static uint64_t nothing[8];

    (void)engine;
    (void)start;
    (void)last;
    return nothing;
}

void page_collection_unlock_arm(void *set)
{
    (void)set;
}
