/* It hangs after half a second. SPDX-License-Identifier: Apache-2.0 */
#define FLOTA_PRODUCT "flota-guard-probe"
#define FLOTA_NAME    "hang"
#define FLOTA_VERSION "1.0.0"
#define PROBE_RUNS_MS 500
#define PROBE_FAULTS  0
