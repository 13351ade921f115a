#!/usr/bin/env bash
# test_ways.sh FLOTA FAKE_DEVICE [WAY... | rest] - info, call, config, confirm, ota by every way in, against a fake device
# with faults to order. Each failure has its exit code and says what, why, and what to do.
# SPDX-License-Identifier: Apache-2.0
fake=$(realpath "$2")
. "$(dirname "$0")/common.sh"
shift 2
ways=("${@:-}")
[ -n "${ways[0]}" ] || ways=(http ws tcp udp serial mqtt rest)
export XDG_CONFIG_HOME=$work/config TERM=dumb
unset FLOTA_PORT FLOTA_CREDS FLOTA_TIMEOUT
broker='' broker_port=''
fakes=()

end_all() {
    local pid
    for pid in "${fakes[@]}" $broker; do kill "$pid" 2>/dev/null; done
    wait 2>/dev/null
    rm -rf "$work"
}
trap end_all EXIT

# --- the other side ---

until_true() { # COMMAND...: wait for a condition, 10 s at most
    local i
    for ((i = 0; i < 1000; i++)); do
        "$@" && return
        sleep 0.01
    done
    echo "waited in vain: $*" >&2
    return 1
}

device=0
start() { # WAY [FAULT...]: a fake device; sets port, log, input, pid
    device=$((device + 1))
    log=$work/log$device
    : >"$log"
    mkfifo "in$device"
    ASAN_OPTIONS=detect_leaks=0 "$fake" "$1" log="$log" ${broker_port:+broker=$broker_port} "${@:2}" \
        <"in$device" >"port$device" 2>"fake$device" &
    pid=$!
    fakes+=("$pid")
    exec {input}>"in$device"
    port=none
    until_true test -s "port$device" && port=$(cat "port$device")
}

stop() { # the last one; a crash of it is a failure of the test
    exec {input}>&-
    wait "$pid"
    local code=$?
    [ $code -eq 0 ] || { cat "fake$device" >&2; return 1; }
}

start_broker() {
    local i
    for ((i = 0; i < 20; i++)); do
        broker_port=$((20000 + RANDOM % 20000))
        printf 'listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n' $broker_port >mosquitto.conf
        mosquitto -c mosquitto.conf >mosquitto.log 2>&1 &
        broker=$!
        until_true eval "grep -q 'running\$' mosquitto.log || ! kill -0 $broker 2>/dev/null"
        kill -0 $broker 2>/dev/null && return
    done
    return 1
}

has() { # FILE TEXT...: it is in there, each of them
    local file=$1 text
    shift
    for text; do
        grep -qF -- "$text" "$file" || { echo "'$text' is not in $file:" && cat "$file"; } >&2
        grep -qF -- "$text" "$file" || return 1
    done
}

lacks() { # FILE TEXT
    ! grep -qF -- "$2" "$1"
}

complains() { # CODE COMMAND...: exit code, and words: what and why, what to do
    exits "$@" && grep -q '^flota [a-z]*: .*\.$' err && grep -q '^To do: .*\.$' err
}

fails() { # COMMAND...: it ends by itself, with an exit code of its own
    "$@" >out 2>err
    local code=$?
    [ $code -ge 1 ] && [ $code -le 8 ]
}

in_order() { # WORD...: lines of err begin so, in this order
    local word at=0 line
    for word; do
        line=$(grep -n "^$word" err | cut -d: -f1 | awk -v at=$at '$1 > at { print; exit }')
        [ -n "$line" ] || { echo "no '$word' in its place:" && cat err; } >&2
        [ -n "$line" ] || return 1
        at=$line
    done
}

nobody() { # WAY: a port where nobody is
    case $1 in
    serial) echo "$work/ttyNOBODY" ;;
    mqtt) echo mqtt://127.0.0.1:1/fake-1 ;;
    *) echo "$1://127.0.0.1:1" ;;
    esac
}

# A way that has a connection knows that it stands when no answer comes; the others cannot.
silent_code() { case $1 in udp | mqtt | serial) echo 3 ;; *) echo 8 ;; esac; }

# --- files ---

make_files() {
    image lamp 1.5.0 64000 >raw && "$flota" seal raw new.bin
    image lamp 1.6.0 64000 >raw && "$flota" seal raw newer.bin
    image lamp 1.5.0 4000 7 nucleo-h743 >raw && "$flota" seal raw other-board.bin
    image lamp 1.0.0 4000 >raw && "$flota" seal raw old.bin
    head -c 20000 /dev/urandom >noise.bin
    flip new.bin broken.bin 9000
}

