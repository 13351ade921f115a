#!/bin/bash
# check_core_sections.sh - object files must hold no writable data: neither .data nor .bss.
# usage: check_core_sections.sh C_COMPILER OBJECT...
# SPDX-License-Identifier: Apache-2.0
set -u
compiler=$1
shift

writable_size() { # OBJECT: bytes of its writable sections, common symbols included
    size -A --common "$1" |
        awk '$1 ~ /^(\.data|\.bss|\.tdata|\.tbss|COMMON|\*COM\*)/ { sum += $2 } END { print sum + 0 }'
}

# The check itself must see a variable, an array of zeros and a common symbol.
control=$(mktemp --suffix=.o)
trap 'rm -f "$control"' EXIT
echo 'int counter = 1; static int zeros[4]; int common; int *f(void) { return zeros; }' |
    "$compiler" -x c -fcommon -fno-pie -c -o "$control" - || exit 1
if [ "$(writable_size "$control")" -lt 24 ]; then
    echo "the check does not see the control object's 24 bytes" >&2
    exit 1
fi

failed=0
for object in "$@"; do
    bytes=$(writable_size "$object")
    if [ "$bytes" != 0 ]; then
        echo "$object: $bytes bytes of writable data: move them into the caller's struct" >&2
        failed=1
    fi
done
echo "$# objects checked"
[ $# -gt 5 ] && [ $failed -eq 0 ]
