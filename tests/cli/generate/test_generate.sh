#!/usr/bin/env bash
# test_generate.sh FLOTA GENERATE_MANY ROUND_TRIP INCLUDES... - flota generate as a person uses it, and what it makes
# of the examples, the templates and tests/cli/dashboards: compiled for host and board, and served.
# SPDX-License-Identifier: Apache-2.0
source_folder=$(realpath "$(dirname "$0")/../../..") || exit 1
source "$source_folder/tests/cli/common.sh"
many=$2 round_trip=$3
includes=("${@:4}")
source "$source_folder/tests/cli/generate/compile.sh"
good=$source_folder/examples/everything

says() { # WORDS...: the last command said each of them on stderr
    local word
    for word in "$@"; do
        grep -qF -- "$word" err || { echo "not said: $word" && cat err; } >&2
        grep -qF -- "$word" err || return 1
    done
}

# --- the command ---

cp "$good/dashboard.json" "$good/leaf.svg" .
check 'a description by default' exits 0 "$flota" generate
for file in glue.h glue.c page.c index.html.gz; do
    check "makes $file" test -s $file
done
check 'the page is gzip' gzip -t index.html.gz
check 'page.c has its size' grep -q "flota_page_size = $(stat -c %s index.html.gz);" page.c
check 'another folder, and the page to look at' exits 0 "$flota" generate dashboard.json --out a/b/c --page page.html
for file in glue.h glue.c page.c index.html.gz; do
    check "the same description gives the same $file" cmp $file a/b/c/$file
done
check 'the page to look at is the one in gzip' cmp page.html <(zcat index.html.gz)
check 'its image is in it' grep -qF "data:image/svg+xml;base64,$(base64 -w0 leaf.svg)" page.html
check 'no time and no name in gzip' test "$(hex_at index.html.gz 3 5)" = 0000000000
check 'neither path nor date in C' not grep -qE "$(whoami)/|$work|20[0-9][0-9]-" glue.h glue.c page.c
mkdir elsewhere && cp "$good/dashboard.json" elsewhere/other.json && cp "$good/leaf.svg" elsewhere
check 'from elsewhere, by another name' exits 0 "$flota" generate elsewhere/other.json --out elsewhere
check 'the same glue' cmp glue.c elsewhere/glue.c
check 'the same page' cmp index.html.gz elsewhere/index.html.gz

touch -d 2020-01-01 glue.h glue.c page.c index.html.gz
touch marker
check 'once more' exits 0 "$flota" generate
for file in glue.h glue.c page.c index.html.gz; do
    check "$file is left alone" test marker -nt $file
done
check 'says so' says 'nothing to change'
check '--check agrees' exits 0 "$flota" generate --check
sed -i 's/"Greenhouse 7"/"Greenhouse 8"/' dashboard.json
check '--check after a change' exits 1 "$flota" generate --check
check 'names the files' says 'index.html.gz is not what the description says' 'To do: '
check 'writes nothing' test marker -nt index.html.gz
check 'generated' exits 0 "$flota" generate
check 'the page has changed' test index.html.gz -nt marker
check 'C has not' test marker -nt glue.c
check 'a page over its budget is said' says 'warning: the page has' 'Bytes that would be saved'
check 'quietly' exits 0 "$flota" generate --quiet ../"$(basename "$work")"/elsewhere/other.json --out elsewhere

echo mine >main.c
check 'what is not generated' exits 0 "$flota" generate
check 'is never touched' grep -qx mine main.c
check 'a mistake' exits 2 "$flota" generate "$source_folder/tests/cli/dashboards/bad/name_keyword.json" --out bad
check 'is told with its place' says 'name_keyword.json:' 'To do: '
check 'nothing was made of it' not test -e bad
check 'no description' exits 2 "$flota" generate nothing.json
check 'a folder that cannot be' exits 1 "$flota" generate --out marker/folder
check 'why' says 'marker' 'To do: '
mv leaf.svg gone.svg
check 'an image that is gone' exits 2 "$flota" generate
check 'is named' says leaf.svg

# --- texts that could break out ---

