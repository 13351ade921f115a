/* trust.c - the keys that a device has, and what they say of a manifest and of an image.
 *
 * Both ways to carry signatures end in one tally: how many hold, how many are by revoked keys, how
 * many by keys that this device does not have. Texts and TLVs are decoded whole before the first
 * number is verified, and a slot's key verifies once: the work is bounded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "trust.h"
#include "digest.h"
#include "flota/base64.h"
#include "flota/error.h"
#include <string.h>

#define TRAILER_MAGIC  0x6907u /* and the types: as MCUboot's, bootutil/image.h */
#define TLV_KEY_HASH   0x0001u
#define TLV_SIGNATURE  0x0022u
#define TLV_HEAD_SIZE  4u
#define ERASED_BYTE    0xFFu
#define SPKI_HEAD_SIZE (FLOTA_KEY_SPKI_SIZE - FLOTA_KEY_SIZE)

/* RFC 5480 2: SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING { uncompressed point,
 * SEC 1 2.3.3 } }. */
static const uint8_t spki_head[SPKI_HEAD_SIZE] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
    0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

/* --- keys --- */

bool flota_sha256(const void *data, uint32_t size, uint8_t digest[32])
{
    mbedtls_sha256_context hash;
    int error = flota_digest_start(&hash);
    if (error == 0)
        error = flota_digest_add(&hash, data, size);
    int finish_error = flota_digest_finish(&hash, digest);
    return error == 0 && finish_error == 0;
}

bool flota_key_set(struct flota_key *key, const uint8_t point[FLOTA_KEY_SIZE], void *memory)
{
    uint8_t spki[FLOTA_KEY_SPKI_SIZE];
    memcpy(spki, spki_head, SPKI_HEAD_SIZE);
    memcpy(spki + SPKI_HEAD_SIZE, point, FLOTA_KEY_SIZE);
    if (!flota_signature_is_point(point, memory) || !flota_sha256(spki, sizeof spki, key->hash))
        return false;
    memcpy(key->point, point, FLOTA_KEY_SIZE);
    key->state = FLOTA_KEY_ACTIVE;
    return true;
}

static bool read_key(struct flota_key *key, const char *text, void *memory)
{
    uint8_t spki[FLOTA_KEY_SPKI_SIZE];
    int size = flota_base64_decode(text, strlen(text), spki, sizeof spki);
    return size == (int)sizeof spki && memcmp(spki, spki_head, SPKI_HEAD_SIZE) == 0 &&
           flota_key_set(key, spki + SPKI_HEAD_SIZE, memory);
}

int flota_trust_init(struct flota_trust *trust, const struct flota_trust_config *config)
{
    memset(trust, 0, sizeof *trust);
    trust->policy = config->policy;
    if (config->product && strlen(config->product) < sizeof trust->product)
        memcpy(trust->product, config->product, strlen(config->product));
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++) {
        if (!config->keys[i] || read_key(&trust->keys[i], config->keys[i], trust->memory))
            continue;
        memset(trust->keys, 0, sizeof trust->keys);
        trust->policy = FLOTA_SIGNATURES_REQUIRED;
        return FLOTA_ERR_KEY_UNKNOWN;
    }
    return 0;
}

/* --- what signatures amount to --- */

struct tally {
    uint32_t good;
    uint32_t revoked;
    uint32_t unknown;
};

/* Without a key and without the duty to have one there is nothing to look at. */
static bool takes_anything(const struct flota_trust *trust)
{
    if (!trust)
        return true;
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++)
        if (trust->keys[i].state != FLOTA_KEY_EMPTY)
            return false;
    return trust->policy == FLOTA_SIGNATURES_OPTIONAL;
}

static int judge_unsigned(const struct flota_trust *trust)
{
    return trust->policy == FLOTA_SIGNATURES_OPTIONAL ? FLOTA_UNSIGNED
                                                      : FLOTA_ERR_SIGNATURE_MISSING;
}

static int judge(const struct flota_trust *trust, const struct tally *tally)
{
    if (tally->good > 0)
        return FLOTA_SIGNED;
    if (tally->revoked > 0)
        return FLOTA_ERR_KEY_REVOKED;
    return tally->unknown > 0 ? FLOTA_ERR_KEY_UNKNOWN : judge_unsigned(trust);
}

struct signature {
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
    uint32_t size; /* 0: none */
};

static bool is_by(const struct flota_key *key, const uint8_t digest[32],
                  const struct signature *signature, void *memory)
{
    return flota_signature_verify(key->point, digest, signature->der, signature->size, memory) == 0;
}

