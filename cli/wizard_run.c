/* wizard_run.c - jobs as the wizard's page asks for them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void respond_number(struct flota_http_connection *connection, const char *name, int number)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, name, number);
    wizard_respond_json(connection, 200, answer);
}

static void respond_job(struct flota_http_connection *connection, const char *what, int result)
{
    char cause[128];
    if (result > 0) {
        respond_number(connection, "job", result);
        return;
    }
    snprintf(cause, sizeof cause, result == 0 ? "%s runs already" : "%s could not be started: %s",
             what, strerror(errno));
    wizard_refuse(connection, result == 0 ? 409 : 500, cause,
                  result == 0 ? "wait for its end, or stop it" : "end other programs");
}

static void run_words(struct wizard *wizard, struct flota_http_connection *connection,
                      enum wizard_what what)
{
    const char *const words[] = {wizard_what_words[what], NULL};
    respond_job(connection, words[0], wizard_jobs_start(&wizard->jobs, what, words));
}

static void run_sim(struct wizard *wizard, struct flota_http_connection *connection,
                    const cJSON *asked)
{
    bool fresh = cJSON_IsTrue(cJSON_GetObjectItem(asked, "fresh"));
    respond_job(connection, "the device here", wizard_jobs_start_sim(&wizard->jobs, fresh));
}

static void run_try(struct wizard *wizard, struct flota_http_connection *connection)
{
    const char *const words[] = {"build", NULL};
    int result = wizard_jobs_start(&wizard->jobs, WIZARD_BUILD, words);
    if (result > 0)
        wizard->jobs.sim_after_build = true;
    respond_job(connection, "build", result);
}

/* --- send --- */

/* The words of `flota ota`, and what holds them. */
struct send_words {
    const char *words[2 * WIZARD_PORTS_MAX + 8];
    size_t count;
    char sim[128]; /* the address of the device here */
};

static void add(struct send_words *send, const char *word)
{
    send->words[send->count++] = word;
}

static bool find_sim(const struct wizard *wizard, char address[128])
{
    cJSON *state = cJSON_CreateObject();
    wizard_jobs_describe(&wizard->jobs, state);
    const char *http =
        cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(state, "sim"), "http"));
    bool found = http && snprintf(address, 128, "%s", http) < 128;
    cJSON_Delete(state);
    return found;
}

/* An address is one word, and no option. Which ways in there are the tool says itself. */
static bool is_address(const cJSON *port)
{
    const char *text = cJSON_GetStringValue(port);
    if (!text || !text[0] || text[0] == '-' || strlen(text) > 200)
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return false;
    return true;
}

static const char *add_ports(const struct wizard *wizard, struct send_words *send,
                             const cJSON *ports)
{
    const cJSON *port;
    int count = cJSON_GetArraySize(ports);
    if (!cJSON_IsArray(ports) || count < 1 || count > (int)WIZARD_PORTS_MAX)
        return "no device is named, or more than 64";
    cJSON_ArrayForEach(port, ports)
    {
        if (!is_address(port))
            return "an address of a device is empty, or holds spaces";
        bool is_sim = strcmp(port->valuestring, "sim") == 0;
        if (is_sim && !find_sim(wizard, send->sim))
            return "no device runs here";
        add(send, "--port");
        add(send, is_sim ? send->sim : port->valuestring);
    }
    return NULL;
}

/* The environment is the child's alone to see; a command line is everybody's. */
static int start_send(struct wizard *wizard, const struct send_words *send, const char *creds)
{
    const char *present = getenv("FLOTA_CREDS");
    char *before = present ? strdup(present) : NULL;
    if (creds && creds[0])
        setenv("FLOTA_CREDS", creds, 1);
    int result = wizard_jobs_start(&wizard->jobs, WIZARD_SEND, send->words);
    if (before)
        setenv("FLOTA_CREDS", before, 1);
    else
        unsetenv("FLOTA_CREDS");
    free(before);
    return result;
}

static void run_send(struct wizard *wizard, struct flota_http_connection *connection,
                     const cJSON *asked)
{
    struct send_words send = {.count = 0};
    const char *creds = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "creds"));
    add(&send, "ota");
    add(&send, "--json");
    const char *wrong = add_ports(wizard, &send, cJSON_GetObjectItem(asked, "ports"));
    if (creds && creds[0] == '@')
        wrong = "credentials begin with '@', which would name a file";
    if (wrong) {
        wizard_refuse(connection, 400, wrong,
                      "give addresses like http://192.168.0.10, or sim while it runs");
        return;
    }
    respond_job(connection, "send", start_send(wizard, &send, creds));
}

/* --- stop --- */

static void run_stop(struct wizard *wizard, struct flota_http_connection *connection,
                     const cJSON *asked)
{
    const cJSON *number = cJSON_GetObjectItem(asked, "job");
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "stopped");
    for (size_t i = 0; i < WIZARD_WHATS; i++) {
        unsigned job = wizard->jobs.jobs[i].number;
        if (number && (!cJSON_IsNumber(number) || (double)job != number->valuedouble))
            continue;
        if (wizard_jobs_stop(&wizard->jobs, job))
            cJSON_AddItemToArray(list, cJSON_CreateNumber(job));
    }
    wizard_respond_json(connection, 200, answer);
}

void wizard_post_run(struct wizard *wizard, struct flota_http_connection *connection,
                     const char *body, size_t size)
{
    cJSON *asked = wizard_read_object(connection, body, size);
    const char *what = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "what"));
    if (!asked)
        return;
    if (what && strcmp(what, "generate") == 0)
        run_words(wizard, connection, WIZARD_GENERATE);
    else if (what && strcmp(what, "build") == 0)
        run_words(wizard, connection, WIZARD_BUILD);
    else if (what && strcmp(what, "sim") == 0)
        run_sim(wizard, connection, asked);
    else if (what && strcmp(what, "try") == 0)
        run_try(wizard, connection);
    else if (what && strcmp(what, "send") == 0)
        run_send(wizard, connection, asked);
    else if (what && strcmp(what, "stop") == 0)
        run_stop(wizard, connection, asked);
    else
        wizard_refuse(connection, 400, "there is no such job",
                      "it is generate, build, sim, try, send or stop");
    cJSON_Delete(asked);
}
