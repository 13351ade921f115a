/* fuzz_trust.c - keys, signatures and statements from anybody: none is taken that was not signed.
 *
 * Input: a byte that chooses (modulo 5), then
 *   0 the text of a key
 *   1 a manifest's extra field; bytes 1 to 4 stand for the base64 of signatures by the keys below
 *   2 a trailer: pieces {0, size, bytes} or {1 to 4: a pair by that key}; a first byte below 128
 *     says that head and padding are made to fit
 *   3 a statement; a first byte below 128: signed by the root
 *   4 both journals: pieces {statement, index} of six good statements, {254, 12 bytes of
 * arguments}, {253, 28 bytes of a record}, {255: the other journal}
 *
 * Keys 1 and 2 are in slots 0 and 1, key 3 in none, key 4 was replaced in slot 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/journal.h"
#include "flota/signature.h"
#include "key_maker.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEYS       6u
#define STATEMENTS 6u
#define SIGNERS    4u
#define PIECES     18u
#define JOURNAL    4096u

static const struct flash_model_geometry geometry = {JOURNAL, 2, 3, 32, 5, 2};

/* Made once: signing takes longer than all the rest. */
static struct {
    bool made;
    struct test_key keys[KEYS];
    uint8_t digest[32];
    char texts[SIGNERS][128];
    uint8_t pairs[SIGNERS][128]; /* KEYHASH and ECDSA_SIG */
    size_t pair_sizes[SIGNERS];
    uint8_t statements[STATEMENTS][PIECES * 10];
} known;

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void make_signatures(uint32_t i)
{
    const struct test_key *key = &known.keys[i];
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX], trailer[FLOTA_TRAILER_SIZE_MAX];
    key_base64(der, key_sign_der(key, known.digest, der), known.texts[i]);
    key_trailer(&key, 1, known.digest, trailer);
    known.pair_sizes[i] = (size_t)(trailer[2] | trailer[3] << 8) - 4;
    memcpy(known.pairs[i], trailer + 4, known.pair_sizes[i]);
}

static void make_statement(uint32_t i, uint32_t root, uint32_t sequence, uint32_t slot,
                           const struct test_key *fresh)
{
    struct flota_statement statement;
    key_statement(&known.keys[root], sequence, slot, fresh, "product", &statement);
    memcpy(known.statements[i], &statement, sizeof statement);
}

static void make_known(void)
{
    if (known.made)
        return;
    for (uint32_t i = 0; i < KEYS; i++)
        key_make(&known.keys[i], 300 + i);
    memset(known.digest, 0x5A, sizeof known.digest);
    for (uint32_t i = 0; i < SIGNERS; i++)
        make_signatures(i);
    make_statement(0, 0, 1, 1, NULL);
    make_statement(1, 0, 2, 0, &known.keys[4]);
    make_statement(2, 4, 3, 1, &known.keys[5]);
    make_statement(3, 4, 4, 2, NULL);
    make_statement(4, 0, 4, 2, &known.keys[5]); /* by a root of before */
    make_statement(5, 2, 9, 0, &known.keys[2]); /* by nobody */
    known.made = true;
}

static void start(struct flota_trust *trust)
{
    const struct flota_trust_config config = {
        FLOTA_SIGNATURES_REQUIRED, {known.keys[0].text, known.keys[1].text}, "product"};
    require(flota_trust_init(trust, &config) == 0);
}

/* A copy that is exactly as large, so that reading behind it is seen. */
static void *exact_copy(const void *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    require(copy != NULL);
    memcpy(copy + 1, data, size);
    return copy;
}

/* --- the five --- */

static void try_key(const uint8_t *data, size_t size)
{
    struct flota_trust trust;
    char text[256] = {0};
    struct flota_trust_config config = {FLOTA_SIGNATURES_OPTIONAL, {text}, "product"};
    memcpy(text, data, size < sizeof text ? size : sizeof text - 1);
    int result = flota_trust_init(&trust, &config);
    require(result == 0 || result == FLOTA_ERR_KEY_UNKNOWN);
    if (result == 0)
        require(strlen(text) == 124 && trust.keys[0].state == FLOTA_KEY_ACTIVE);
    else
        require(trust.policy == FLOTA_SIGNATURES_REQUIRED &&
                trust.keys[0].state == FLOTA_KEY_EMPTY);
}

