/* flota/pull.h - fetches firmware from a URL: when asked (struct flota_puller of ota.h), and by
 * itself each update.interval seconds.
 *
 * Lost connections, stalls and errors of the server are tried again with growing, random waits; the
 * transfer goes on where it broke off, also after a loss of power, if the server still has the same
 * file. A file that this device has refused is not fetched again before it changes. On trial the
 * server is only looked at, soon after the start: see flota_pull_was_answered().
 *
 *     flota_pull_add_keys(&config, &table);            // once, before flota_config values are used
 *     flota_pull_init(&pull, &(struct flota_pull_config){.ota = &ota, ...}, now_ms);
 *     for (;;) flota_pull_poll(&pull, now_ms);
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_PULL_H
#define FLOTA_PULL_H

#include "flota/config.h"
#include "flota/http_client.h"
#include "flota/ota.h"

#define FLOTA_PULL_REDIRECTS_MAX 5u
#define FLOTA_PULL_RETRY_MIN_MS  10000u   /* the first wait after an error; doubles ... */
#define FLOTA_PULL_RETRY_MAX_MS  3600000u /* ... up to this; a link that comes up ends it */
#define FLOTA_PULL_SPREAD_MS     300000u  /* the first poll comes within this, or one interval */
#define FLOTA_PULL_LINK_MS       5000u    /* after the link came up: within this */
#define FLOTA_PULL_TIMEOUT_MS    600000u  /* of one who asks, by default */
#define FLOTA_PULL_INTERVAL_MAX  1209600  /* seconds: two weeks */
#define FLOTA_PULL_LINES_MAX     640u
#define FLOTA_PULL_VALIDATOR_MAX 128u
#define FLOTA_PULL_ADDRESS_MAX   512u
#define FLOTA_PULL_DAMAGES_MAX   3u  /* a file that comes damaged so often is refused */
#define FLOTA_PULL_TURNS_MAX     12u /* exchanges of one try without progress, redirects included */

struct flota_pull_config {
    struct flota_ota *ota;
    const struct flota_config *config;
    const char *device_id; /* "" for none; kept by reference */
    uint32_t (*random)(void);
};

/* What identifies a file on a server. */
struct flota_pull_validator {
    char etag[FLOTA_PULL_VALIDATOR_MAX]; /* with its quotes; "" for none */
    char modified[40];                   /* Last-Modified; "" for none */
    bool modified_is_strong;             /* RFC 9110 8.8.2.2 */
};

/* A file that needs no second look: it is what runs, or was refused. */
struct flota_pull_verdict {
    int error; /* FLOTA_ERR_SAME_VERSION, or why it was refused; 0: no verdict */
    char address[FLOTA_PULL_ADDRESS_MAX];
    struct flota_pull_validator validator;
    uint8_t fingerprint[32]; /* SHA-256 of the file's first bytes */
};

enum flota_pull_state {
    FLOTA_PULL_IDLE,     /* until the next poll */
    FLOTA_PULL_WAITING,  /* to ask (again) for somebody */
    FLOTA_PULL_EXCHANGE, /* a connection stands, or is being made */
    FLOTA_PULL_INSTALLS  /* all has come: flash is at work */
};

/* What is asked of the server. */
enum flota_pull_wish {
    FLOTA_PULL_WHOLE,
    FLOTA_PULL_HEAD, /* its first bytes: is it the file of which a part is here? */
    FLOTA_PULL_REST
};

