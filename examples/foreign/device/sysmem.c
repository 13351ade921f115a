/* sysmem.c - the C library's heap: snprintf asks for it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

void *_sbrk(ptrdiff_t size);

void *_sbrk(ptrdiff_t size)
{
    static char heap[4096];
    static ptrdiff_t used;
    if (used + size > (ptrdiff_t)sizeof heap)
        return (void *)-1;
    used += size;
    return heap + used - size;
}
