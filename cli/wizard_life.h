/* wizard_life.h - what the live page's device seems to measure and to report.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_LIFE_H
#define FLOTA_CLI_WIZARD_LIFE_H

#include "wizard_tables.h"

struct wizard_life {
    uint32_t moved_ms, reported_ms;
    unsigned reports;
};

/* Read-only numbers move slowly within their limits; an entry of an events endpoint comes each few
 * seconds. */
void wizard_life_turn(struct wizard_life *life, struct wizard_tables *tables, uint32_t now_ms);

#endif
