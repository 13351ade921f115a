/* apply.c - the other bank becomes the first one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash.h"
#include "settings.h"
#include "update.h"

void update_apply(void)
{
    settings.update_pending = 1;
    settings_save_for_new_firmware();
    flash_swap_banks();
    system_reset();
}

/* The first start of a new firmware: it runs, so it is good. */
void update_boot(void)
{
    if (!settings.update_pending)
        return;
    settings.update_pending = 0;
    settings.update_count++;
    settings_save();
}
