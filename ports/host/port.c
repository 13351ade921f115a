/* port.c - flota/port.h on Linux: clock, random numbers, how the run began, sleep.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "host_chip.h"
#include "host_port.h"
#include "host_wait.h"
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define IDLE_MS  20 /* without an event; fifty devices share a machine */
#define FLASH_MS 1  /* while an erase runs: nothing else tells its end */

struct host_flash host_flash;
static const struct flota_port port = {&host_flash.flash, &host_platform};
static struct flota_port_start start;

/* image_info.c: the block as the linker knew it, filled with the sealed one here. */
extern struct flota_image_info flota_image_info;

static uint64_t machine_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

uint32_t flota_port_now_ms(void)
{
    static uint64_t begin_ms;
    const struct host_chip *chip = host_chip();
    uint64_t now_ms = machine_ms();
    if (begin_ms == 0)
        begin_ms = now_ms;
    return (uint32_t)((now_ms - begin_ms) * chip->time_scale + chip->clock_offset_ms);
}

/* On the board the running image lies in flash; here its block is copied out of it: the sealed
 * bytes, with size, build id and guard. */
static void read_image_info(void)
{
    memcpy(&flota_image_info, host_flash_active(&host_flash) + FLOTA_IMAGE_INFO_OFFSET,
           sizeof flota_image_info);
}

static void read_start(const struct host_chip *chip)
{
    start = (struct flota_port_start){.decision = chip->decision,
                                      .power_on = chip->power_on,
                                      .reset_cause = chip->reset_cause,
                                      .last_words = chip->last_words};
}

const struct flota_port *flota_port_init(void)
{
    const struct host_chip *chip = host_chip();
    (void)flota_port_now_ms();
    if (host_flash_open(&host_flash, host_chip_flash()) != 0)
        host_panic("the flash file cannot be mapped");
    host_flash.now_ms = flota_port_now_ms;
    host_flash.erase_ms = chip->erase_ms;
    read_image_info();
    read_start(chip);
    host_fault_init();
    return &port;
}

const struct flota_port_start *flota_port_start(void)
{
    return &start;
}

const char *flota_port_reset_text(uint32_t reset_cause)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } texts[] = {{HOST_RESET_POWER, "power-on"},
                 {HOST_RESET_WATCHDOG, "watchdog"},
                 {HOST_RESET_FAULT, "fault"},
                 {HOST_RESET_BUTTON, "button"},
                 {HOST_RESET_SOFTWARE, "software"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (reset_cause & texts[i].flag)
            return texts[i].text;
    }
    return "unknown";
}

/* Words of a run that has not ended badly say nothing but how far it came. */
void flota_port_milestone(uint32_t milestone)
{
    struct flota_last_words *words = &host_chip()->words;
    memcpy(words->tag, flota_image_info.digest, sizeof words->tag);
    words->milestone = milestone;
    words->valid = true;
}

/* A process has what the machine gives it: not known. */
void flota_port_memory(uint32_t *size, uint32_t *unused)
{
    *size = 0;
    *unused = 0;
}

uint32_t flota_port_random(void)
{
    uint32_t value;
    if (getrandom(&value, sizeof value, 0) != sizeof value)
        host_panic("no random numbers");
    return value;
}

/* A word takes no time here: its end has happened already, and sockets are looked at only. */
void flota_port_idle(void)
{
    bool worked = host_flash.worked;
    host_flash.worked = false;
    if (worked)
        host_wait_sleep(0);
    else
        host_wait_sleep(host_flash.erasing ? FLASH_MS : IDLE_MS);
}
