/* Project 1 without the three lines: DHCP. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project1/flota_config.h"
#undef FLOTA_TCPIP_IP
#undef FLOTA_TCPIP_GW
#undef FLOTA_TCPIP_MASK