# --- by each way ---

test_talk() { # WAY
    start "$1"
    check "$1: info" exits 0 "$flota" info --port "$port"
    check "$1: info says what runs" has out 'blinky 1.4.2' fake-1 confirmed
    check "$1: info as JSON" exits 0 "$flota" info --port "$port" --json
    check "$1: one object" has out '"info":{"id":"fake-1"' '"status":{"state":0'
    check "$1: call with words" exits 0 "$flota" call --port "$port" Echo on=true name=lamp n=3 'list=[1,2]'
    check "$1: their types" has out '"on":	true' '"name":	"lamp"' '"n":	3' '"list":	[1, 2]'
    check "$1: call with JSON" exits 0 "$flota" call --port "$port" Echo '{"text":"a \"quoted\" \u00fc\n"}'
    check "$1: it comes back" has out '"a \"quoted\" ü\n"'
    check "$1: call without parameters" exits 0 "$flota" call --port "$port" Echo
    check "$1: null" has out null
    check "$1: unknown method" complains 5 "$flota" call --port "$port" Foo.Bar
    check "$1: named" has err 'No handler for Foo.Bar'
    check "$1: config set" exits 0 "$flota" config set --port "$port" mqtt.server=broker mqtt.port=1883
    check "$1: config get" exits 0 "$flota" config get mqtt.port --port "$port"
    check "$1: confirm what is confirmed" complains 5 "$flota" confirm --port "$port"
    check "$1: why not" has err ALREADY_CONFIRMED
    check "$1: with -v frames are shown" exits 0 "$flota" info --port "$port" -v
    check "$1: shown" has err '<- {"'
    check "$1: the device lives" stop
}

test_pause() { # WAY: guessing does not go on for long
    local i
    case $1 in http | ws) return ;; esac # these fakes compare what came with the request
    start "$1" user=admin secret=open:sesame
    for ((i = 0; i < 5; i++)); do
        check "$1: wrong password $i" exits 4 "$flota" call --port "$port" Echo --creds admin:wrong
    done
    check "$1: too many of them" complains 4 "$flota" call --port "$port" Echo --creds admin:open:sesame
    check "$1: to wait" has err 'too many wrong answers; try again in' 'To do: wait'
    stop
}

test_credentials() { # WAY
    echo admin:open:sesame >creds
    start "$1" user=admin secret=open:sesame
    check "$1: no credentials" complains 4 "$flota" call --port "$port" Echo
    check "$1: wrong password" complains 4 "$flota" call --port "$port" Echo --creds admin:wrong
    check "$1: wrong user" complains 4 "$flota" call --port "$port" Echo --creds bob:open:sesame
    check "$1: not let in" lacks "$log" echo
    check "$1: right ones" exits 0 "$flota" call --port "$port" Echo --creds admin:open:sesame
    check "$1: from a file" exits 0 "$flota" call --port "$port" Echo --creds @creds
    check "$1: from the environment" exits 0 env FLOTA_CREDS=admin:open:sesame "$flota" call --port "$port" Echo
    check "$1: update without them" complains 4 "$flota" ota --port "$port" new.bin
    check "$1: update with wrong ones" complains 4 "$flota" ota --port "$port" new.bin --creds admin:wrong
    check "$1: nothing was begun" lacks "$log" begin
    check "$1: the device lives" stop
    test_pause "$1"
    start "$1" secret=t0ken
    check "$1: a token" exits 0 "$flota" call --port "$port" Echo --creds t0ken
    check "$1: a wrong token" complains 4 "$flota" call --port "$port" Echo --creds token
    check "$1: update with a token" exits 0 "$flota" ota --port "$port" new.bin --creds t0ken
    check "$1: the device lives" stop
}

