/* journal_model.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_model.h"

/* The model guards the bank that runs, but the guard writes its journal. */
int journal_model_program(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct journal_model *journals = port;
    uint32_t active = journals->model.active;
    if (slot == FLOTA_SLOT_ACTIVE)
        journals->model.active = 1 - active;
    int result = journals->program_spare(port, FLOTA_SLOT_SPARE, offset, word);
    journals->model.active = active;
    return result;
}

void journal_model_init(struct journal_model *journals, const struct flash_model_geometry *geometry)
{
    flash_model_init(&journals->model, geometry);
    journals->model.geometry.image_sector_count = geometry->sector_count; /* journal: writable */
    journals->program_spare = journals->model.flash.program_start;
    journals->model.flash.program_start = journal_model_program;
}

void journal_model_free(struct journal_model *journals)
{
    flash_model_free(&journals->model);
}
