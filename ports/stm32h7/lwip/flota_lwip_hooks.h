/* flota_lwip_hooks.h - what lwIP's hooks in lwipopts.h call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_LWIP_HOOKS_H
#define FLOTA_LWIP_HOOKS_H

#include "flota/port.h"

#endif