test_update() { # WAY
    start "$1"
    check "$1: update" exits 0 "$flota" ota --port "$port" new.bin --commit-timeout 77
    check "$1: phases" in_order checking receiving 'receiving: ' verifying restarting trial 'confirmed: blinky 1.5.0'
    check "$1: it got the time-out" has "$log" 'commit_timeout 77'
    check "$1: info afterwards" exits 0 "$flota" info --port "$port"
    check "$1: the new one runs" has out 'blinky 1.5.0'
    check "$1: as events" exits 0 "$flota" ota --port "$port" newer.bin --json
    check "$1: each in its line" has out '"phase":"checking","event":"phase"' '"event":"progress"' \
        '"phase":"trial"' '"outcome":"confirmed","exit":0'
    check "$1: nothing else on stderr" not test -s err
    check "$1: an older one" complains 5 "$flota" ota --port "$port" old.bin
    check "$1: what runs on" has err IMAGE_DOWNGRADE 'still runs blinky 1.6.0'
    check "$1: consent" exits 0 "$flota" ota --port "$port" old.bin --downgrade
    check "$1: quietly" exits 0 "$flota" ota --port "$port" new.bin -q
    check "$1: quiet" not test -s err
    check "$1: the device lives" stop
}

test_endings() { # WAY
    start "$1" refuse=115
    check "$1: refused by the device" complains 5 "$flota" ota --port "$port" new.bin
    check "$1: why, and what runs" has err IMAGE_REJECTED 'still runs blinky 1.4.2'
    stop
    start "$1" refuse=402
    check "$1: flash fails" complains 1 "$flota" ota --port "$port" new.bin
    check "$1: says so" has err FLASH_ERASE
    stop
    start "$1" rolls-back
    check "$1: rolled back" complains 7 "$flota" ota --port "$port" new.bin -t 2
    [ "$1" = udp ] || check "$1: the reason" has err 'it crashed three times' watchdog
    check "$1: the old one runs" has err 'still runs blinky 1.4.2'
    stop
    start "$1" explicit
    check "$1: confirmed by us" exits 0 "$flota" ota --port "$port" new.bin --confirm
    check "$1: it was told" has "$log" committed
    stop
    case $1 in tcp | ws | serial) return ;; esac # this fake serves one client at a time there
    start "$1" explicit
    timeout 60 "$flota" ota --port "$port" new.bin >out2 2>err2 &
    local tool=$!
    check "$1: the trial waits" until_true grep -q 'flota confirm --port' err2
    check "$1: confirm" exits 0 "$flota" confirm --port "$port"
    check "$1: the first one sees it" wait $tool
    stop
}

test_breaks() { # WAY
    case $1 in udp | mqtt | serial) local fault=lose=13 ;; *) local fault=drop=30000 ;; esac
    start "$1" $fault chunk=2048
    check "$1: $fault" exits 0 "$flota" ota --port "$port" new.bin -t 1
    case $1 in tcp | ws) check "$1: went on" not grep -q 'begin at 0' <(tail -n +2 <(grep begin "$log")) ;; esac
    [ "$1" != http ] || check "$1: went on" test "$(grep -c begin "$log")" = 2
    stop
    start "$1" stop=30000
    "$flota" ota --port "$port" new.bin -t 20 >out 2>err &
    local tool=$! code
    until_true grep -q '^stopped' "$log"
    kill -INT $tool
    wait $tool
    code=$?
    check "$1: Ctrl-C" test $code = 130
    check "$1: Ctrl-C says how to go on" has err 'run the same command again' 'still runs'
    printf g >&$input
    check "$1: a second run" exits 0 "$flota" ota --port "$port" new.bin
    check "$1: went on where it stopped" eval "tail -n +2 <(grep begin '$log') | grep -qv 'begin at 0\$'"
    check "$1: the device lives" stop
}

test_nonsense() { # WAY
    check "$1: nobody there" complains 3 "$flota" info --port "$(nobody "$1")" -t 1
    start "$1" stall
    check "$1: no answer" complains "$(silent_code "$1")" "$flota" info --port "$port" -t 1
    check "$1: no answer to an update" complains "$(silent_code "$1")" "$flota" ota --port "$port" new.bin -t 1
    stop
    start "$1" garbage
    check "$1: garbage" fails "$flota" info --port "$port" -t 1
    check "$1: garbage has words" grep -q '^To do: ' err
    check "$1: garbage for an update" fails "$flota" ota --port "$port" new.bin -t 1
    stop
    start "$1" huge
    check "$1: 3 MB for an answer" fails "$flota" info --port "$port" -t 1
    check "$1: has words" grep -q '^To do: ' err
    check "$1: no sanitizer complains" lacks err Sanitizer
    stop
}

