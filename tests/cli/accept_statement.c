/* accept_statement.c - what a device makes of key statements: the core, on the host's flash model.
 *
 *     accept_statement PRODUCT KEY0 KEY1 STATEMENT.fks...
 *
 * KEY0 and KEY1 are the public keys of slots 0 and 1 as flota keygen prints them. Says of each
 * statement what became of it, then what the slots hold.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/signature.h"
#include <stdio.h>

static struct flota_trust trust;
static struct flash_model model;

static void accept(const char *path)
{
    uint8_t statement[1024];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(statement, 1, sizeof statement, file) : 0;
    if (file)
        fclose(file);
    int result = flota_trust_accept(&trust, &model.flash, statement, size);
    printf("%s: %s\n", path, result == 0 ? "accepted" : flota_error_text(result)->name);
}

static void print_slot(uint32_t slot)
{
    static const char *const states[] = {"empty", "active", "revoked"};
    printf("slot %u: %s ", (unsigned)slot, states[trust.keys[slot].state]);
    for (int i = 0; i < 32; i++)
        printf("%02x", trust.keys[slot].hash[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURES_REQUIRED, .keys = {argv[2], argv[3]}, .product = argv[1]};
    flash_model_init(&model, &flash_model_h745);
    if (flota_trust_init(&trust, &config) != 0)
        return 1;
    for (int i = 4; i < argc; i++)
        accept(argv[i]);
    print_slot(0);
    print_slot(1);
    flash_model_free(&model);
    return 0;
}
