/* page_heat.h - the flash by pages of 4 KB, as the board page's heat map asks for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PAGE_HEAT_H
#define VBOARD_PAGE_HEAT_H

#include "board.h"

#include <stdio.h>

void page_heat_json(FILE *out, const struct board *board);

#endif
