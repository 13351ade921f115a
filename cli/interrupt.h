/* interrupt.h - Ctrl-C, and time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_INTERRUPT_H
#define FLOTA_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on Ctrl-C and SIGTERM are noted instead of ending the program; a second one ends it. */
void interrupt_watch(void);

bool interrupt_pending(void);

/* Seconds that never go back. */
double clock_s(void);

/* Wait; ends early, with false, when interrupted. */
bool clock_wait(double seconds);

/* Milliseconds until a moment of clock_s(), for poll(): 0 to most. */
int clock_left_ms(double deadline_s, int most);

#endif
