/* fuzz_manifest.c - any text to the manifest parser; what it takes must hold what a device relies
 * on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/bundle.h"
#include "flota/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void require_text(const char *text, size_t size, bool required)
{
    REQUIRE(memchr(text, 0, size) != NULL);
    REQUIRE(text[0] != '\0' || !required);
    for (; *text; text++)
        REQUIRE((unsigned char)*text >= 0x20 && *text != 0x7F);
}

static void require_name(const char *name)
{
    require_text(name, FLOTA_BUNDLE_NAME_MAX, true);
    REQUIRE(name[0] != '/' && !strchr(name, '\\') && !strchr(name, ':'));
    REQUIRE(strcmp(name, "..") != 0 && strncmp(name, "../", 3) != 0 && !strstr(name, "/../"));
    size_t size = strlen(name);
    REQUIRE(size < 3 || strcmp(name + size - 3, "/..") != 0);
}

static void require_parts(const struct flota_manifest *manifest)
{
    uint32_t images = 0;
    uint64_t total = 0;
    REQUIRE(manifest->part_count >= 1 && manifest->part_count <= FLOTA_MANIFEST_PARTS_MAX);
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct flota_manifest_part *part = &manifest->parts[i];
        require_name(part->src);
        REQUIRE(part->size <= INT32_MAX && !part->seen);
        total += part->size;
        images += part->type == FLOTA_PART_IMAGE;
        for (uint32_t j = 0; j < i; j++)
            REQUIRE(strcmp(part->src, manifest->parts[j].src) != 0);
    }
    REQUIRE(images == 1 && total <= UINT32_MAX);
    REQUIRE(manifest->image_part < manifest->part_count);
    REQUIRE(manifest->parts[manifest->image_part].type == FLOTA_PART_IMAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flota_manifest manifest;
    char *text = malloc(size ? size : 1); /* so that reading behind it is seen */
    if (!text)
        abort();
    memcpy(text, data, size);
    memset(&manifest, 0xA5, sizeof manifest);
    int result = flota_manifest_parse(text, size, &manifest);
    free(text);
    REQUIRE(result <= 0);
    if (result != 0) {
        REQUIRE(manifest.part_count == 0);
        return 0;
    }
    require_text(manifest.name, sizeof manifest.name, true);
    require_text(manifest.platform, sizeof manifest.platform, true);
    require_text(manifest.version, sizeof manifest.version, true);
    require_text(manifest.build_id, sizeof manifest.build_id, false);
    REQUIRE(manifest.security_epoch <= INT32_MAX);
    REQUIRE(manifest.has_epoch || manifest.security_epoch == 0);
    require_parts(&manifest);
    (void)flota_manifest_fits(&manifest, "stm32h745i-disco");
    return 0;
}
