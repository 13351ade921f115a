#!/usr/bin/env bash
# check_typed_handlers.sh INCLUDE_FLAGS... - what is registered with another type must not compile.
# The endpoints are those of glue_example.h beside this script.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
flags=("$@" -I"$(dirname "$0")")
count=0
compile() { # statement
    gcc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -x c "${flags[@]}" - 2>&1 <<C
#include "glue_example.h"
extern size_t count_of(void);
extern int int_count(void);
extern void get(struct settings *data), set(struct settings *data);
extern void other(struct climate *data);
extern int wrong_result(struct settings *data);
extern void row_get(size_t row, struct relays *data), row_set(size_t row, struct relays *data);
extern void row_other(size_t row, struct settings *data);
extern void row_less(struct relays *data);
extern void start(struct blink *data), other_start(struct lift *data);
extern enum flota_action_state state(void);
extern bool bool_state(void);
extern const struct flota_files files;
extern const struct flota_http_handler handler;
extern int context;
void use(void);
void use(void)
{
    struct alarms alarm = {.code = 1};
    const struct alarms *constant = &alarm;
    (void)constant;
    $1;
}
C
}
good() { # statement
    count=$((count + 1))
    compile "$1" || { echo "refused: $1"; exit 1; }
}
bad() { # statement, words of the compiler
    count=$((count + 1))
    if output=$(compile "$1"); then
        echo "compiled: $1"
        exit 1
    fi
    grep -qF "$2" <<<"$output" || { echo "$1: not the words \"$2\" in $output"; exit 1; }
}
good 'flota_set_http_handlers(settings, get, set)'
good 'flota_set_http_handlers(settings, get, NULL)'
bad 'flota_set_http_handlers(settings, get, other)' 'the setter of settings must be: void setter(struct settings *data)'
bad 'flota_set_http_handlers(settings, get, wrong_result)' 'the setter of settings must be'
bad 'flota_set_http_handlers(settings, other, set)' 'the getter of settings must be'
bad 'flota_set_http_handlers(settings, get, 0)' 'the setter of settings must be'
bad 'flota_set_http_handlers(nothing, get, set)' 'dashboard_json_has_data_nothing'
bad 'flota_set_http_handlers(relays, row_get, row_set)' 'dashboard_json_has_data_relays'
good 'flota_set_array_handlers(relays, count_of, row_get, row_set)'
good 'flota_set_array_handlers(relays, count_of, row_get, NULL)'
bad 'flota_set_array_handlers(relays, int_count, row_get, row_set)' 'the counter of relays must be: size_t counter(void)'
bad 'flota_set_array_handlers(relays, count_of, row_less, row_set)' 'the getter of relays must be: void getter(size_t row, struct relays *data)'
bad 'flota_set_array_handlers(relays, count_of, row_get, row_other)' 'the setter of relays must be'
good 'flota_set_action_handlers(blink, start, state)'
good 'flota_set_action_handlers(blink, start, NULL)'
bad 'flota_set_action_handlers(blink, other_start, state)' 'the starter of blink must be: void starter(struct blink *data)'
bad 'flota_set_action_handlers(blink, start, bool_state)' 'the state of blink must be: enum flota_action_state state(void)'
good 'flota_set_file_handlers(logs, &files)'
bad 'flota_set_file_handlers(logs, &handler)' 'the files of logs must be: const struct flota_files *'
good 'flota_set_custom_handler(raw, &handler, &context)'
bad 'flota_set_custom_handler(raw, &files, &context)' 'the handler of raw must be: const struct flota_http_handler *'
good 'flota_report(alarms, &alarm)'
good 'flota_report(alarms, constant)'
bad 'flota_report(alarms, &context)' 'the data of alarms must be: const struct alarms *'
echo "typed handlers: $count of $count ok"
