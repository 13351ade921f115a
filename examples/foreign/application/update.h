/* update.h - takes a new firmware in, piece by piece.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef UPDATE_H
#define UPDATE_H

#include <stdbool.h>
#include <stdint.h>

void update_begin(uint32_t size);
void update_write(const uint8_t *data, uint32_t size);
bool update_end(void);   /* is it complete? */
void update_apply(void); /* start it; does not come back */
void update_boot(void);  /* at each start */

#endif
