/* page_writer.h - writing the page's description: members of JavaScript objects, commas between.
 *
 * What is absent or the default is left out: each byte of it is in the device's flash.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PAGE_WRITER_H
#define FLOTA_CLI_PAGE_WRITER_H

#include "dashboard.h"

struct page_writer {
    const struct dashboard *dashboard;
    FILE *out;
    bool with_images;
    const char *separator; /* before the next member */
    char *wrong;           /* an image that could not be read */
};

void page_key(struct page_writer *writer, const char *name);
void page_open_list(struct page_writer *writer, const char *bracket);
void page_close_list(struct page_writer *writer, const char *bracket);
void page_item(struct page_writer *writer);
void page_put_code(struct page_writer *writer, const char *name, const char *code);
void page_put_text(struct page_writer *writer, const char *name, const char *text);
void page_put_number(struct page_writer *writer, const char *name, double number);
void page_put_count(struct page_writer *writer, const char *name, unsigned number);
void page_put_flag(struct page_writer *writer, const char *name, bool flag);

/* [{type:"toggle",...},...] */
void page_put_elements(struct page_writer *writer, const struct dashboard_element *elements,
                       size_t count);

#endif
