#!/usr/bin/env bash
# check_typed_handlers.sh INCLUDE_FLAGS... - a getter or setter of another struct must not compile.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
compile() { # setter
    gcc -std=gnu11 -fsyntax-only -x c "${flags[@]}" - 2>&1 <<C
#include "glue.h"
static void get(struct leds *data) { (void)data; }
static void good(struct leds *data) { (void)data; }
static void wrong_struct(struct BCKLT *data) { (void)data; }
static int wrong_result(struct leds *data) { (void)data; return 0; }
void use(void);
void use(void)
{
    (void)good; (void)wrong_struct; (void)wrong_result;
    flota_set_http_handlers(leds, get, $1);
}
C
}
flags=("$@")
compile good
for setter in wrong_struct wrong_result; do
    if output=$(compile $setter); then
        echo "$setter compiled"
        exit 1
    fi
    grep -q 'the setter of leds must be: void setter(struct leds \*data)' <<<"$output"
done
echo "typed handlers: 3 of 3 ok"
