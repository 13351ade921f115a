/* doctor.c - flota doctor: what builds, flashing and devices need, one line each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "doctor.h"
#include "command.h"
#include "home.h"
#include "project.h"
#include "usage.h"
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doctor_say(struct doctor *doctor, enum doctor_level level, const char *what,
                const char *remedy, const char *format, ...)
{
    static const char *const words[] = {"ok", "warn", "fail"};
    char finding[512];
    va_list values;
    va_start(values, format);
    vsnprintf(finding, sizeof finding, format, values);
    va_end(values);
    doctor->count[level]++;
    if (doctor->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "event", "check");
        cJSON_AddStringToObject(object, "what", what);
        cJSON_AddStringToObject(object, "level", words[level]);
        cJSON_AddStringToObject(object, "finding", finding);
        if (remedy)
            cJSON_AddStringToObject(object, "remedy", remedy);
        char *text = cJSON_PrintUnformatted(object);
        puts(text ? text : "{}");
        free(text);
        cJSON_Delete(object);
        return;
    }
    printf("%-4s  %s: %s\n", words[level], what, finding);
    if (remedy && level != DOCTOR_OK)
        printf("      To do: %s.\n", remedy);
}

/* --- programs --- */

struct program {
    const char *name;
    const char *what;
    const char *option; /* that shows the version */
    const char *remedy;
};

static bool look_at(struct doctor *doctor, const struct program *program, enum doctor_level missing)
{
    char path[PROCESS_PATH_SIZE], version[256];
    char *arguments[] = {path, (char *)(uintptr_t)program->option, NULL};
    if (!process_find(program->name, path)) {
        doctor_say(doctor, missing, program->what, program->remedy, "%s is not installed",
                   program->name);
        return false;
    }
    if (!process_first_line(arguments, version, sizeof version)) {
        doctor_say(doctor, missing, program->what, program->remedy, "%s does not run", path);
        return false;
    }
    doctor_say(doctor, DOCTOR_OK, program->what, NULL, "%s, %s", path, version);
    return true;
}

static void check_build(struct doctor *doctor, const struct project *project)
{
    static const struct program arm = {"arm-none-eabi-gcc", "compiler for boards", "--version",
                                       "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"};
    static const struct program cc = {"cc", "compiler for the board host", "--version",
                                      "apt-get install gcc"};
    static const struct program rest[] = {
        {"cmake", "cmake", "--version", "apt-get install cmake"},
        {"ninja", "ninja", "--version", "apt-get install ninja-build"}};
    bool is_host = project && project_is_host(project), is_board = project && !is_host;
    look_at(doctor, &arm, is_board ? DOCTOR_FAIL : DOCTOR_WARN);
    look_at(doctor, &cc, is_host ? DOCTOR_FAIL : DOCTOR_WARN);
    for (size_t i = 0; i < 2; i++)
        look_at(doctor, &rest[i], DOCTOR_FAIL);
}

static void check_programmer(struct doctor *doctor)
{
    static const struct program openocd = {"openocd", "programmer", "--version", ""};
    static const struct program st_flash = {"st-flash", "programmer", "--version", ""};
    char path[PROCESS_PATH_SIZE];
    if (process_find("openocd", path))
        look_at(doctor, &openocd, DOCTOR_WARN);
    else if (process_find("st-flash", path))
        look_at(doctor, &st_flash, DOCTOR_WARN);
    else
        doctor_say(doctor, DOCTOR_WARN, "programmer",
                   "apt-get install openocd (or stlink-tools), if you flash a real board",
                   "neither openocd nor st-flash is installed");
}

/* --- Flota's own --- */

static void check_home(struct doctor *doctor)
{
    static const struct {
        const char *path, *what, *remedy;
    } parts[] = {
        {"cmake/project/CMakeLists.txt", "Flota's sources",
         "export FLOTA_HOME=FOLDER, the one with Flota's src and cmake"},
        {".deps/lwip", "sources of the libraries that Flota uses",
         "scripts/deps in Flota's folder"},
    };
    char path[PROCESS_PATH_SIZE];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (home_path(parts[i].path, path))
            doctor_say(doctor, DOCTOR_OK, parts[i].what, NULL, "%s", path);
        else
            doctor_say(doctor, i == 0 ? DOCTOR_FAIL : DOCTOR_WARN, parts[i].what, parts[i].remedy,
                       "%s is not there", path);
}

static void check_sims(struct doctor *doctor)
{
    static const char *const names[][2] = {{"flota-vboard", "the virtual board"},
                                           {"flota-host", "the board host"}};
    char path[PROCESS_PATH_SIZE];
    for (size_t i = 0; i < 2; i++)
        if (home_program(names[i][0], path))
            doctor_say(doctor, DOCTOR_OK, names[i][1], NULL, "%s", path);
        else
            doctor_say(doctor, DOCTOR_WARN, names[i][1], "make host in Flota's folder",
                       "%s is not there", names[i][0]);
}

/* --- the project --- */

/* Returns whether there is one that can be read. */
static bool check_project(struct doctor *doctor, struct project *project)
{
    if (!project_exists()) {
        *project = (struct project){0};
        doctor_say(doctor, DOCTOR_OK, "project", NULL, "none in this folder");
        return false;
    }
    if (project_read(doctor->command, project) == EXIT_DONE) {
        doctor_say(doctor, DOCTOR_OK, "project", NULL, "%s: %s %s for %s", project->tree.path,
                   project->name, project->version, project->board);
        return true;
    }
    doctor_say(doctor, DOCTOR_FAIL, "project", "correct the line that is named above",
               "its file has a mistake");
    return false;
}

static int run(struct doctor *doctor)
{
    struct project project;
    bool is_good = check_project(doctor, &project);
    check_build(doctor, is_good ? &project : NULL);
    check_home(doctor);
    check_sims(doctor);
    check_programmer(doctor);
    doctor_check_serial(doctor);
    doctor_check_network(doctor, is_good && project.has_address ? project.address : 0);
    project_free(&project);
    if (!doctor->json)
        printf("%u ok, %u warnings, %u failures\n", doctor->count[DOCTOR_OK],
               doctor->count[DOCTOR_WARN], doctor->count[DOCTOR_FAIL]);
    return doctor->count[DOCTOR_FAIL] ? EXIT_OTHER : EXIT_DONE;
}

int command_doctor(int argc, char **argv)
{
    struct doctor doctor = {.command = argv[0]};
    const struct usage_option options[] = {
        USAGE_TEXT("port", 'p', "PORT", &doctor.port,
                   "The device that should be reached: http://ADDRESS ..."),
        USAGE_FLAG("json", 'j', &doctor.json, "Write findings, one JSON object per line"),
        {0}};
    const struct usage usage = {
        "",
        "Look for what is missing on this computer: compilers, programs, permissions, network.\v"
        "warn: needed for some things only. Exit code 1: something failed.",
        options,
        NULL,
        0,
        0};
    usage_read(&usage, argc, argv);
    return run(&doctor);
}