static void start_with_replaced(struct flota_trust *trust)
{
    start(trust);
    memcpy(trust->replaced[1].point, known.keys[3].point, FLOTA_KEY_SIZE);
    memcpy(trust->replaced[1].hash, known.keys[3].hash, 32);
    trust->replaced[1].state = FLOTA_KEY_REVOKED;
}

static void require_refused(int result)
{
    require(result == FLOTA_ERR_SIGNATURE_MISSING || result == FLOTA_ERR_SIGNATURE_WRONG ||
            result == FLOTA_ERR_KEY_UNKNOWN || result == FLOTA_ERR_KEY_REVOKED);
}

static void try_manifest(const uint8_t *data, size_t size)
{
    struct flota_trust trust;
    char text[8192];
    size_t used = 0;
    bool has_good = false;
    for (size_t i = 0; i < size && used < sizeof text - 128; i++) {
        const char *insert = data[i] >= 1 && data[i] <= SIGNERS ? known.texts[data[i] - 1] : NULL;
        has_good |= data[i] == 1 || data[i] == 2;
        if (insert)
            memcpy(text + used, insert, strlen(insert));
        else
            text[used] = (char)data[i];
        used += insert ? strlen(insert) : 1;
    }
    start_with_replaced(&trust);
    char *copy = exact_copy(text, used);
    int result = flota_trust_check_manifest(&trust, known.digest, copy + 1, used);
    free(copy);
    if (result != FLOTA_SIGNED)
        require_refused(result);
    else
        require(has_good);
}

struct maker {
    uint8_t bytes[FLOTA_TRAILER_SIZE_MAX];
    size_t used;
    bool has_good;
};

static void put(struct maker *maker, const uint8_t *bytes, size_t size)
{
    size_t room = sizeof maker->bytes - maker->used;
    size = size < room ? size : room;
    memcpy(maker->bytes + maker->used, bytes, size);
    maker->used += size;
}

static void make_trailer(struct maker *maker, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] >= 1 && data[i] <= SIGNERS) {
            maker->has_good |= data[i] <= 2;
            put(maker, known.pairs[data[i] - 1], known.pair_sizes[data[i] - 1]);
        } else if (i + 1 < size) {
            size_t length = data[i + 1] % 64u, left = size - i - 2;
            length = length < left ? length : left;
            put(maker, data + i + 2, length);
            i += 1 + length;
        }
    }
}

static void try_trailer(const uint8_t *data, size_t size)
{
    struct flota_trust trust;
    struct maker maker = {.used = 0};
    if (size == 0)
        return;
    bool fits = data[0] < 128;
    if (fits)
        maker.used = 4;
    make_trailer(&maker, data + 1, size - 1);
    if (fits) {
        uint8_t head[4] = {0x07, 0x69, (uint8_t)maker.used, (uint8_t)(maker.used >> 8)};
        memcpy(maker.bytes, head, sizeof head);
        while (maker.used % 32 != 0)
            maker.bytes[maker.used++] = 0xFF;
    }
    struct flota_image_info info = {.trailer_size = (uint32_t)maker.used};
    memcpy(info.digest, known.digest, sizeof info.digest);
    start_with_replaced(&trust);
    uint8_t *copy = exact_copy(maker.bytes, maker.used);
    int result = flota_trust_check_trailer(&trust, &info, copy + 1, maker.used);
    free(copy);
    if (result != FLOTA_SIGNED)
        require_refused(result);
    else
        require(maker.has_good);
}

static void require_sound(const struct flota_trust *trust)
{
    require(trust->keys[0].state == FLOTA_KEY_ACTIVE);
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++) {
        const struct flota_key *key = &trust->keys[i];
        bool is_known = key->state != FLOTA_KEY_ACTIVE;
        for (uint32_t k = 0; k < KEYS; k++)
            is_known |= memcmp(key->point, known.keys[k].point, FLOTA_KEY_SIZE) == 0;
        require(is_known);
    }
}

static void try_statement(const uint8_t *data, size_t size)
{
    struct flash_model model;
    struct flota_trust trust;
    struct flota_statement statement;
    if (size == 0)
        return;
    flash_model_init(&model, &geometry);
    start(&trust);
    bool is_signed = data[0] < 128 && size == 1 + sizeof statement;
    uint8_t *copy = exact_copy(data + 1, size - 1);
    if (is_signed) {
        memcpy(&statement, copy + 1, sizeof statement);
        key_sign_statement(&known.keys[0], &statement);
        memcpy(copy + 1, &statement, sizeof statement);
    }
    int result = flota_trust_accept(&trust, &model.flash, copy + 1, size - 1);
    require(result <= 0);
    if (!is_signed)
        require(result == FLOTA_ERR_STATEMENT_BAD);
    if (result != 0)
        require(trust.sequence == 0);
    free(copy);
    flash_model_free(&model);
}

