/* flota/config.h - configuration by keys, kept in the journals: both banks see the latest.
 *
 * The keys and their defaults are the firmware's (the project's, and those of its modules); what
 * differs from the default stands in flash. A save is all or nothing: after a power cut the values
 * are those before or those after it, never a mixture. Keys that this firmware does not know keep
 * their values for the firmware that does. DESIGN.md argues why; SPEC.md has the bytes.
 *
 *     flota_config_init(&config, flash);
 *     flota_config_add(&config, &table);
 *     int result = flota_config_set(&config, "update.interval", "60");
 *     if (result == 0)
 *         result = flota_config_save(&config);
 *
 * Stack: below 3 KB in init, save and carry, below 6 KB in set_json.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CONFIG_STORE_H
#define FLOTA_CONFIG_STORE_H

#include "flota/flash.h"
#include "flota/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_CONFIG_KEY_MAX   32u   /* bytes with the zero: "update.extra_http_headers" */
#define FLOTA_CONFIG_VALUE_MAX 256u  /* bytes with the zero */
#define FLOTA_CONFIG_TEXT_MAX  2048u /* of all that differs: "key=value" and a zero each */
#define FLOTA_CONFIG_DEPTH_MAX 4u    /* sections in a key, its own name included */
#define FLOTA_CONFIG_SECRET    "***" /* what a secret reads as in JSON */

enum flota_config_type { FLOTA_CONFIG_BOOLEAN, FLOTA_CONFIG_INTEGER, FLOTA_CONFIG_STRING };

struct flota_config_key {
    const char *key; /* "update.interval": a to z, 0 to 9, '_', '-'; sections by dots */
    enum flota_config_type type;
    const char *initial; /* "true", "300", text */
    bool is_secret;      /* read back as FLOTA_CONFIG_SECRET */
};

/* Keys of one module or of the project. */
struct flota_config_table {
    const struct flota_config_key *keys;
    uint8_t count;
    bool is_private; /* not read and not changed as JSON: passwords, the device's own notes */
    struct flota_config_table *next; /* private: flota_config_add() */
};

/* What differs from the defaults. Private. */
struct flota_config_text {
    uint32_t size;
    char bytes[FLOTA_CONFIG_TEXT_MAX]; /* "key=value", zero, ... */
};

/* Treat all members as private. */
struct flota_config {
    const struct flota_flash *flash;
    struct flota_config_table *tables; /* in the order of flota_config_add() */
    struct flota_config_text values;
};

/* Read what stands in flash. Works on any flash contents. A save that a power cut left in doubt is
 * settled here, one way or the other, which writes some words; else nothing is written. Flash must
 * be idle. Blocks for some 10 ms. */
void flota_config_init(struct flota_config *config, const struct flota_flash *flash);

/* Add keys; table is kept by reference, and added once. A key added twice: the first one counts. */
void flota_config_add(struct flota_config *config, struct flota_config_table *table);

/* --- values --- */

/* A value in force; of an unknown key "", 0, false. A text holds until a value is changed. What
 * another firmware has stored and is not of the key's type here: the default. */
const char *flota_config_text(const struct flota_config *config, const char *key);
int32_t flota_config_integer(const struct flota_config *config, const char *key);
bool flota_config_boolean(const struct flota_config *config, const char *key);

/* The key as it was added, or NULL. */
const struct flota_config_key *flota_config_find(const struct flota_config *config,
                                                 const char *key);

/* Does it stand in a private table? */
bool flota_config_is_private(const struct flota_config *config, const char *key);

/* --- changes, in RAM --- */

/* Change a value: "true" or "false"; an integer of 32 bits with sign; a text in UTF-8. Returns 0,
 * FLOTA_ERR_CONFIG_KEY (unknown), FLOTA_ERR_CONFIG_VALUE (not of its type, or too long) or
 * FLOTA_ERR_CONFIG_FULL: nothing has changed then. */
int flota_config_set(struct flota_config *config, const char *key, const char *value);

/* Back to the default. Returns 0 or FLOTA_ERR_CONFIG_KEY. */
int flota_config_reset(struct flota_config *config, const char *key);

/* Change several from a JSON object, nested by sections: {"update":{"interval":60}}. null is the
 * default; FLOTA_CONFIG_SECRET leaves a secret as it is. Private keys are unknown. All or nothing.
 * bad: the first key that was refused, FLOTA_CONFIG_KEY_MAX bytes, "" when it is the text itself;
 * may be NULL. Returns as flota_config_set(); FLOTA_ERR_CONFIG_VALUE also for text that is no JSON
 * object. */
int flota_config_set_json(struct flota_config *config, const char *text, size_t size, char *bad);

/* Back to what stands in flash. Flash must be idle. */
void flota_config_discard(struct flota_config *config);

/* --- flash --- */

/* Write what changed to the active slot's journal, and read it back. Returns 0,
 * FLOTA_ERR_JOURNAL or FLOTA_ERR_CONFIG_FULL (the journal keeps the room that updates need): then
 * flash holds what it held. Flash must be idle. Blocks for some ms a word. */
int flota_config_save(struct flota_config *config);

/* A value for flota_config_store(). NULL: back to the default. */
struct flota_config_change {
    const char *key;
    const char *value;
};

/* Change some values in flash, at once and all or nothing; what else was changed in RAM stays there
 * and is not saved. Nothing is written when flash says the same already. For private keys there is
 * room that other saves leave: 224 words, of a small journal a 16th. Returns as
 * flota_config_set() and flota_config_save(). Stack: 4 KB more than save. */
int flota_config_store(struct flota_config *config, const struct flota_config_change *changes,
                       size_t count);

/* Before the spare slot's journal is erased, and at the begin of each update (update_open.c):
 * append to the active slot's journal what only the other one has. Returns 0, also when there is
 * nothing to do; FLOTA_ERR_JOURNAL; FLOTA_ERR_CONFIG_FULL when there is no room even in what is
 * reserved for it, which is no reason to refuse an update. Flash must be idle. */
int flota_config_carry(const struct flota_flash *flash);

/* Should the spare slot's journal be compacted before its image becomes the active one? When it has
 * no room to carry what stands in flash now; or, unless only_if_needed, little room for saves.
 * Flash must be idle. */
bool flota_config_wants_compaction(const struct flota_flash *flash, bool only_if_needed);

/* --- reading out --- */

/* Write values as JSON, in the order in which keys were added, by sections: "" for all, "update",
 * or one key, which is the bare value. Secrets as FLOTA_CONFIG_SECRET unless empty; private keys
 * are unknown. Returns 0 or
 * FLOTA_ERR_CONFIG_KEY, nothing written then. */
int flota_config_json(const struct flota_config *config, const char *section,
                      struct flota_json *json);

#endif