/* Treat all members as private. */
struct flota_pull {
    struct flota_pull_config config;
    enum flota_pull_state state;
    bool was_answered; /* a server had the file that was asked for */
    uint32_t now_ms;
    /* schedule */
    bool is_scheduled;
    uint32_t due_ms;  /* IDLE: the next poll; WAITING: the next try */
    int32_t interval; /* as the schedule was made for, s */
    uint8_t failures; /* in a row */
    uint8_t damages;  /* of a file that may have been damaged on its way, in a row */
    uint32_t link_ms; /* when the link was looked at */
    bool link_was_down;
    int said; /* outcome of a poll that the console knows */
    /* the job */
    bool is_asked; /* by somebody who waits for the outcome, else polled */
    void (*ended)(void *context, int result); /* of who asked */
    void *ended_context;
    bool ignore_same;
    struct flota_image_consents consents;
    uint32_t deadline_ms;
    uint32_t timeout_ms;
    uint32_t progress_ms; /* when something arrived last */
    int last_error;       /* of the try before */
    bool has_part;        /* bytes of this job have gone to flota_ota */
    bool owns;            /* it is flota_ota's owner */
    int failed_with;      /* flota_ota has ended the update */
    bool is_told;         /* flota_ota has said on the console how this try failed */
    struct flota_ota_owner owner;
    char address[FLOTA_PULL_ADDRESS_MAX]; /* as asked for */
    char detail[96];                      /* of an error, for the console */
    /* the file of which a part is here */
    bool has_transfer;
    struct flota_pull_validator transfer;
    uint8_t transfer_digest[FLOTA_IMAGE_DIGEST_SIZE];
    uint32_t kept; /* bytes of it, at the last loss */
    struct flota_pull_verdict verdict;
    /* the try: one or several exchanges */
    struct flota_url url; /* where redirects have led */
    struct flota_url origin;
    uint8_t redirects;
    uint8_t turns; /* exchanges without progress */
    enum flota_pull_wish wish;
    uint32_t offset; /* of the first byte wanted */
    bool is_known;   /* the verdict was known before */
    bool again;      /* this exchange has told what to ask next */
    uint32_t retry_after_ms;
    /* the reply */
    struct flota_pull_validator found;
    bool is_taken;      /* judged: what follows goes to flota_ota */
    bool version_known; /* and is another one, or does not matter */
    uint32_t total;     /* bytes of the file, 0: not told */
    uint32_t head_size; /* bytes gathered */
    uint32_t head_given;
    uint8_t fingerprint[32];
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    /* the connection */
    struct flota_http_get get;
    struct flota_network_dial dial;
    struct flota_http_client client;
    char lines[FLOTA_PULL_LINES_MAX];
    char user_agent[96];
};

/* Add the keys, which table is to keep: the caller's memory, by reference. update.url ("": none),
 * update.interval (s, 0: no polling), update.timeout (s without progress, after which one who asked
 * is told), update.commit_timeout (s to confirm in, 0: default), update.extra_http_headers (lines;
 * only to the host that the URL names), update.ssl_ca_file (refused when set: no TLS here). */
/* Add the keys; table: the caller's memory for them, kept by reference. update.url ("": none),
 * update.interval (s, 0: no polling), update.timeout (s without progress, after which one who asked
 * is told), update.commit_timeout (s to confirm in, 0: default), update.extra_http_headers (lines;
 * only for the host that the URL names), update.ssl_ca_file (refused when set: no TLS here). */
void flota_pull_add_keys(struct flota_config *config, struct flota_config_table *table);

void flota_pull_init(struct flota_pull *pull, const struct flota_pull_config *config,
                     uint32_t now_ms);

/* One turn: schedule, connection, installation. Bounded work; call it at each turn. Returns
 * FLOTA_UPDATER_GOES_ON when there is work that needs no waiting, else FLOTA_UPDATER_NEEDS_INPUT.
 */
int flota_pull_poll(struct flota_pull *pull, uint32_t now_ms);

/* Since the start a server had the file that was asked for: this firmware can be replaced. */
bool flota_pull_was_answered(const struct flota_pull *pull);

/* Fetch now: struct flota_puller's start(), pull is its context. One who asks comes before a poll
 * that has not begun to install. Errors before anything arrived end it; later ones are tried again
 * until the time without progress is over.
 *
 * Returns 0, FLOTA_ERR_UPDATE_BUSY, _URL_BAD, _URL_SCHEME or _ON_TRIAL. */
int flota_pull_start(void *pull, const struct flota_pull_request *request);

#endif