struct journals {
    uint8_t slots[2][3 * JOURNAL];
    uint32_t words[2];
    uint32_t slot; /* that is being made */
};

static void put_record(struct journals *journals, const uint8_t bytes[28])
{
    uint32_t *words = &journals->words[journals->slot];
    uint8_t *word = journals->slots[journals->slot] + 2 * JOURNAL + *words * 32;
    uint32_t crc = 0xFFFFFFFFu;
    if (*words >= JOURNAL / 32)
        return;
    ++*words;
    memcpy(word, bytes, 28);
    for (int i = 0; i < 28; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    crc = ~crc;
    memcpy(word + 28, &crc, 4);
}

static void put_piece(struct journals *journals, uint32_t sequence, const uint8_t arguments[12])
{
    struct flota_record record = flota_journal_record(FLOTA_RECORD_STATEMENT, sequence,
                                                      (const uint8_t *)FLOTA_TAG_STATEMENT);
    memcpy(record.arguments.bytes, arguments, 12);
    put_record(journals, (const uint8_t *)&record);
}

/* Returns how much of the input it took. Index 18 and above: all pieces, from there on. */
static size_t put_good(struct journals *journals, const uint8_t *data)
{
    const uint8_t *statement = known.statements[data[0] % STATEMENTS];
    uint32_t sequence, first = data[1] % 36u;
    uint32_t from = first < PIECES ? first : first - PIECES, count = first < PIECES ? 1 : PIECES;
    memcpy(&sequence, statement + 8, 4);
    for (uint32_t i = from; i < PIECES && i < from + count; i++) {
        uint8_t arguments[12] = {(uint8_t)i, PIECES};
        memcpy(arguments + 2, statement + i * 10, 10);
        put_piece(journals, sequence, arguments);
    }
    return 2;
}

static void make_journals(struct journals *journals, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t left = size - i;
        if (data[i] == 255) {
            journals->slot = 1;
            i++;
        } else if (data[i] == 254 && left >= 14) {
            put_piece(journals, data[i + 1], data + i + 2);
            i += 14;
        } else if (data[i] == 253 && left >= 29) {
            put_record(journals, data + i + 1);
            i += 29;
        } else if (left >= 2) {
            i += put_good(journals, data + i);
        } else {
            return;
        }
    }
}

/* Nothing is lost when the spare journal is erased. */
static void require_saved(struct flash_model *model, const struct flota_trust *before)
{
    struct flota_trust trust;
    struct flota_flash *flash = &model->flash;
    require(flash->erase_start(flash->port, FLOTA_SLOT_SPARE, 2) == 0);
    while (flash->poll(flash->port) == FLOTA_FLASH_BUSY)
        ;
    start(&trust);
    flota_trust_load(&trust, flash);
    require(trust.sequence == before->sequence);
    require(memcmp(trust.keys, before->keys, sizeof trust.keys) == 0);
}

static void try_journals(const uint8_t *data, size_t size)
{
    struct flash_model model;
    struct flota_trust trust;
    struct journals *journals = malloc(sizeof *journals);
    require(journals != NULL);
    memset(journals->slots, 0xFF, sizeof journals->slots);
    memset(journals->words, 0, sizeof journals->words);
    journals->slot = 0;
    make_journals(journals, data, size);
    flash_model_init(&model, &geometry);
    for (uint32_t slot = 0; slot < 2; slot++)
        flash_model_load(&model, (enum flota_slot)slot, journals->slots[slot],
                         2 * JOURNAL + journals->words[slot] * 32);
    start(&trust);
    int applied = flota_trust_load(&trust, &model.flash);
    require(applied >= 0 && applied <= 3);
    require(model.read_count <= 4 * JOURNAL / 32 + 3 * FLOTA_STATEMENTS_MAX * 54);
    require_sound(&trust);
    int saved = flota_trust_save(&model.flash);
    require(saved == 0 || saved == FLOTA_ERR_JOURNAL);
    if (saved == 0)
        require_saved(&model, &trust);
    flash_model_free(&model);
    free(journals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(const uint8_t *data, size_t size) = {
        try_key, try_manifest, try_trailer, try_statement, try_journals};
    make_known();
    if (size >= 1 && size <= 4096)
        tries[data[0] % 5](data + 1, size - 1);
    return 0;
}
