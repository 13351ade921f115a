/* page_writer.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_writer.h"
#include "c_text.h"

void page_key(struct page_writer *writer, const char *name)
{
    fprintf(writer->out, "%s%s:", writer->separator, name);
    writer->separator = ",";
}

void page_open_list(struct page_writer *writer, const char *bracket)
{
    fputs(bracket, writer->out);
    writer->separator = "";
}

void page_close_list(struct page_writer *writer, const char *bracket)
{
    fputs(bracket, writer->out);
    writer->separator = ",";
}

void page_item(struct page_writer *writer)
{
    fputs(writer->separator, writer->out);
    writer->separator = ",";
}

void page_put_code(struct page_writer *writer, const char *name, const char *code)
{
    if (!code)
        return;
    page_key(writer, name);
    fputs(code, writer->out);
}

void page_put_text(struct page_writer *writer, const char *name, const char *text)
{
    if (!text)
        return;
    page_key(writer, name);
    js_print_text(writer->out, text);
}

void page_put_number(struct page_writer *writer, const char *name, double number)
{
    char text[C_NUMBER_SIZE];
    page_key(writer, name);
    fputs(c_number(number, text), writer->out);
}

void page_put_count(struct page_writer *writer, const char *name, unsigned number)
{
    if (number > 0)
        page_put_number(writer, name, number);
}

void page_put_flag(struct page_writer *writer, const char *name, bool flag)
{
    page_put_count(writer, name, flag);
}
