/* verdict.h - judge an image on the host by the checks that the device makes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_VERDICT_H
#define FLOTA_CLI_VERDICT_H

#include "file.h"
#include "flota/image.h"

#define IMAGE_AREA_SIZE 917504u /* sectors 0 to 6 of a bank: RM0399 chapter 4 */

/* The block as it stands in the file, judged or not. Returns false when there is none (no magic).
 */
bool verdict_raw_info(const struct file *file, struct flota_image_info *info);

/* Has a build left the block unsealed? */
bool verdict_is_unsealed(const struct flota_image_info *info);

/* All that a device could find wrong with the file by itself: vector table, block, link address,
 * size, SHA-256. Board, product and version are compared by the device. Returns 0 or the
 * FLOTA_ERR_IMAGE_*. */
int verdict(const struct file *file);

/* Its two halves: what the first bytes tell a device that runs this firmware, of this board and
 * product; and whether the content is the one that a sound block describes. */
int verdict_head(const struct file *file, const struct flota_image_info *running);
int verdict_content(const struct file *file);

/* The first of them, with what a person has consented to. */
int verdict_head_with(const struct file *file, const struct flota_image_info *running,
                      const struct flota_image_consents *consents);

/* Say what is wrong with a file, why, and what to do. remedy: NULL for the error's own. Returns
 * EXIT_OTHER. */
int verdict_complain(const char *command, const char *path, int error, const char *remedy);

#endif
