/* The bench's firmware. SPDX-License-Identifier: Apache-2.0 */
#define FLOTA_PRODUCT "flota-bench"
#define FLOTA_NAME    "login"
#define FLOTA_VERSION "1.0.0"
