/* config_internal.h - what the files of the configuration share.
 *
 * config_text.c: entries in memory. config_read.c: what the journals say. config_write.c: saves,
 * the carry. config.c: keys and values. config_change.c: JSON in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CONFIG_INTERNAL_H
#define FLOTA_CONFIG_INTERNAL_H

#include "flota/config.h"
#include "flota/journal.h"

/* --- config_text.c: "key=value", zero, ... --- */

/* Walk: entry is the first one, or the one behind another. NULL behind the last one. */
const char *flota_config_first(const struct flota_config_text *text);
const char *flota_config_next(const struct flota_config_text *text, const char *entry);

/* The value of a key of so many bytes, or NULL. */
const char *flota_config_value(const struct flota_config_text *text, const char *key,
                               size_t key_size);

/* Both texts say the same of this entry's key. */
bool flota_config_agrees(const struct flota_config_text *text, const char *entry);

/* Returns 0, or FLOTA_ERR_CONFIG_FULL: nothing has changed. */
int flota_config_put(struct flota_config_text *text, const char *key, const char *value);
void flota_config_remove(struct flota_config_text *text, const char *key);

/* Sections, dots and a name, of letters, digits, '_' and '-'. */
bool flota_config_is_key(const char *key, size_t size);

/* --- config_read.c --- */

/* One piece of a save is a record with the save's number as its generation. Its arguments: */
#define FLOTA_CONFIG_PIECE_SIZE 11u /* bytes of the save, behind the control byte */
#define FLOTA_CONFIG_LAST       0x80u
#define FLOTA_CONFIG_COPY       0x40u /* the last one again: it was written whole */
#define FLOTA_CONFIG_FIRST      0x20u
#define FLOTA_CONFIG_INDEX      0x1Fu   /* of the piece, modulo 32 */
#define FLOTA_CONFIG_NO_BASE    0xFFFFu /* a snapshot */
#define FLOTA_CONFIG_HEAD_SIZE  2u      /* bytes of a save before its entries: word of its base */
#define FLOTA_CONFIG_PIECES_MIN 2u      /* so that a torn first piece is never a whole save */
#define FLOTA_CONFIG_NUMBER_MAX 0xF0000000u

/* What both journals say. */
struct flota_config_state {
    struct flota_config_text values;
    uint32_t highest; /* number of any piece */
    uint32_t head;    /* word of the newest save, in its journal */
    uint32_t depth;   /* saves that it is based upon */
    bool exists;
    bool is_own;     /* the newest save stands in the active slot's journal */
    bool is_settled; /* it was written whole, and nothing can turn into a newer one */
};

void flota_config_read(const struct flota_flash *flash, struct flota_config_state *state);

/* --- config_write.c --- */

/* As flota_config_save(), into the room that is left for private keys. */
int flota_config_save_own(struct flota_config *config);

/* Room in words that one save of all values takes, with two words that do not take their record. */
uint32_t flota_config_room(uint32_t size);

/* Of values, so that a journal of this size has room to carry them. */
bool flota_config_fits(const struct flota_flash *flash, uint32_t size);

/* After a cut: say once more what was read. */
void flota_config_settle(const struct flota_flash *flash, const struct flota_config_state *state);

#endif
