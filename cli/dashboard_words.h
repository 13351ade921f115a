/* dashboard_words.h - names that C programs have already.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DASHBOARD_WORDS_H
#define FLOTA_CLI_DASHBOARD_WORDS_H

/* All end with NULL. */
extern const char *const dashboard_c_words[];
extern const char *const dashboard_macro_starts[];
extern const char *const dashboard_macro_ends[];
extern const char *const dashboard_tags[];

#endif
