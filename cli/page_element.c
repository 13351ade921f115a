/* page_element.c - an element, as the page is told of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_image.h"
#include "page_writer.h"

/* --- parts of an element --- */

static void print_reference(struct page_writer *writer, const struct dashboard_reference *reference)
{
    fprintf(writer->out, "[\"%s\",\"%s\"]", reference->is_row ? "row" : reference->endpoint->name,
            reference->attribute->name);
}

/* May a person change its value? */
static bool is_field(const struct dashboard_element *element)
{
    return element->type == DASHBOARD_TOGGLE || element->type == DASHBOARD_INPUT ||
           element->type == DASHBOARD_SLIDER || element->type == DASHBOARD_DROPDOWN;
}

static void put_value(struct page_writer *writer, const struct dashboard_element *element)
{
    const struct dashboard_reference *value = &element->value;
    if (!value->attribute)
        return;
    page_key(writer, "value");
    print_reference(writer, value);
    page_put_flag(writer, "read_only", is_field(element) && value->attribute->read_only);
}

static void put_limits(struct page_writer *writer, const struct dashboard_element *element)
{
    if (element->has_min)
        page_put_number(writer, "min", element->min);
    if (element->has_max)
        page_put_number(writer, "max", element->max);
    if (element->has_step && element->step != 1) /* HTML's own */
        page_put_number(writer, "step", element->step);
    page_put_code(writer, "unit", element->unit.code);
}

static void put_input(struct page_writer *writer, const struct dashboard_element *element)
{
    const struct dashboard_attribute *attribute = element->value.attribute;
    if (!attribute || !is_field(element))
        return;
    if (attribute->type == DASHBOARD_DOUBLE && !element->has_step)
        page_put_text(writer, "step", "any");
    if (element->type != DASHBOARD_INPUT)
        return;
    page_put_text(writer, "kind", dashboard_kind_word(element->kind));
    if (attribute->type == DASHBOARD_STRING)
        page_put_count(writer, "size", attribute->size);
    page_put_text(writer, "pattern", element->pattern);
    page_put_code(writer, "message", element->message.code);
    page_put_code(writer, "placeholder", element->placeholder.code);
}

static void put_options(struct page_writer *writer, const struct dashboard_element *element)
{
    if (element->option_count == 0)
        return;
    page_key(writer, "options");
    page_open_list(writer, "[");
    for (size_t i = 0; i < element->option_count; i++) {
        const struct dashboard_option *option = &element->options[i];
        page_item(writer);
        const char *label = option->label.code ? option->label.code : option->value.code;
        fprintf(writer->out, "{value:%s,label:%s}", option->value.code, label);
    }
    page_close_list(writer, "]");
}

static void put_button(struct page_writer *writer, const struct dashboard_element *element)
{
    if (element->type != DASHBOARD_BUTTON)
        return;
    page_put_text(writer, "action", element->endpoint->name);
    page_put_flag(writer, "hold", element->endpoint->hold);
    page_put_code(writer, "confirm", element->confirm.code);
    if (element->parameter_count == 0)
        return;
    page_key(writer, "values");
    page_open_list(writer, "{");
    for (size_t i = 0; i < element->parameter_count; i++)
        page_put_code(writer, element->parameters[i].attribute->name, element->parameters[i].code);
    page_close_list(writer, "}");
}

static void put_graph(struct page_writer *writer, const struct dashboard_element *element)
{
    if (element->type != DASHBOARD_GRAPH)
        return;
    page_key(writer, "values");
    page_open_list(writer, "[");
    for (size_t i = 0; i < element->value_count; i++) {
        page_item(writer);
        print_reference(writer, &element->values[i]);
    }
    page_close_list(writer, "]");
    if (element->labels) {
        page_key(writer, "labels");
        page_open_list(writer, "[");
        for (size_t i = 0; i < element->value_count; i++) {
            page_item(writer);
            fputs(element->labels[i].code, writer->out);
        }
        page_close_list(writer, "]");
    }
    page_put_count(writer, "points", element->points);
}

static void put_gauge(struct page_writer *writer, const struct dashboard_element *element)
{
    page_put_count(writer, "ticks", element->ticks);
    if (element->zone_count == 0)
        return;
    page_key(writer, "zones");
    page_open_list(writer, "[");
    for (size_t i = 0; i < element->zone_count; i++) {
        page_item(writer);
        page_open_list(writer, "{");
        page_put_number(writer, "to", element->zones[i].to);
        page_put_text(writer, "style", element->zones[i].style);
        page_close_list(writer, "}");
    }
    page_close_list(writer, "]");
}

static void put_image(struct page_writer *writer, const struct dashboard_element *element)
{
    const struct dashboard_image *image = &element->image;
    if (!image->src)
        return;
    page_put_code(writer, "alt", element->alt.code);
    if (!image->path) {
        page_put_text(writer, "src", image->src + (*image->src == '/')); /* relative */
        return;
    }
    page_key(writer, "src");
    fputc('"', writer->out);
    if (writer->with_images && !writer->wrong)
        writer->wrong = page_image_print(writer->out, image);
    fputc('"', writer->out);
}

static void put_endpoint(struct page_writer *writer, const struct dashboard_element *element)
{
    const struct dashboard_endpoint *endpoint = element->endpoint;
    if (element->type == DASHBOARD_CONTAINER && endpoint)
        page_put_text(writer, "repeat", endpoint->name);
    if (element->type == DASHBOARD_FILE_ELEMENT)
        page_put_text(writer, "endpoint", endpoint->name);
    if (element->type == DASHBOARD_FILE_ELEMENT && !endpoint->can_upload)
        page_put_number(writer, "upload", 0);
    if (element->type == DASHBOARD_FILE_ELEMENT && !endpoint->can_delete)
        page_put_number(writer, "delete", 0);
    if (element->value.attribute && !is_field(element))
        return;
    if (writer->dashboard->user_count > 0 && endpoint && element->type != DASHBOARD_CONTAINER)
        page_put_count(writer, "write", endpoint->write_level);
}

/* --- elements, pages --- */

static void print_element(struct page_writer *writer, const struct dashboard_element *element)
{
    page_open_list(writer, "{");
    page_put_text(writer, "type", dashboard_element_word(element->type));
    page_put_code(writer, "title", element->title.code);
    page_put_code(writer, "text", element->text.code);
    page_put_code(writer, "tooltip", element->tooltip.code);
    page_put_code(writer, "disabled", element->disabled);
    page_put_code(writer, "style", element->style.code);
    page_put_count(writer, "level", element->level);
    put_value(writer, element);
    put_endpoint(writer, element);
    put_limits(writer, element);
    put_input(writer, element);
    put_options(writer, element);
    put_button(writer, element);
    page_put_text(writer, "icon", element->icon);
    page_put_text(writer, "accept", element->accept);
    put_graph(writer, element);
    put_gauge(writer, element);
    put_image(writer, element);
    page_put_flag(writer, "autosave", element->autosave);
    if (element->type == DASHBOARD_CONTAINER) {
        page_key(writer, "elements");
        page_put_elements(writer, element->elements, element->element_count);
    }
    page_close_list(writer, "}");
}

void page_put_elements(struct page_writer *writer, const struct dashboard_element *elements,
                       size_t count)
{
    page_open_list(writer, "[");
    for (size_t i = 0; i < count; i++) {
        page_item(writer);
        print_element(writer, &elements[i]);
    }
    page_close_list(writer, "]");
}
