/* wizard.h - what the files of `flota wizard` share.
 *
 * One thread, one poll() loop, two servers: the wizard (wizard_http.h, wizard_requests.c) and the
 * live page (wizard_preview.h). Its folder is the present one. The contract with the page:
 * web/wizard/API.md.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_H
#define FLOTA_CLI_WIZARD_H

#include "process.h"
#include "wizard_events.h"
#include "wizard_http.h"
#include "wizard_jobs.h"
#include "wizard_net.h"
#include "wizard_preview.h"

#define WIZARD_DESCRIPTION "dashboard.json"

struct wizard {
    const char *command;
    char folder[PROCESS_PATH_SIZE];
    char token[WIZARD_TOKEN_SIZE];
    struct wizard_net pages;
    struct flota_http_server server;
    struct flota_http_route route;
    struct wizard_events events;
    struct wizard_jobs jobs;
    struct wizard_preview *preview;
    uint64_t seen[2]; /* digests of dashboard.json and flota.yml, when they were looked at last */
    uint32_t looked_ms;
};

/* --- wizard_project.c --- */

void wizard_get_project(struct wizard *wizard, struct flota_http_connection *connection,
                        const char *body, size_t size);
void wizard_post_template(struct wizard *wizard, struct flota_http_connection *connection,
                          const char *body, size_t size);

/* Is there a C file where projects have theirs? */
bool wizard_has_sources(void);

/* --- wizard_save.c --- */

void wizard_post_save(struct wizard *wizard, struct flota_http_connection *connection,
                      const char *body, size_t size);

/* Digests of dashboard.json and flota.yml; 0: not there. As text: 33 bytes and a zero. */
void wizard_digests(uint64_t digests[2]);
void wizard_digest_text(const uint64_t digests[2], char text[40]);

/* Tell when a file has been changed by somebody else. */
void wizard_watch_files(struct wizard *wizard, uint32_t now_ms);

/* --- wizard_check.c --- */

void wizard_post_check(struct wizard *wizard, struct flota_http_connection *connection,
                       const char *body, size_t size);

/* The live page of what is on disk, or of the smallest description. */
void wizard_show_saved(struct wizard *wizard);

/* The text of dashboard.json, or of the smallest description; to be freed. */
char *wizard_description(const struct wizard *wizard);

/* --- wizard_run.c --- */

void wizard_post_run(struct wizard *wizard, struct flota_http_connection *connection,
                     const char *body, size_t size);

/* --- wizard_export.c --- */

void wizard_post_export(struct wizard *wizard, struct flota_http_connection *connection,
                        const char *body, size_t size);

/* --- words that several say --- */

/* A JSON object out of a body, or NULL after having answered. */
cJSON *wizard_read_object(struct flota_http_connection *connection, const char *body, size_t size);

/* The project's name: the folder's, with nothing in it that a name can't have. */
void wizard_project_name(const struct wizard *wizard, char name[32]);

#endif
