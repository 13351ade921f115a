/* board.h - console, clock tick, and what to do when nothing helps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void board_init(void);
void board_print(const char *text);
uint32_t board_ms(void);
void board_pin_alternate(char port, unsigned pin, unsigned function);

/* Something that cannot be. */
_Noreturn void Error_Handler(void);

#endif
