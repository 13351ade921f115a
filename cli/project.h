/* project.h - the project in the present folder: flota.yml, or the mos.yml of Mongoose OS.
 *
 *     struct project project;
 *     int result = project_read(argv[0], &project);
 *     if (result == EXIT_DONE)
 *         ... project.board ...
 *     project_free(&project);
 *
 * What is not said has a default. docs: flota.yml of templates/minimal names every key.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_H
#define FLOTA_CLI_PROJECT_H

#include "project_modules.h"
#include "yaml_tree.h"
#include <stdint.h>

#define PROJECT_FILE     "flota.yml"
#define PROJECT_MOS_FILE "mos.yml"

/* What a build leaves, from the project's folder. */
#define PROJECT_BUILD     "build"
#define PROJECT_GENERATED "build/generated"
#define PROJECT_IMAGE     "build/fw.bin"
#define PROJECT_PROGRAM   "build/fw.elf"
#define PROJECT_BUNDLE    "build/fw.zip"

#define PROJECT_LIST_MAX  64u
#define PROJECT_KEYS_MAX  48u /* a device answers for 58, those of the modules included */
#define PROJECT_TRUST_MAX 4u
#define PROJECT_SIZE_TEXT 32u /* of a text in the information block, with its zero */

/* Its texts live in the tree, or are literals. */
struct project_list {
    const char *values[PROJECT_LIST_MAX];
    size_t lines[PROJECT_LIST_MAX];
    size_t count;
};

struct project_key {
    const char *key;
    char type; /* 'b', 'i' or 's' */
    const char *value;
    bool is_secret;
};

enum project_auth { PROJECT_AUTH_NONE, PROJECT_AUTH_TOKEN, PROJECT_AUTH_BASIC };

struct project {
    struct yaml_tree tree; /* the texts below live here */
    bool is_mos;
    const char *name, *product, *board, *version;
    bool modules[PROJECT_MODULE_COUNT];
    struct project_key keys[PROJECT_KEYS_MAX];
    size_t key_count;
    struct project_list sources, defines, cflags;
    const char *page; /* dashboard.json, or index.html; NULL: none */
    bool has_address; /* else DHCP */
    uint32_t address, mask, gateway, dns;
    enum project_auth auth;
    const char *user, *secret;
    bool confirm_explicit;
    uint32_t commit_timeout_s, confirm_after_s; /* 0: the default */
    bool signatures_required;
    struct project_list trusted; /* base64 of the public half, or a file with a key */
    uint32_t security_epoch;
    char folder_name[PROJECT_SIZE_TEXT]; /* what `name` is without `name:` */
};

/* Is there a project in the present folder? */
bool project_exists(void);

/* Read it. Returns EXIT_DONE; EXIT_USAGE after having said what is wrong and where, or that there
 * is no project. command names who asks. To be freed in any case. */
int project_read(const char *command, struct project *project);
void project_free(struct project *project);

bool project_is_host(const struct project *project); /* its board is "host" */

/* Is its page a dashboard description? Then the build makes glue.h, glue.c and page.c. */
bool project_has_dashboard(const struct project *project);

/* --- for the files that read a part of it --- */

/* Each returns false after having said what is wrong. */
bool project_take_keys(struct project *project, const yaml_node_t *schema);
bool project_take_list(struct project *project, const yaml_node_t *node, struct project_list *list);
bool project_take_text(struct project *project, const yaml_node_t *node, const char **text);
bool project_read_flota(struct project *project);
bool project_read_mos(struct project *project);

#endif
