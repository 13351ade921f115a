/* no_heap.c - the C library's allocator, replaced by one that has nothing.
 *
 * newlib's snprintf refers to these for a mode (asprintf) that it never uses here; without these
 * definitions it would drag in the heap. The linker script refuses a program that uses the heap
 * itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <reent.h>
#include <stddef.h>

void *_malloc_r(struct _reent *reent, size_t size);
void *_realloc_r(struct _reent *reent, void *block, size_t size);
void _free_r(struct _reent *reent, void *block);

void *_malloc_r(struct _reent *reent, size_t size)
{
    (void)size;
    reent->_errno = ENOMEM;
    return NULL;
}

void *_realloc_r(struct _reent *reent, void *block, size_t size)
{
    (void)block;
    return _malloc_r(reent, size);
}

void _free_r(struct _reent *reent, void *block)
{
    (void)reent;
    (void)block;
}