/* Add the signature that is said to be by a slot's key. */
static int add_signature(struct flota_trust *trust, uint32_t slot, const uint8_t digest[32],
                         const struct signature *signature, struct tally *tally)
{
    const struct flota_key *key = &trust->keys[slot], *before = &trust->replaced[slot];
    if (key->state == FLOTA_KEY_EMPTY)
        tally->unknown++;
    else if (key->state == FLOTA_KEY_REVOKED)
        tally->revoked++;
    else if (is_by(key, digest, signature, trust->memory))
        tally->good++;
    else if (before->state == FLOTA_KEY_REVOKED && is_by(before, digest, signature, trust->memory))
        tally->revoked++;
    else
        return FLOTA_ERR_SIGNATURE_WRONG;
    return 0;
}

/* --- a manifest: {"sig0":"base64",...} (RFC 8259; a flat object of strings without escapes) --- */

struct text {
    const char *data;
    size_t size;
};

struct manifest_signatures {
    struct signature slots[FLOTA_KEY_SLOTS];
    uint32_t unknown; /* for slots that no device has */
};

static void skip_space(struct text *text)
{
    while (text->size > 0 && memchr(" \t\r\n", text->data[0], 4)) {
        text->data++;
        text->size--;
    }
}

/* The next character that is no white space, when it is this one. */
static bool take(struct text *text, char c)
{
    skip_space(text);
    if (text->size == 0 || text->data[0] != c)
        return false;
    text->data++;
    text->size--;
    return true;
}

/* Control characters and escapes are refused: no signature's name or base64 needs them. */
static bool take_string(struct text *text, struct text *string)
{
    if (!take(text, '"'))
        return false;
    *string = (struct text){text->data, 0};
    while (string->size < text->size && text->data[string->size] != '"') {
        uint8_t c = (uint8_t)text->data[string->size++];
        if (c < 0x20 || c == '\\')
            return false;
    }
    text->data += string->size;
    text->size -= string->size;
    return take(text, '"');
}

/* Is it "sig" and a number? */
static bool names_signature(struct text key)
{
    if (key.size < 4 || memcmp(key.data, "sig", 3) != 0)
        return false;
    for (size_t i = 3; i < key.size; i++)
        if (key.data[i] < '0' || key.data[i] > '9')
            return false;
    return true;
}

/* False for base64 that is none, and for a slot that comes twice. */
static bool add_member(struct manifest_signatures *signatures, struct text key, struct text value)
{
    if (!names_signature(key))
        return true;
    uint32_t slot = (uint32_t)(key.data[3] - '0');
    if (key.size > 4 || slot >= FLOTA_KEY_SLOTS) {
        signatures->unknown++;
        return true;
    }
    struct signature *signature = &signatures->slots[slot];
    int size = flota_base64_decode(value.data, value.size, signature->der, sizeof signature->der);
    if (size <= 0 || signature->size != 0)
        return false;
    signature->size = (uint32_t)size;
    return true;
}

static bool read_members(struct text *text, struct manifest_signatures *signatures)
{
    struct text key, value;
    do {
        if (!take_string(text, &key) || !take(text, ':') || !take_string(text, &value) ||
            !add_member(signatures, key, value))
            return false;
    } while (take(text, ','));
    return take(text, '}');
}

static bool read_signatures(struct text text, struct manifest_signatures *signatures)
{
    memset(signatures, 0, sizeof *signatures);
    if (!take(&text, '{') || !(take(&text, '}') || read_members(&text, signatures)))
        return false;
    skip_space(&text);
    return text.size == 0;
}

int flota_trust_check_manifest(struct flota_trust *trust, const uint8_t digest[32],
                               const char *extra, size_t size)
{
    struct manifest_signatures signatures;
    if (takes_anything(trust))
        return FLOTA_UNSIGNED;
    if (size == 0)
        return judge_unsigned(trust);
    if (!read_signatures((struct text){extra, size}, &signatures))
        return FLOTA_ERR_SIGNATURE_WRONG;
    struct tally tally = {.unknown = signatures.unknown};
    int error = 0;
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS && error == 0; i++)
        if (signatures.slots[i].size > 0)
            error = add_signature(trust, i, digest, &signatures.slots[i], &tally);
    return error != 0 ? error : judge(trust, &tally);
}

/* --- an image's trailer --- */

struct tlv {
    uint32_t type;
    uint32_t size;
    const uint8_t *value;
};

struct tlv_reader {
    const uint8_t *bytes;
    size_t size;
};

