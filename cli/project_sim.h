/* project_sim.h - what the commands for devices take from the project: its image, its running sim.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_SIM_H
#define FLOTA_CLI_PROJECT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_FILE   "build/sim.json"
#define SIM_FLASH  "build/sim.flash"
#define SIM_SERIAL "build/sim.tty"

/* The image that a build has left in the project of the present folder, "build/fw.bin"; NULL:
 * none. */
const char *project_default_image(void);

/* The address of the sim that runs for the project of the present folder, "http://127.0.0.1:8000";
 * NULL: none runs. Valid as long as the program runs; not for threads. */
const char *project_sim_port(void);

/* Ports of this machine that lead to the device's. */
struct sim_ports {
    uint32_t http, tcp, udp, board; /* board: the virtual board's own page; 0: none */
};

/* Write SIM_FILE, and hold it: as long as this program lives, project_sim_port() finds it. Returns
 * a file descriptor; -1: another sim of this project runs; -2: it cannot be written. */
int sim_file_open(void);
bool sim_file_write(int file, const struct sim_ports *ports);

/* Does a sim of this project run? */
bool sim_is_running(void);

#endif
