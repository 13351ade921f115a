/* http.h - the pump's page, and POST /update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>

void http_start(void);
bool http_wants_restart(void); /* an update was taken, and the answer is out */

#endif
