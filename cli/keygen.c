/* keygen.c - flota keygen: make a signing key, or show the public half of one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "key_file.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int descriptor, const char *text)
{
    size_t size = strlen(text), written = 0;
    while (written < size) {
        ssize_t step = write(descriptor, text + written, size - written);
        if (step < 0 && errno != EINTR)
            return false;
        written += step > 0 ? (size_t)step : 0;
    }
    return fsync(descriptor) == 0;
}

/* A key that is overwritten is lost, and with it the devices that know it: an existing file stays.
 */
static bool save(const char *command, const char *path, const char *pem)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", command, path, strerror(errno),
                errno == EEXIST ? "choose another name; a key is never overwritten"
                                : "choose a folder that is there and can be written");
        return false;
    }
    bool done = write_all(descriptor, pem);
    int error = errno;
    done = close(descriptor) == 0 && done;
    if (!done) {
        unlink(path);
        fprintf(stderr, "%s: %s: %s\n", command, path, strerror(error));
    }
    return done;
}

static bool make(const char *command, const char *path, struct crypto_key *key)
{
    char pem[CRYPTO_PEM_MAX];
    bool made = crypto_generate(key) && crypto_write_pem(key, pem);
    if (!made)
        fprintf(stderr, "%s: the system gave no random numbers\n", command);
    bool saved = made && save(command, path, pem);
    crypto_forget(pem, sizeof pem);
    if (saved)
        fprintf(stderr, "made %s: keep it secret, and a copy of it elsewhere\n", path);
    return saved;
}

static void print_text(const char *text, const char *fingerprint, uint32_t slot)
{
    printf("public key    %s\n", text);
    printf("fingerprint   %s\n", fingerprint);
    printf("#define FLOTA_KEY_%u \"%s\"\n", (unsigned)slot, text);
}

static void print_json(const char *text, const char *fingerprint, uint32_t slot)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "public_key", text);
    cJSON_AddStringToObject(object, "fingerprint", fingerprint);
    cJSON_AddNumberToObject(object, "slot", slot);
    char *line = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    puts(line ? line : "{}");
    free(line);
}

static void show(const struct crypto_key *key, uint32_t slot, bool json)
{
    char text[KEY_TEXT_SIZE], fingerprint[KEY_FINGERPRINT_SIZE];
    key_text(key, text);
    key_fingerprint(key, fingerprint);
    (json ? print_json : print_text)(text, fingerprint, slot);
}

int command_keygen(int argc, char **argv)
{
    const char *out = NULL, *public = NULL;
    struct usage_number slot = {0};
    bool json = false;
    const struct usage_option options[] = {
        USAGE_TEXT("out", 'o', "KEY.pem", &out, "Make a new private key in this new file"),
        USAGE_TEXT("public", 'p', "KEY.pem", &public, "Show the public half of this key instead"),
        USAGE_NUMBER("slot", 's', "N", &slot, "The slot, 0 to 3, that the printed line names"),
        USAGE_FLAG("json", 'j', &json, "Write one JSON object"),
        {0}};
    const struct usage usage = {
        "",
        "Make a P-256 key that signs firmware, and print its public half for flota_config.h.\v"
        "The file is readable by you alone and is never overwritten. Slot 0 is the root key: it "
        "alone replaces and revokes keys, so keep it offline and sign with another.",
        options,
        NULL,
        0,
        0};
    struct crypto_key key;
    usage_read(&usage, argc, argv);
    if (!out == !public)
        return usage_complain(argv[0], "give either --out or --public");
    if (slot.value >= KEY_COUNT_MAX)
        return usage_complain(argv[0], "a device has the key slots 0 to 3");
    if (!(out ? make(argv[0], out, &key) : key_file_read(argv[0], public, &key)))
        return EXIT_OTHER;
    show(&key, slot.value, json);
    crypto_forget(&key, sizeof key);
    return EXIT_DONE;
}
