#!/bin/bash
# check_boot_table.sh - DESIGN.md holds the decision table that test_boot_table prints, between two comments.
# usage: check_boot_table.sh TEST_BOOT_TABLE DESIGN_MD [--write]
# SPDX-License-Identifier: Apache-2.0
set -u
program=$1
document=$2
begin='<!-- boot table: test_boot_table --print -->'
end='<!-- end of boot table -->'

table=$("$program" --print) || exit 1
if [ "$(printf '%s\n' "$table" | wc -l)" -lt 10 ]; then
    echo "$program --print prints no table" >&2
    exit 1
fi
if [ "$(grep -cFx "$begin" "$document")" != 1 ] || [ "$(grep -cFx "$end" "$document")" != 1 ]; then
    echo "$document: needs one line '$begin' and one line '$end'" >&2
    exit 1
fi
between() { awk -v begin="$begin" -v end="$end" '$0 == end { on = 0 } on { print } $0 == begin { on = 1 }' "$document"; }
if [ "${3:-}" = --write ]; then
    rest=$(mktemp)
    awk -v begin="$begin" -v end="$end" -v table="$table" \
        '$0 == begin { print; print table; skip = 1 } $0 == end { skip = 0 } !skip' "$document" >"$rest"
    cat "$rest" >"$document"
    rm -f "$rest"
fi
if ! diff <(printf '%s\n' "$table") <(between); then
    echo "$document: the boot table is stale: $0 $program $document --write" >&2
    exit 1
fi
