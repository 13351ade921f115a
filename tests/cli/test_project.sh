#!/usr/bin/env bash
# test_project.sh FLOTA - flota new, build, sim, flash, doctor, completion and man pages, as a person uses them.
# The firmware is that of the board host, which compiles fast; --board too: one for the STM32H7 as well.
# SPDX-License-Identifier: Apache-2.0
source_folder=$(realpath "$(dirname "$0")/../..") || exit 1
source "$source_folder/tests/cli/common.sh"
unset FLOTA_HOME FLOTA_PORT
export XDG_CONFIG_HOME=$work/no-config
sim=
trap '[ -z "$sim" ] || kill "$sim" 2>/dev/null; wait; rm -rf "$work"' EXIT

says() { # WORDS...: the last command said each of them on stderr
    local word
    for word in "$@"; do
        grep -qF -- "$word" err || { echo "not said: $word" && cat err; } >&2
        grep -qF -- "$word" err || return 1
    done
}

number() { # NAME: of the JSON object in out
    sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" out
}

# --- new ---

check 'new makes a project' exits 0 "$flota" new hello --board host
for file in flota.yml src/main.c dashboard.json README.md .gitignore; do
    check "new makes $file" test -s "hello/$file"
done
check 'no mark of the template is left' not grep -rq '@NAME@\|@BOARD@' hello
echo mine >hello/src/main.c.mine
cp hello/flota.yml flota.yml.before
check 'a folder that is there is refused' exits 1 "$flota" new hello
check 'why and what to do' says 'File exists' 'nothing is overwritten'
check 'nothing was overwritten' cmp -s hello/flota.yml flota.yml.before
check 'an unknown template' exits 2 "$flota" new other --template nope
check 'is named' says "no template 'nope'" minimal project2
check 'nothing was made for it' not test -e other
check 'an unknown board' exits 2 "$flota" new other --board esp32
check 'a name that is none' exits 2 "$flota" new 'a b'
for template in minimal project2 sensor settings relay; do
    check "the template $template" exits 0 "$flota" new "from-$template" --template $template --board host
    for file in src/main.c dashboard.json flota.yml README.md .gitignore; do
        check "$template: $file" test -s "from-$template/$file"
    done
    check "$template: no mark is left" not grep -rq '@NAME@\|@BOARD@' "from-$template"
    check "$template: its description is right" exits 0 "$flota" generate "from-$template/dashboard.json" --out "from-$template"
    check "--help names it" grep -q "$template" <("$flota" new --help)
done

# --- project files with a mistake ---

mkdir bad bad/src
echo 'int main(void) { return 0; }' >bad/src/main.c
cd bad || exit 1

mistake() { # LINE WORDS... with the file on stdin: refused with exit code 2, the line and the words said
    local line=$1
    shift
    cat >flota.yml
    check "refused: $*" exits 2 "$flota" build
    check "line and words: $*" says "flota.yml:$line:" "$@" 'To do: '
}

mistake 2 "no library 'ota-htp-server'" "did you mean 'ota-http-server'" <<<'name: a
libs: [ota-htp-server]'
mistake 4 "'dash' is listed twice" <<<'libs:
  - rpc-http
  - dash
  - dash'
mistake 1 "no key 'libz'" "did you mean 'libs'" <<<'libz: []'
mistake 2 "no board 'stm32f4'" stm32h745i-disco host <<<'name: a
board: stm32f4'
mistake 1 "'v1' is no version" <<<'version: v1'
mistake 1 'more than 31 bytes' <<<'name: a-name-that-is-longer-than-the-block-has-room'
mistake 2 'not YAML' <<<'name: a
  board: "host'
mistake 1 'not a list of KEY: VALUE' <<<'just words'
mistake 3 "there is no type 'x'" '[key, type, default]' <<<'name: a
config_schema:
  - [app.a, x, 1]'
mistake 2 'type d' 'use i in a smaller unit' <<<'config_schema:
  - [app.a, d, 1.5]'
mistake 2 'type o' 'remove the row' <<<'config_schema:
  - [app, o, {title: A}]'
mistake 2 "'yes' is no boolean" <<<'config_schema:
  - [app.a, b, yes]'
