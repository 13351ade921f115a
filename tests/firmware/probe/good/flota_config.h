/* It runs on and feeds the watchdog. SPDX-License-Identifier: Apache-2.0 */
#define FLOTA_PRODUCT "flota-guard-probe"
#define FLOTA_NAME    "good"
#define FLOTA_VERSION "1.0.0"
#define PROBE_RUNS_MS 0
#define PROBE_FAULTS  0