test_old() { # over HTTP: a device without RPC
    start http old explicit
    check 'without RPC: info' exits 0 "$flota" info --port "$port"
    check 'without RPC: from the status' has out 'blinky 1.4.2' confirmed
    check 'without RPC: a call' complains 5 "$flota" call --port "$port" Echo
    check 'without RPC: update' exits 0 "$flota" ota --port "$port" new.bin --confirm
    check 'without RPC: by the older address' has "$log" committed
    check 'without RPC: nothing to confirm' complains 5 "$flota" confirm --port "$port"
    check 'without RPC: why' has err ALREADY_CONFIRMED
    stop
}

test_truth() { # over HTTP: what waits in buffers on the way has not arrived
    start http hold=20000
    timeout 60 "$flota" ota --port "$port" new.bin >out 2>err &
    local tool=$!
    check 'truth: the device is asked' until_true eval "[ \$(grep -c '^asked while held' '$log') -ge 3 ]"
    check 'truth: what it has is told' has err 'receiving: 30 %'
    check 'truth: no more than that' not grep -q 'receiving: [4-9]\|receiving: 100\|verifying' err
    kill -INT $tool
    wait $tool
    check 'truth: Ctrl-C' test $? = 130
    stop
}

test_others() { # WAY: by RPC only
    start "$1" busy
    check "$1: somebody else updates" complains 5 "$flota" ota --port "$port" new.bin -t 1
    check "$1: who" has err bob UPDATE_BUSY
    stop
    start "$1" vanished
    check "$1: somebody has left" exits 0 "$flota" ota --port "$port" new.bin
    check "$1: was given up" has "$log" 'given up'
    stop
    start "$1" forgets
    check "$1: another maker's device" exits 0 "$flota" ota --port "$port" new.bin
    check "$1: in pieces of 512" test "$(tail -n 1 <(grep write "$log"))" = 'write of 480'
    stop
    start "$1" chunk=4096
    check "$1: large pieces" exits 0 "$flota" ota --port "$port" new.bin
    [ "$1" = udp ] || check "$1: of 4 KB" has "$log" 'write of 4032'
    [ "$1" != udp ] || check "$1: as a datagram takes them" has "$log" 'write of 960'
    check "$1: the device lives" stop
}

test_url() { # WAY
    case $1 in tcp | ws) return ;; esac # the tool needs a second connection, which this fake has not
    start "$1"
    check "$1: from a URL" exits 0 "$flota" ota --port "$port" "http://files/$work/new.bin"
    check "$1: the new one" has err 'confirmed: blinky 1.5.0'
    check "$1: a bad URL" complains 5 "$flota" ota --port "$port" http://nowhere/new.bin
    check "$1: why" has err NAME_UNKNOWN
    stop
}

# --- whatever the way ---

test_files() {
    start tcp
    check 'another board' complains 5 "$flota" ota --port "$port" other-board.bin
    check 'which' has err IMAGE_OTHER_BOARD nucleo-h743 stm32h745i-disco
    check 'noise' complains 5 "$flota" ota --port "$port" noise.bin
    check 'a damaged file' complains 5 "$flota" ota --port "$port" broken.bin
    check 'no file' exits 1 "$flota" ota --port "$port" nothing.bin
    check 'nothing was sent' lacks "$log" begin
    check 'dry run' exits 0 "$flota" ota --port "$port" new.bin --dry-run
    check 'nothing was sent then' lacks "$log" begin
    check 'unchecked, the device judges' complains 5 "$flota" ota --port "$port" broken.bin --no-check
    check 'it was sent' has "$log" begin
    stop
    check 'damaged, and no device' complains 5 "$flota" ota --port "$(nobody tcp)" broken.bin -t 1
}

test_settings() {
    start tcp
    mkdir -p config/flota project
    check 'FLOTA_PORT' exits 0 env FLOTA_PORT="$port" "$flota" info
    check 'the command line is stronger' exits 3 env FLOTA_PORT="$port" "$flota" info --port tcp://127.0.0.1:1
    printf 'name: x\nport: "%s" # here\n' "$port" >project/flota.yml
    check 'flota.yml' exits 0 env -C project "$flota" info
    printf 'port = %s\ntimeout = 3\n' "$port" >config/flota/config
    check 'the config file' exits 0 "$flota" info
    check 'the project is stronger' exits 3 env -C "$work" FLOTA_PORT=tcp://127.0.0.1:1 "$flota" info
    rm config/flota/config
    check 'a bad number' exits 2 env FLOTA_TIMEOUT=long "$flota" info --port "$port"
    check 'a bad flag' exits 2 env FLOTA_VERBOSE=maybe "$flota" info --port "$port"
    check 'no such way' complains 2 "$flota" info --port ftp://host
    check 'no device' exits 3 "$flota" info
    check 'what to give' has err http:// /dev/ttyACM0
    check 'nobody there' complains 3 "$flota" info --port 127.0.0.1:1 -t 1
    check 'in whose network' has err 'its address lies in the network of lo: check power'
    check 'no port' complains 2 "$flota" info --port mqtt://broker
    check 'a console by tcp' complains 2 "$flota" console --port "$port"
    stop
}

