/* keys.c - flota keys: a statement by the root key that replaces or revokes a key of devices.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "file.h"
#include "flota/signature.h"
#include "key_file.h"
#include <stdio.h>
#include <string.h>

struct wishes {
    const char *command;
    const char *action;
    const char *root;
    const char *new_key;
    const char *product;
    const char *out;
    struct usage_number slot;
    struct usage_number sequence;
};

/* --- the arguments --- */

/* Returns what is wrong with them, or NULL. */
static const char *find_fault(const struct wishes *wishes)
{
    bool replaces = strcmp(wishes->action, "replace") == 0;
    if (!replaces && strcmp(wishes->action, "revoke") != 0)
        return "the action is replace or revoke";
    if (!wishes->root || !wishes->product || !wishes->out || !wishes->slot.given ||
        !wishes->sequence.given)
        return "give --slot, --sequence, --root, --product and --out";
    if (replaces != (wishes->new_key != NULL))
        return "--new names the key that replaces another; revoke takes none";
    if (wishes->slot.value >= FLOTA_KEY_SLOTS)
        return "a device has the key slots 0 to 3";
    if (!replaces && wishes->slot.value == 0)
        return "slot 0 is the root key: revoked, it would lock everybody out; replace it";
    if (wishes->sequence.value == 0)
        return "sequence numbers begin at 1, and each is higher than the device's last";
    if (wishes->product[0] == '\0' || strlen(wishes->product) > 31)
        return "a product's name has 1 to 31 bytes";
    return NULL;
}

/* --- the statement --- */

static bool sign(const struct crypto_key *root, struct flota_statement *statement)
{
    uint8_t digest[32];
    crypto_sha256(statement, offsetof(struct flota_statement, signature), digest);
    return crypto_sign(root, digest, statement->signature);
}

static bool fill(const struct wishes *wishes, struct flota_statement *statement)
{
    struct crypto_key key;
    *statement = (struct flota_statement){.magic = FLOTA_STATEMENT_MAGIC,
                                          .format = 1,
                                          .action = wishes->new_key ? FLOTA_STATEMENT_REPLACE
                                                                    : FLOTA_STATEMENT_REVOKE,
                                          .slot = (uint8_t)wishes->slot.value,
                                          .sequence = wishes->sequence.value};
    memcpy(statement->product, wishes->product, strlen(wishes->product));
    if (!wishes->new_key)
        return true;
    if (!key_file_read(wishes->command, wishes->new_key, &key))
        return false;
    memcpy(statement->point, key.point, sizeof statement->point);
    crypto_forget(&key, sizeof key);
    return true;
}

static void say_done(const struct wishes *wishes)
{
    fprintf(stderr, "made %s: %s the key of slot %u, statement %u for %s\n", wishes->out,
            wishes->new_key ? "replaces" : "revokes", (unsigned)wishes->slot.value,
            (unsigned)wishes->sequence.value, wishes->product);
}

static int run(const struct wishes *wishes, const struct crypto_key *root)
{
    struct flota_statement statement;
    if (!fill(wishes, &statement))
        return EXIT_OTHER;
    if (!sign(root, &statement)) {
        fprintf(stderr, "%s: the system gave no random numbers\n", wishes->command);
        return EXIT_OTHER;
    }
    const struct file file = {.bytes = (uint8_t *)&statement, .size = sizeof statement};
    if (!file_write(wishes->command, wishes->out, &file))
        return EXIT_OTHER;
    say_done(wishes);
    return EXIT_DONE;
}

int command_keys(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    struct crypto_key root;
    const struct usage_option options[] = {
        USAGE_NUMBER("slot", 's', "N", &wishes.slot, "The slot that it is about, 0 to 3"),
        USAGE_NUMBER("sequence", 'S', "NUMBER", &wishes.sequence,
                     "From 1; higher than that of the device's last statement"),
        USAGE_TEXT("root", 'r', "ROOT.pem", &wishes.root, "The private key of slot 0, which signs"),
        USAGE_TEXT("new", 'n', "NEW.pem", &wishes.new_key,
                   "The key that replaces the present one; its public half is enough"),
        USAGE_TEXT("product", 'p', "NAME", &wishes.product, "The product that it is for"),
        USAGE_TEXT("out", 'o', "STATEMENT.fks", &wishes.out, "The file to make"),
        {0}};
    const struct usage usage = {
        "replace|revoke",
        "Make a statement that replaces or revokes a key of the devices of a product.\vA device "
        "takes it in any order with updates, keeps it in its journals, and takes no older one "
        "after it. Slot 0 can be replaced, not revoked.",
        options,
        &wishes.action,
        1,
        1};
    usage_read(&usage, argc, argv);
    const char *fault = find_fault(&wishes);
    if (fault)
        return usage_complain(argv[0], fault);
    if (!key_file_read_private(argv[0], wishes.root, &root))
        return EXIT_OTHER;
    int result = run(&wishes, &root);
    crypto_forget(&root, sizeof root);
    return result;
}