mistake 2 "'1.5' is no integer" <<<'config_schema:
  - [app.a, i, 1.5]'
mistake 2 "'99999999999' is no integer" <<<'config_schema:
  - [app.a, i, 99999999999]'
mistake 3 "'app.a' is declared twice" <<<'config_schema:
  - [app.a, i, 1]
  - [app.a, s, b]'
mistake 2 "'App' is no name" <<<'config_schema:
  - [App, i, 1]'
mistake 3 "no key 'mqtt.sever'" "did you mean 'mqtt.server'" <<<'libs: [rpc-mqtt]
config_schema:
  - [mqtt.sever, "a:1883"]'
mistake 3 "'mqtt.server' is that of rpc-mqtt, which libs does not list" <<<'libs: [rpc-http]
config_schema:
  - [mqtt.server, "a:1883"]'
mistake 3 "'rpc.acl' is that of rpc-" <<<'libs: [dash]
config_schema:
  - [rpc.acl, "a"]'
mistake 2 "'mqtt.server' is one of the library's" <<<'config_schema:
  - [mqtt.server, s, a]'
mistake 1 "'192.168.0.300' is no IPv4 address" <<<'network: {ip: 192.168.0.300}'
mistake 1 'the network has no ip' <<<'network: {mask: 255.255.255.0}'
mistake 1 "is no mask" <<<'network: {ip: 192.168.0.10, mask: 255.0.255.0}'
mistake 1 'the gateway is not in the network' <<<'network: {ip: 192.168.0.10, gateway: 10.0.0.1}'
mistake 1 'auth takes a token, or user and password' <<<'auth: {user: admin}'
mistake 1 'automatic or explicit is expected' <<<'confirm: sometimes'
mistake 1 'from 1 to 86400' <<<'confirm: {timeout: 0}'
mistake 1 'no key is given' 'flota keygen' <<<'signatures: required'
mistake 1 "sources: 'lib' has no C file" <<<'sources: lib'
mistake 2 "page: 'none.json'" <<<'name: a
page: none.json'
mistake 2 "'name' stands here twice" <<<'name: a
name: b'
echo 'name: a' >flota.yml
touch src/flota_config.h
check 'a flota_config.h in the way' exits 2 "$flota" build
check 'is named' says 'src/flota_config.h stands in the way'
rm src/flota_config.h
check 'without a compiler' exits 1 env PATH=/nowhere "$flota" build
check 'what to install' says 'arm-none-eabi-gcc is not installed' 'apt-get install gcc-arm-none-eabi'
rm flota.yml
check 'without a project' exits 2 "$flota" build
check 'what to do' says 'flota new NAME'
cd ..

# --- build ---

cd hello || exit 1
check 'the project builds' exits 0 "$flota" build --json
check 'it compiled the libraries' test "$(number compiled)" -gt 50
for file in fw.bin fw.elf fw.zip generated/flota_config.h; do
    check "build/$file" test -s "build/$file"
done
check 'the image is sound' exits 0 "$flota" inspect build/fw.bin
check 'its name' grep -q '^name *hello$' out
check 'its board' grep -q '^board *host$' out
check 'the bundle is sound' exits 0 "$flota" inspect build/fw.zip
check 'the bundle is not signed' not grep -q '^signed by' out

touch -d '2020-01-01' build/fw.bin build/fw.zip
touch marker
check 'a second build' exits 0 "$flota" build --json
check 'compiles nothing' test "$(number compiled)" = 0
check 'and leaves the image alone' test marker -nt build/fw.bin
echo 'int another(int a); int another(int a) { return a + 1; }' >>src/main.c
check 'after a change of one file' exits 0 "$flota" build --json
check 'that file is compiled' test "$(number compiled)" = 1
sed -i 's/^version: .*/version: 0.2.0/' flota.yml
check 'after a change of the version' exits 0 "$flota" build --json
check 'what includes flota_config.h is compiled' test "$(number compiled)" = 3
check 'the new version' grep -q '"version":"0.2.0"' out
echo 'int more(void); int more(void) { return 2; }' >src/more.c
check 'after a new file' exits 0 "$flota" build --json
check 'it is compiled' test "$(number compiled)" = 1

