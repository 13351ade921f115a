/* wizard_preview.h - the live page: the generated page of a description, and the device's own REST,
 * events and access over tables made of it.
 *
 * Thread safety: one caller.  Allocation: heap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_PREVIEW_H
#define FLOTA_CLI_WIZARD_PREVIEW_H

#include "dashboard.h"
#include "generate.h"
#include <poll.h>

struct wizard_preview;

/* Listen on a free port, with nothing to show. NULL with errno. */
struct wizard_preview *wizard_preview_new(uint32_t now_ms);
void wizard_preview_free(struct wizard_preview *preview);

uint16_t wizard_preview_port(const struct wizard_preview *preview);

/* Show this description from now on; both are taken. Values stay where names and types stay.
 * Connections of the page before are closed: their browsers come again by themselves. */
void wizard_preview_show(struct wizard_preview *preview, struct dashboard *dashboard,
                         struct generated_page *page);

/* What is shown; NULL: nothing yet. */
const struct dashboard *wizard_preview_dashboard(const struct wizard_preview *preview);

/* Who shows no session has this level. Returns false when it is none, 0 to 9. */
bool wizard_preview_set_level(struct wizard_preview *preview, unsigned level);

size_t wizard_preview_watch(const struct wizard_preview *preview, struct pollfd *fds, size_t count);
void wizard_preview_turn(struct wizard_preview *preview, uint32_t now_ms);

#endif
