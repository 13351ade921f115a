/* glue.h - what dashboard.json says, for C: nothing but the page, as project1 has no data endpoint.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GLUE_H
#define GLUE_H

#include "flota/flota.h"

#endif
