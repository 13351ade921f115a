/* journal_model.h - flash_model with both journals open to programming, as the guard has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef JOURNAL_MODEL_H
#define JOURNAL_MODEL_H

#include "flash_model.h"

struct journal_model {
    struct flash_model model; /* first: the port of its functions */
    int (*program_spare)(void *port, enum flota_slot slot, uint32_t offset, const void *word);
};

/* Both banks blank. */
void journal_model_init(struct journal_model *journals,
                        const struct flash_model_geometry *geometry);
void journal_model_free(struct journal_model *journals);

/* The program_start of the model: into either slot. */
int journal_model_program(void *port, enum flota_slot slot, uint32_t offset, const void *word);

#endif
