/* doctor.h - findings of flota doctor.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DOCTOR_H
#define FLOTA_CLI_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor {
    const char *command;
    const char *port; /* --port; NULL: none */
    bool json;
    unsigned count[3]; /* by level */
};

/* Say one finding. remedy: NULL when there is nothing to do. */
void doctor_say(struct doctor *doctor, enum doctor_level level, const char *what,
                const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* doctor_devices.c: what leads to a device. address: the static one of the project; 0: none. */
void doctor_check_serial(struct doctor *doctor);
void doctor_check_network(struct doctor *doctor, uint32_t address);

#endif