cat >dashboard.json <<'JSON'
{"brand": "</script><b>&\"'", "api": {
  "odd": {"type": "data", "attributes": {
    "text": {"type": "string", "size": 64, "initial": "*/ \" ??/ \\ %s 7\u00e9"},
    "choice": {"type": "string", "size": 32, "options": ["*/", "/*", "??=", "\"", "</script>"], "initial": "*/"},
    "least": {"type": "int", "min": -2147483648, "max": 2147483647, "initial": -2147483648},
    "tenth": {"type": "double", "min": 0.1, "max": 1e300, "initial": 0.30000000000000004},
    "open": {"type": "double", "min": -5}}}},
 "pages": [{"title": "<!--", "icon": "home", "panels": [{"title": "</SCRIPT>", "elements": [
  {"type": "text", "text": "</script><script>alert(1)</script>${odd.text + '</script>'}"},
  {"type": "input", "value": "odd.text", "pattern": "</script>|[\"']", "placeholder": "</script>"},
  {"type": "dropdown", "value": "odd.choice"}]}]}]}
JSON
check 'odd texts' exits 0 "$flota" generate --page page.html
check 'end no script' test "$(grep -oi '</script' page.html | wc -l)" = 1
check 'begin none' test "$(grep -oi '<script' page.html | wc -l)" = 1
check 'and no comment' not grep -q '<!--' page.html
check 'the title is a text' grep -q '<title>&#60;/script&#62;' page.html
check 'compile for the host' for_host . glue.c page.c
check 'the least integer' grep -q '\.least = INT32_MIN' glue.c
check 'a double as it was' grep -q '\.tenth = 0\.30000000000000004' glue.c
check 'no limit where there is none' grep -q '\.min = -5\.0, \.max = INFINITY' glue.c

# --- a main.c for something else ---

cat >main.c <<'C'
#include "glue.h"
static void get(struct leds *data) { (void)data; }
int main(void) { flota_init(); flota_set_http_handlers(leds, get, NULL); }
C
cp "$source_folder/examples/project2/dashboard.json" .
check 'project 2' exits 0 "$flota" generate
check 'main.c fits it' for_host . main.c
sed -i 's/"leds"/"lamps"/; s/leds\./lamps./g' dashboard.json
check 'an endpoint is renamed' exits 0 "$flota" generate
check 'main.c does not compile' not for_host . main.c 2>err
check 'and why' says dashboard_json_has_data_leds
cat >dashboard.json <<'JSON'
{"brand": "B", "api": {"leds": {"type": "action"}}, "pages": [{"title": "T", "icon": "home", "panels": [{"elements": [
  {"type": "button", "title": "LED", "action": "leds"}]}]}]}
JSON
check 'an endpoint is of another type now' exits 0 "$flota" generate
check 'main.c does not compile' not for_host . main.c 2>err
check 'and why: no data of this name' says dashboard_json_has_data_leds

# --- every good description ---

mkdir all
for file in "$source_folder"/examples/*/dashboard.json "$source_folder"/templates/*/dashboard.json; do
    mkdir -p "in/$(basename "$(dirname "$file")")"
    cp "$(dirname "$file")"/*.json "$(dirname "$file")"/*.svg "in/$(basename "$(dirname "$file")")" 2>/dev/null
done
descriptions=()
for file in "$source_folder"/tests/cli/dashboards/good/*.json; do
    mkdir -p "in/$(basename "$file" .json)"
    cp "$file" "in/$(basename "$file" .json)/dashboard.json"
    cp "$(dirname "$file")"/*.svg "in/$(basename "$file" .json)" 2>/dev/null
done
for folder in in/*; do
    mv "$folder/dashboard.json" "$folder/$(basename "$folder").json"
    descriptions+=("$folder/$(basename "$folder").json")
done
check 'examples, templates and good descriptions are generated' exits 0 "$many" all "${descriptions[@]}"
check 'all of them' grep -q "^${#descriptions[@]} generated, 0 refused" out
for folder in all/*; do
    skip arm-none-eabi-gcc || check "$folder for the board" for_board "$folder" "$folder/glue.c"
    check "$folder as a library" as_library "$folder"
    cp "in/$(basename "$folder")/$(basename "$folder").json" "$folder/dashboard.json"
done
check 'each endpoint, there and back' exits 0 "$round_trip" 1 all/*/
cat out
check 'a bad description' exits 0 "$many" all "$source_folder"/tests/cli/dashboards/bad/*.json
check 'is refused with words' grep -q '^0 generated, [0-9]* refused, 0 failed' out

# --- templates: their main.c, on both boards ---

for template in "$source_folder"/templates/*/main.c; do
    name=$(basename "$(dirname "$template")")
    check "$name for the host" for_host "all/$name" -I"$source_folder/ports/host" "$template"
    skip arm-none-eabi-gcc || check "$name for the board" for_board "all/$name" -I"$source_folder/ports/stm32h7" "$template"
done
finish
