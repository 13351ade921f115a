/* fuzz_message.c - the peer's HTTP answers under libFuzzer: in pieces that the input chooses, with
 * the same result as whole.
 *
 *     clang -g -fsanitize=fuzzer,address,undefined -I.deps/picohttpparser
 * vboard/tests/fuzz_message.c \ vboard/src/peer_message.c .deps/picohttpparser/picohttpparser.c -o
 * fuzz_message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../src/peer_message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum http_progress feed(struct http_answer *answer, const uint8_t *data, size_t size,
                               size_t piece)
{
    enum http_progress progress = HTTP_MORE;
    while (size > 0 && progress == HTTP_MORE) {
        size_t part = piece < size ? piece : size;
        progress = http_answer_take(answer, data, part);
        data += part;
        size -= part;
    }
    return progress == HTTP_MORE ? http_answer_close(answer) : progress;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct http_answer whole = {.head_request = data[0] & 1}, pieces = whole;
    size_t piece = (size_t)(data[0] >> 1) + 1;
    data++;
    size--;
    enum http_progress end = feed(&whole, data, size, size);
    bool same = feed(&pieces, data, size, piece) == end && whole.status == pieces.status;
    if (end == HTTP_WHOLE)
        same = same && whole.body_size == pieces.body_size &&
               (whole.body_size == 0 || memcmp(whole.body, pieces.body, whole.body_size) == 0);
    if (!same || whole.body_size > HTTP_BODY_MAX)
        abort();
    http_answer_free(&whole);
    http_answer_free(&pieces);
    return 0;
}
