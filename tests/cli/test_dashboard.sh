#!/usr/bin/env bash
# test_dashboard.sh DASHBOARD_CHECK - descriptions, right and wrong ones. SPDX-License-Identifier: Apache-2.0
#
# dashboards/bad/NAME.json has one mistake; NAME.txt is what is said about it, word for word. After a change of
# words look at what this prints, and make the files anew:  test_dashboard.sh DASHBOARD_CHECK --accept
set -uo pipefail
check=$1
accept=${2-}
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
count=0 bad=0
fail() { bad=$((bad + 1)) && printf 'FAILED: %s\n' "$*"; }

for file in "$here"/dashboards/good/*.json "$root"/examples/*/dashboard.json "$root"/templates/*/dashboard.json; do
    count=$((count + 1))
    said=$("$check" "$file" 2>&1) && [ -z "$said" ] || fail "$file is right, but: $said"
done
good=$count
for file in "$here"/dashboards/bad/*.json; do
    count=$((count + 1))
    expected=${file%.json}.txt
    said=$("$check" "$file" 2>&1)
    code=$?
    [ $code = 1 ] || fail "$file: exit code $code: $said"
    [ -z "$accept" ] || printf '%s\n' "$said" >"$expected"
    diff -u "$expected" <(printf '%s\n' "$said") || fail "$file is refused in other words"
done
[ $((count - good)) -ge 60 ] || fail "only $((count - good)) wrong descriptions"
[ "$good" -ge 9 ] || fail "only $good right descriptions"

# A file that is not there, one that is too large, a folder.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refused() { # file pattern
    "$check" "$1" >"$folder/said" && fail "$1 is taken"
    grep -q "$2" "$folder/said" || fail "$1: $(cat "$folder/said")"
}
refused "$folder/nothing.json" 'No such file'
refused "$folder" "can't be read"
head -c 2000000 /dev/zero | tr '\0' ' ' >"$folder/large.json"
refused "$folder/large.json" 'more than 1 MB'

# Images: in the folder they are taken; not by a link that leads out, not too large, not by a wrong name.
image() { # name pattern
    printf '%s' '{"brand":"B","api":{"x":{"type":"custom"}},"pages":[{"title":"T","icon":"board","panels":[{"elements":[{"type":"image","src":"'"$1"'"}]}]}]}' >"$folder/dashboard.json"
    "$check" "$folder/dashboard.json" >"$folder/said"
    if [ -z "$2" ]; then
        [ ! -s "$folder/said" ] || fail "image $1: $(cat "$folder/said")"
    else
        grep -q "$2" "$folder/said" || fail "image $1: $(cat "$folder/said")"
    fi
}
printf '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$folder/a.svg"
printf '\211PNG\r\n\032\nrest' >"$folder/b.png"
printf 'no image' >"$folder/c.png"
printf '\211PNG\r\n\032\n%17000s' x >"$folder/d.png"
: >"$folder/e.png"
mkdir "$folder/f.png" "$folder/in"
printf '<svg/>' >"$folder/in/g.svg"
ln -s "$root/examples/everything/leaf.svg" "$folder/h.svg"
ln -s a.svg "$folder/i.svg"
cp "$folder/a.svg" "$folder/j.png"
image a.svg ""
image b.png ""
image in/g.svg ""
image i.svg ""
image c.png "no image of this type"
image d.png "has 17008 bytes, 1 to 16384 are taken"
image e.png "has 0 bytes"
image f.png "no file in the description's folder"
image h.svg "no file in the description's folder"
image j.png "in truth of type image/svg+xml"
image ../x.png "no path of an image"
image in/../a.svg "no path of an image"
image .hidden.png "no path of an image"

# Offsets and sizes are those of the compilers.
layout() { # file
    "$check" --summary "$1" | awk '
        function done() { if (fields) printf "struct %s {%s};\n_Static_assert(sizeof(struct %s) == %d, \"\");\n%s", name, fields, name, size, asserts
                          fields = asserts = "" }
        /^[a-z]+ [A-Za-z]/ { done(); name = $2; size = $8; if ($1 == "action") fields = "bool pressed;" }
        /^pages/ { done() }
        /^  (bool|int|double|string) / && name {
            type = $1 == "int" ? "int32_t" : $1 == "string" ? "char" : $1
            fields = fields type " " $2 ($1 == "string" ? "[" $6 "]" : "") ";"
            asserts = asserts "_Static_assert(offsetof(struct " name ", " $2 ") == " $4 ", \"\");\n" }
        END { done() }' >"$folder/layout.txt"
    { printf '#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n' && cat "$folder/layout.txt"; } >"$folder/layout.c"
}
layout "$root/examples/everything/dashboard.json"
[ "$(grep -c sizeof "$folder/layout.c")" -ge 8 ] || fail "no layout to check"
for compiler in cc arm-none-eabi-gcc; do
    ! command -v $compiler >/dev/null || $compiler -std=c11 -fsyntax-only "$folder/layout.c" || fail "the layout is not that of $compiler"
done

# The first description of the documentation is right.
awk '/^```json/ { on = 1; next } /^```/ { if (on) exit } on' "$root/docs/dashboard.md" >"$folder/dashboard.json"
"$check" "$folder/dashboard.json" || fail "the example of docs/dashboard.md"

echo "dashboard: $good right and $((count - good)) wrong descriptions, $bad failures"
[ $bad = 0 ]