modules() { # those that are linked
    nm build/fw.elf | sed -n 's/.* [DdRr] flota_module_//p' | sort | tr '\n' ' '
}
check 'listed libraries are linked, no others' test "$(modules)" = 'dash ota_http_server rpc_http rpc_uart '
check 'what a library brings is linked' grep -q flota_rpc_serial_init <(nm build/fw.elf)
sed -i '/- rpc-uart/d' flota.yml
check 'one library less' exits 0 "$flota" build -q
check 'it is gone' test "$(modules)" = 'dash ota_http_server rpc_http '
check 'what it brought is gone' not grep -q flota_rpc_serial_init <(nm build/fw.elf)

cp src/main.c main.c.good
sed -i 's/flota_init();/flota_init()/' src/main.c
check 'a mistake in C' exits 1 "$flota" build
check 'the compiler tells where' says "src/main.c:$(grep -n 'flota_init()' src/main.c | cut -d: -f1):" 'expected'
check 'by the path in the project' not grep -q "$work" err
check 'without the words of ninja' not grep -q 'FAILED\|ninja' err
sed -i 's/flota_init()$/flota_init(); nowhere();/' src/main.c
check 'a mistake for the linker' exits 1 "$flota" build
check 'is told' says "nowhere"
cp main.c.good src/main.c
check 'corrected' exits 0 "$flota" build -q
check '-q says nothing' not test -s err
mkdir '../a folder' && cp -r src flota.yml dashboard.json '../a folder' && cd '../a folder' || exit 1
sed -i 's/^libs:.*/libs: []/; /^  - [a-z-]*  *#/d; /^page:/d' flota.yml
check 'a folder with a blank, no libraries, no page' exits 0 "$flota" build -q
check 'nothing is linked' test -z "$(modules)"
cd ../hello || exit 1

cat >>flota.yml <<'YML'
defines: [ANSWER=42]
cflags: [-Wno-unused]
YML
echo '_Static_assert(ANSWER == 42, "defines");' >>src/more.c
check 'defines reach the sources' exits 0 "$flota" build -q

"$flota" keygen --out root.pem >root.txt 2>/dev/null
sed -i 's/^signatures: .*/signatures: {policy: required, keys: [root.pem]}/' flota.yml
check 'a signed build' exits 0 "$flota" build --key root.pem --json
check 'says so' grep -q '"signed":true' out
check 'the bundle, too' exits 0 "$flota" inspect build/fw.zip
check 'by that key' grep -q "^signed by *$(sed -n 's/^fingerprint *//p' root.txt)" out
check 'the device trusts it' grep -q "FLOTA_KEY_0 \"$(sed -n 's/^public key *//p' root.txt)\"" build/generated/flota_config.h
sed -i 's/^signatures: .*/signatures: optional/' flota.yml

sed -i 's|^libs:|libs:\n  - rpc-mqtt\n  - rpc-uart|; s|^config_schema:|config_schema:\n  - [app.label, s, "say \\"hi\\""]\n  - [app.limit, i, -5]\n  - [app.secret, s, x, {secret: true}]\n  - [mqtt.keep_alive, 30]\n  - [app.limit, 7]|' flota.yml
check 'configuration keys' exits 0 "$flota" build -q

# --- a description that changes: C and page follow, and nobody's file is touched ---