struct trailer_signatures {
    struct signature slots[FLOTA_KEY_SLOTS];
    struct tally others;
};

static uint32_t half_word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static bool read_tlv(struct tlv_reader *reader, struct tlv *tlv)
{
    if (reader->size < TLV_HEAD_SIZE)
        return false;
    *tlv = (struct tlv){half_word_at(reader->bytes), half_word_at(reader->bytes + 2),
                        reader->bytes + TLV_HEAD_SIZE};
    if (tlv->size > reader->size - TLV_HEAD_SIZE)
        return false;
    reader->bytes += TLV_HEAD_SIZE + tlv->size;
    reader->size -= TLV_HEAD_SIZE + tlv->size;
    return true;
}

/* Behind the TLVs there is nothing but erased bytes. */
static bool open_trailer(const uint8_t *trailer, size_t size, struct tlv_reader *reader)
{
    if (size < TLV_HEAD_SIZE || half_word_at(trailer) != TRAILER_MAGIC)
        return false;
    size_t total = half_word_at(trailer + 2);
    if (total < TLV_HEAD_SIZE || total > size)
        return false;
    for (size_t i = total; i < size; i++)
        if (trailer[i] != ERASED_BYTE)
            return false;
    *reader = (struct tlv_reader){trailer + TLV_HEAD_SIZE, total - TLV_HEAD_SIZE};
    return true;
}

static bool has_hash(const struct flota_key *key, enum flota_key_state state,
                     const uint8_t hash[32])
{
    return key->state == state && memcmp(key->hash, hash, sizeof key->hash) == 0;
}

static bool is_revoked(const struct flota_trust *trust, const uint8_t hash[32])
{
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++)
        if (has_hash(&trust->keys[i], FLOTA_KEY_REVOKED, hash) ||
            has_hash(&trust->replaced[i], FLOTA_KEY_REVOKED, hash))
            return true;
    return false;
}

/* False for a signature that is too long, and for a key that signs twice. */
static bool add_pair(const struct flota_trust *trust, const struct tlv *hash,
                     const struct tlv *value, struct trailer_signatures *signatures)
{
    uint32_t slot = 0;
    while (slot < FLOTA_KEY_SLOTS && !has_hash(&trust->keys[slot], FLOTA_KEY_ACTIVE, hash->value))
        slot++;
    if (slot == FLOTA_KEY_SLOTS) {
        ++*(is_revoked(trust, hash->value) ? &signatures->others.revoked
                                           : &signatures->others.unknown);
        return true;
    }
    struct signature *signature = &signatures->slots[slot];
    if (value->size == 0 || value->size > sizeof signature->der || signature->size != 0)
        return false;
    memcpy(signature->der, value->value, value->size);
    signature->size = value->size;
    return true;
}

static bool read_trailer(const struct flota_trust *trust, struct tlv_reader *reader,
                         struct trailer_signatures *signatures)
{
    struct tlv tlv, signature;
    while (reader->size > 0) {
        if (!read_tlv(reader, &tlv) || tlv.type == TLV_SIGNATURE)
            return false;
        if (tlv.type != TLV_KEY_HASH)
            continue;
        if (tlv.size != 32 || !read_tlv(reader, &signature) || signature.type != TLV_SIGNATURE ||
            !add_pair(trust, &tlv, &signature, signatures))
            return false;
    }
    return true;
}

int flota_trust_check_block(const struct flota_trust *trust, const struct flota_image_info *info,
                            bool manifest_signed)
{
    if (takes_anything(trust) || manifest_signed || info->trailer_size > 0)
        return 0;
    return judge_unsigned(trust);
}

int flota_trust_check_trailer(struct flota_trust *trust, const struct flota_image_info *info,
                              const uint8_t *trailer, size_t size)
{
    struct trailer_signatures signatures;
    struct tlv_reader reader;
    memset(&signatures, 0, sizeof signatures);
    if (takes_anything(trust))
        return FLOTA_UNSIGNED;
    if (size != info->trailer_size)
        return FLOTA_ERR_SIGNATURE_WRONG;
    if (size == 0)
        return judge_unsigned(trust);
    if (!open_trailer(trailer, size, &reader) || !read_trailer(trust, &reader, &signatures))
        return FLOTA_ERR_SIGNATURE_WRONG;
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++) {
        if (signatures.slots[i].size == 0)
            continue;
        if (!is_by(&trust->keys[i], info->digest, &signatures.slots[i], trust->memory))
            return FLOTA_ERR_SIGNATURE_WRONG;
        signatures.others.good++;
    }
    return judge(trust, &signatures.others);
}