test_many() {
    local i ports=()
    for i in 1 2 3; do
        start tcp
        ports+=("$port lamp-$i")
    done
    printf '# three\n%s\n%s\n\n%s\n' "${ports[@]}" >ports
    check 'three devices' exits 0 "$flota" ota --ports ports new.bin --jobs 2
    check 'a line each' has err 'lamp-1: receiving' 'lamp-2: confirmed: blinky 1.5.0' 'lamp-3: confirmed'
    check 'a summary' has err 'confirmed 3, rolled back 0, failed 0'
    start tcp rolls-back
    echo "$port bad" >>ports
    start ws refuse=113
    echo "$port worse" >>ports
    echo "$(nobody tcp) gone" >>ports
    check 'six, three of them bad' exits 7 "$flota" ota --ports ports newer.bin -t 1
    check 'what became of each' has err 'confirmed 3, rolled back 1, failed 2' 'bad: the new firmware was rolled back' \
        'worse: the device refused' 'gone: the device cannot be reached'
    check 'as events' exits 7 "$flota" ota --ports ports old.bin --downgrade -t 1 --json
    check 'each with its device' has out '"device":"lamp-1"' '"device":"gone"' '"event":"summary"'
    check 'an empty list' exits 2 "$flota" ota --ports /dev/null new.bin
}

test_log() { # the device's log between the frames
    start serial
    check 'the log is shown' exits 0 "$flota" ota --port "$port" new.bin
    check 'from the restart on' has err 'device: sensor 21.5 C'
    check 'not before' eval "! sed '/^restarting/q' err | grep -q '^device: '"
    stop
}

test_console() {
    local keys tool
    start serial
    mkfifo keys
    "$flota" console --port "$port" <keys >console.out 2>err &
    tool=$!
    exec {keys}>keys
    printf '"""\x04"""\n\n' >&$keys
    check 'console: keys go out, text comes back' until_true grep -q '"""' console.out
    check 'a second program is told that the line is in use' complains 3 "$flota" info --port "$port" -t 1
    check 'in words' has err 'another program uses it'
    printf '\x1d' >&$keys
    check 'console: Ctrl-] leaves' wait $tool
    exec {keys}>&-
    stop
}

# --- all of it ---

alone() { # FOLDER WAY GROUP...: groups of checks in a folder, and with a broker, of their own
    local group way=$2
    trap end_all EXIT
    work=$work/$1 checks=0 failures=0
    mkdir "$work"
    cp ./*.bin "$work"
    cd "$work" || exit 1
    [ "$way" != mqtt ] || check 'the broker starts' start_broker
    for group in "${@:3}"; do "$group" "$way"; done
    echo "$checks $failures" >"../$1.count"
}

test_way() { # WAY: most of its time is waiting, so four at a time
    local others=test_others group all bad
    [ "$1" != http ] || others='test_old test_truth'
    alone a "$1" test_talk test_credentials &
    alone b "$1" test_update test_url &
    alone c "$1" test_endings test_breaks &
    # shellcheck disable=SC2086 # one or two
    alone d "$1" test_nonsense $others &
    wait
    for group in a b c d; do
        check "$1: group $group has come to its end" test -s "$group.count"
        all=0 bad=0
        [ ! -s "$group.count" ] || read -r all bad <"$group.count"
        checks=$((checks + all)) failures=$((failures + bad))
        rm -f "$group.count"
    done
}

make_files
for way in "${ways[@]}"; do
    case $way in
    rest)
        test_files
        test_settings
        test_many
        test_log
        test_console
        ;;
    mqtt) skip mosquitto || test_way mqtt ;;
    *) test_way "$way" ;;
    esac
done
finish