cp "$source_folder/examples/project2/dashboard.json" .
sed -i '/^  - dash/d' flota.yml
check 'endpoints without dash' exits 2 "$flota" build
check 'are refused' says 'flota.yml:' 'libs does not list dash' '- dash'
sed -i 's/^libs:/libs:\n  - dash/' flota.yml
cp src/main.c main.c.before
check 'with dash' exits 0 "$flota" build
check 'the endpoints are there' grep -q 'struct BCKLT' build/generated/glue.h
check 'main.c is as it was' cmp src/main.c main.c.before
cat >>src/main.c <<'C'
#include "glue.h"
static void get(struct BCKLT *data) { data->state = true; }
void more_handlers(void);
void more_handlers(void) { flota_set_http_handlers(BCKLT, get, NULL); }
C
check 'a getter for it' exits 0 "$flota" build
sed 's/BCKLT/display/g; s/"brand": "[^"]*"/"brand": "Another <b>"/' "$source_folder/examples/project2/dashboard.json" >dashboard.json
cp src/main.c main.c.before
check 'an endpoint is gone' exits 1 "$flota" build
check 'its getter is told' says 'src/main.c:' 'dashboard_json_has_data_BCKLT'
check 'main.c is left alone' cmp src/main.c main.c.before
sed -i 's/"type": "bool"/"type": "boole"/' dashboard.json
check 'a mistake in the description' exits 2 "$flota" build
check 'is told with its place' says 'dashboard.json:' boole 'To do: '
touch src/glue.c
check 'a glue.c in the way' exits 2 "$flota" build
check 'glue.c is named' says 'src/glue.c stands in the way'
rm src/glue.c
cat >dashboard.json <<'JSON'
{"brand": "hello", "api": {"here": {"type": "data", "config": "here", "attributes": {
    "place": {"type": "string", "initial": "shelf \"7\""}, "height": {"type": "int", "initial": -5}}}},
 "pages": [{"title": "T", "icon": "home", "panels": [{"elements": [{"type": "input", "value": "here.place"}]}]}]}
JSON
cp main.c.good src/main.c
check 'an endpoint bound to the configuration' exits 0 "$flota" build
check 'is a key' grep -qF '{"here.place", FLOTA_CONFIG_STRING, "shelf \"7\"", false}' build/generated/flota_config.h
check 'and another' grep -qF '{"here.height", FLOTA_CONFIG_INTEGER, "-5", false}' build/generated/flota_config.h
printf '<!doctype html><title>mine</title>hello' >mine.html
sed -i 's/^page:.*/page: mine.html/' flota.yml
check "a page of one's own" exits 0 "$flota" build
check 'is served as it is' cmp mine.html <(zcat build/generated/mine.html.gz)
sed -i 's/^page:.*/page: dashboard.json/' flota.yml
cp "$source_folder/templates/minimal/dashboard.json" . && sed -i 's/@NAME@/hello/' dashboard.json
check 'back to the update alone' exits 0 "$flota" build -q

# --- sim and flash ---

reachable() { # until the sim answers, or has ended
    for _ in $(seq 100); do
        "$flota" info >out 2>err && return
        kill -0 "$sim" 2>/dev/null || return 1
        read -rt 0.1 <> <(:)
    done
    return 1
}
start_sim() {
    "$flota" sim "$@" >sim.txt 2>&1 &
    sim=$!
    reachable
}
end_sim() {
    kill -s "${1-TERM}" "$sim"
    wait "$sim"
    code=$?
    sim=
}

