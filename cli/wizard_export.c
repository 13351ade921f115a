/* wizard_export.c - see wizard_export.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_export.h"
#include "build_run.h"
#include "file.h"
#include "home.h"
#include "wizard.h"
#include "zip_writer.h"
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char readme[] =
    "What `flota build` has compiled for this project, and a script that does it again without\n"
    "flota and CMake: sh build.sh\n"
    "\n"
    "  project/     the project: its sources, dashboard.json, flota.yml; build/generated has what\n"
    "               was made of them: glue, page, flota_config.h\n"
    "  flota/       the files of Flota that take part: library, port with start-up code and "
    "linker\n"
    "               script, libraries of others with their licences\n"
    "  build.sh     each command with its flags, in order. It needs a shell and the compiler\n"
    "  FILES.txt    what is compiled\n"
    "\n"
    "It leaves project/build/fw.elf, for a debugger. A firmware that others replace over the air\n"
    "needs its information block filled in (size, digest, checksum):\n"
    "\n"
    "  arm-none-eabi-objcopy -O binary project/build/fw.elf fw.raw\n"
    "  flota seal fw.raw fw.bin\n"
    "\n"
    "flota.yml and flota_config.h hold the device's credentials: mind whom you give this file.\n";

struct export
{
    struct export_paths paths;
    struct zip_writer zip;
    char names[ZIP_ENTRIES_MAX][PROCESS_PATH_SIZE];
    struct file contents[ZIP_ENTRIES_MAX];
};

static bool add_entry(struct export *export, const char *name, struct file content)
{
    size_t index = export->zip.count;
    if (index == ZIP_ENTRIES_MAX) {
        free(content.bytes);
        return false;
    }
    snprintf(export->names[index], PROCESS_PATH_SIZE, "%s", name);
    export->contents[index] = content;
    zip_add(&export->zip, &(struct zip_entry){.name = export->names[index],
                                              .data = content.bytes,
                                              .size = content.size});
    return true;
}

static bool add_text(struct export *export, const char *name, const char *text)
{
    struct file content = {(uint8_t *)strdup(text), (uint32_t)strlen(text)};
    return content.bytes && add_entry(export, name, content);
}

static void add_pattern(struct export_paths *paths, const char *before, const char *pattern)
{
    char path[2 * PROCESS_PATH_SIZE];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", before, pattern);
    if (glob(path, GLOB_PERIOD, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            export_add(paths, found.gl_pathv[i]);
    globfree(&found);
}

/* What no compiler reads. */
static void add_beside(struct export_paths *paths, const char *folder)
{
    static const char *const own[] = {"dashboard.json", "flota.yml", "mos.yml", "README.md",
                                      "build/generated/*"};
    static const char *const licences[] = {"LICENSE", "NOTICE", ".deps/*/LICENSE*",
                                           ".deps/*/COPYING*", ".deps/*/apache-2.0.txt"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        add_pattern(paths, folder, own[i]);
    for (size_t i = 0; i < sizeof licences / sizeof *licences; i++)
        add_pattern(paths, home_folder(), licences[i]);
}

static bool is_source(const char *path)
{
    size_t size = strlen(path);
    return size > 2 && path[size - 2] == '.' && strchr("cS", path[size - 1]);
}

static bool add_files(struct export *export)
{
    char name[PROCESS_PATH_SIZE], *list = NULL;
    size_t size = 0;
    bool good = true;
    FILE *out = open_memstream(&list, &size);
    for (size_t i = 0; out && i < export->paths.file_count && good; i++) {
        struct file content;
        if (!export_name(&export->paths, export->paths.files[i], name))
            continue;
        good = file_read("flota wizard", export->paths.files[i], &content) &&
               add_entry(export, name, content);
        if (is_source(name))
            fprintf(out, "%s\n", name);
    }
    if (out)
        fclose(out);
    good = good && out && add_text(export, "FILES.txt", list);
    free(list);
    return good;
}

/* Returns NULL, or what is wrong. */
static const char *fill(struct export *export, const char *folder)
{
    char *script = NULL;
    size_t size = 0;
    export_roots(&export->paths, folder);
    FILE *out = open_memstream(&script, &size);
    unsigned count = out ? export_script(&export->paths, out) : 0;
    if (out)
        fclose(out);
    export_add_read(&export->paths);
    add_beside(&export->paths, folder);
    bool good = count > 0 && add_text(export, "README.txt", readme) &&
                add_text(export, "build.sh", script) && add_files(export);
    free(script);
    if (count == 0)
        return "ninja does not tell the build's commands";
    return good ? NULL : "the project has too many files, or one cannot be read";
}

void wizard_post_export(struct wizard *wizard, struct flota_http_connection *connection,
                        const char *body, size_t size)
{
    (void)body;
    (void)size;
    if (access(BUILD_FOLDER "/fw.bin", R_OK) != 0) {
        wizard_refuse(connection, 409, "the project is not built yet",
                      "build it first: the export holds what was compiled");
        return;
    }
    struct export *export = calloc(1, sizeof *export);
    const char *wrong = export ? fill(export, wizard->folder) : "there is no memory";
    if (wrong) {
        wizard_refuse(connection, 500, wrong,
                      "build again; flota doctor looks for what is missing");
    } else {
        zip_finish(&export->zip);
        wizard_respond(connection, 200, "application/zip",
                       WIZARD_HEADERS
                       "Content-Disposition: attachment; filename=\"project.zip\"\r\n",
                       (char *)export->zip.bytes, export->zip.size);
        export->zip.bytes = NULL;
    }
    for (size_t i = 0; export && i < export->zip.count; i++)
        free(export->contents[i].bytes);
    if (export) {
        free(export->zip.bytes);
        export_free(&export->paths);
    }
    free(export);
}
