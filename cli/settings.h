/* settings.h - what was not said on the command line: environment, project file, the user's file.
 *
 *     FLOTA_COMMIT_TIMEOUT=60       the environment, for --commit-timeout
 *     port: http://192.168.0.10     flota.yml in the present folder, for --port
 *     commit-timeout = 60           $XDG_CONFIG_HOME/flota/config, else ~/.config/flota/config
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_SETTINGS_H
#define FLOTA_CLI_SETTINGS_H

/* The value of an option by its name, "commit-timeout"; NULL: none. Valid as long as the program
 * runs. Not for threads. */
const char *settings_find(const char *name);

/* The port of the project in the present folder: that of its running sim, else what flota.yml says;
 * NULL: none. */
const char *project_default_port(void);

#endif