check 'the sim runs, and is found without --port' start_sim
check 'it is this firmware' grep -q '^firmware *hello 0.2.0$' out
check 'it says where it is' grep -q 'http://127.0.0.1:' sim.txt
check 'its serial line leads to it' exits 0 "$flota" info --port "$(sed -n 's/.*"serial":"\([^"]*\)".*/\1/p' build/sim.json)"
check 'values are the defaults of the project' exits 0 "$flota" config get app
check 'text' grep -q 'say \\"hi\\"' out
check 'a default that was changed' grep -q '"limit":[[:space:]]*7' out
check 'a secret is not told' grep -q '"secret":[[:space:]]*"\*\*\*"' out
check "a library's default that was changed" exits 0 "$flota" config get mqtt.keep_alive
check 'is another one' grep -q '^30$' out
check 'a second sim is refused' exits 1 "$flota" sim
check 'why' says 'runs already'
check 'its flash is not replaced under it' exits 1 "$flota" flash --flash build/sim.flash
sed -i 's/^version: .*/version: 0.3.0/' flota.yml
check 'the everyday loop: build' exits 0 "$flota" build -q
check 'the everyday loop: ota' exits 0 "$flota" ota build/fw.bin
check 'the page is served' curl -fsS --compressed -o page.html "$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' build/sim.json)/"
check 'it is that of dashboard.json' grep -q 'hello' page.html
end_sim INT
check 'Ctrl-C ends it well' test $code -eq 0
check 'and takes its file away' not test -e build/sim.json
check 'the flash is kept' start_sim
check 'it goes on with the update' grep -q '^firmware *hello 0.3.0$' out
kill -9 "$sim"
wait "$sim" 2>/dev/null
sim=
check 'no device after that' exits 3 "$flota" info
check 'a sim that was killed is not taken for a running one' not grep -q '127\.0\.0\.1' err
sed -i 's/^version: .*/version: 0.4.0/' flota.yml
check 'another version' exits 0 "$flota" build -q
check 'flashed' exits 0 "$flota" flash --flash build/sim.flash
check 'a sim after it' start_sim
check 'runs it' grep -q '^firmware *hello 0.4.0$' out
end_sim TERM
check 'no programmer for the board host' exits 2 "$flota" flash
cd ..

text_image() {
    image p 1.0.0 1000 >raw.bin && "$flota" seal --quiet raw.bin board.bin 2>/dev/null ||
        "$flota" seal raw.bin board.bin >/dev/null 2>&1
}
check 'an image for the board' text_image
check 'the commands of openocd' exits 0 "$flota" flash --dry-run --programmer openocd board.bin
check 'erase the journal, too' grep -q 'erase_sector 0 0 7' out
check 'say that silicon has not seen it' says 'not been tried on silicon'
check 'the commands of st-flash' exits 0 "$flota" flash --dry-run --programmer st-flash board.bin
check 'erase all' grep -q '^st-flash erase$' out
check 'without a programmer' exits 1 env PATH=/nowhere "$flota" flash board.bin
check 'what to install' says 'apt-get install openocd'

# --- mos.yml ---

mkdir mos mos/src
cp "$source_folder/examples/project1/main.c" mos/src
cd mos || exit 1
cat >mos.yml <<'YML'
author: somebody
description: An application
version: 1.0
platform: ubuntu
libs_version: ${mos.version}
sources:
  - src
filesystem:
  - fs
build_vars:
  A: 1
config_schema:
  - ["my_app", "o", {title: "My settings"}]
  - ["my_app.count", "i", 123, {title: "A number"}]
  - ["mqtt.enable", true]
libs:
  - origin: https://github.com/mongoose-os-libs/core
  - origin: https://github.com/mongoose-os-libs/ota-http-server
  - origin: https://github.com/mongoose-os-libs/rpc-service-config.git
  - origin: git@example.com:libs.git/rpc-mqtt
  - origin: https://github.com/mongoose-os-libs/wifi
YML
check 'a mos.yml builds' exits 0 "$flota" build
check 'what it means' grep -q '"my_app.count", FLOTA_CONFIG_INTEGER, "123"' build/generated/flota_config.h
check 'what has no counterpart is noted' says 'mos.yml:21: note: wifi' 'filesystem' 'build_vars'
check 'its libraries' test "$(modules)" = 'ota_http_server rpc_mqtt '
printf 'conds:\n  - when: build_vars.A == "1"\n    apply:\n      libs: []\n' >>mos.yml
check 'conditions are refused' exits 2 "$flota" build
check 'with their line' says 'mos.yml:22:' 'conditions are not known here'
cd ..

# --- the tables of libraries and keys are those of src/ ---

tables=$source_folder/cli/project_modules.c
for module in $(sed -n 's/.*\.name = "\([a-z-]*\)".*/\1/p' "$source_folder"/src/app/modules/*.c); do
    check "flota knows the library $module" grep -q "\"$module\"" <(sed -n '/project_module_names/,/NULL};/p' "$tables")
done
check 'it found them' test "$(grep -l 'struct flota_module flota_module_' "$source_folder"/src/app/modules/*.c | wc -l)" -eq 9
grep -hoE '\{(\.key = )?"[a-z_.]+", *(\.type = )?FLOTA_CONFIG_[A-Z]+|\.key = "[a-z_.]+",$' \
    "$source_folder"/src/app/*.c "$source_folder"/src/app/modules/*.c "$source_folder"/src/agent/*.c |
    grep -oE '"[a-z_.]+"' >keys.txt
check 'it found keys' test "$(wc -l <keys.txt)" -ge 14
while read -r key; do
    check "flota knows the key $key" grep -q "{$key," "$tables"
done <keys.txt

# --- completion, man pages, help ---

mapfile -t commands < <("$flota" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
check 'help lists the commands' test ${#commands[@]} -ge 20
for shell in bash zsh fish; do
    check "completion for $shell" exits 0 "$flota" completion "$shell"
    mv out "completion.$shell"
    for command in "${commands[@]}"; do
        check "$shell: $command" grep -qw -- "$command" "completion.$shell"
    done
    check "$shell: an option" grep -q 'commit-timeout' "completion.$shell"
    skip "$shell" || check "$shell reads it" "$shell" -n "completion.$shell"
done
check 'another shell is refused' exits 2 "$flota" completion tcsh

completes() { # EXPECTED WORD...: bash offers it for the last word
    local expected=$1
    shift
    bash -c 'source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flota; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$@" | grep -qx -- "$expected"
}
check 'bash completes commands' completes build flota bu
check 'bash completes options' completes --commit-timeout flota ota --com
check 'bash completes files' completes board.bin flota ota boa
check 'bash offers no options of others' not completes --commit-timeout flota build --com

check 'man pages' exits 0 "$flota" help --man man
check 'of flota' grep -q '^.TH FLOTA 1' man/flota.1
for command in "${commands[@]}"; do
    check "man page of $command" grep -q "^.SH SYNOPSIS" "man/flota-$command.1"
    check "flota.1 lists $command" grep -q "flota.-$command (1)" man/flota.1
done
check 'with options' grep -q 'commit..timeout' man/flota-ota.1
check 'and what they do' grep -q 'Consent to an older version' man/flota-ota.1
skip groff || check 'roff has no complaint' test -z "$(groff -man -ww -Tutf8 man/*.1 2>&1 >/dev/null)"
check 'no folder for them' exits 1 "$flota" help --man /dev/null/man
check 'help of a command' exits 0 "$flota" help build
check 'a slip' exits 2 "$flota" biuld
check 'is recognised' says "Did you mean 'build'"

# --- doctor ---

cd hello || exit 1
check 'doctor' exits 0 "$flota" doctor
check 'finds the project' grep -q '^ok    project: flota.yml: hello 0.4.0 for host' out
check 'finds the compiler' grep -q '^ok    compiler for the board host' out
check 'counts' grep -qE '^[0-9]+ ok, [0-9]+ warnings, 0 failures$' out
check 'doctor as JSON' exits 0 "$flota" doctor --json --port http://203.0.113.7
check 'says that no network fits' grep -q '"what":"way to the device","level":"warn","finding":"203.0.113.7 is in no network' out
check 'without programs' exits 1 env PATH=/nowhere "$flota" doctor
check 'fails for what the project needs' grep -q '^fail  compiler for the board host: cc is not installed' out
check 'a remedy for each' test "$(grep -c '^\(fail\|warn\)' out)" = "$(grep -c '^      To do: ' out)"
echo 'libs: [nope]' >>flota.yml
check 'a project with a mistake' exits 1 "$flota" doctor
check 'is a failure' grep -q '^fail  project' out
cd ..

# --- a board, last: it takes longest ---

if ! skip arm-none-eabi-gcc; then
    check 'a project for the board' exits 0 "$flota" new board --template project2
    cd board || exit 1
    check 'builds' exits 0 "$flota" build --json
    check 'for the board' grep -q '"board":"stm32h745i-disco"' out
    touch src/main.c
    check 'again' exits 0 "$flota" build --json
    check 'one file' test "$(number compiled)" = 1
    if "$flota" doctor | grep -q '^ok    the virtual board'; then
        check 'the virtual board runs it' start_sim
        check 'as a board' grep -q '^board *stm32h745i-disco$' out
        sed -i 's/^version: .*/version: 0.2.0/' flota.yml
        check 'the everyday loop: build' exits 0 "$flota" build -q
        check 'the everyday loop: ota' exits 0 "$flota" ota build/fw.bin
        end_sim INT
        check 'a new chip' exits 0 "$flota" flash --flash build/sim.flash
        check 'in the virtual board' start_sim
        check 'runs what was flashed' grep -q '^firmware *board 0.2.0$' out
        check 'in bank 1' grep -q '^bank *1$' out
        end_sim TERM
    else
        echo 'not checked here: flota-vboard is not built' >&2
    fi
    cd ..
fi
finish
