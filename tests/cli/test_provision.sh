#!/bin/bash
# test_provision.sh - flota provision, on values and on a virtual board.
# usage: test_provision.sh PATH_OF_FLOTA PATH_OF_FLOTA_VBOARD
# SPDX-License-Identifier: Apache-2.0
vboard=$(realpath "$2")
. "$(dirname "$0")/common.sh"
factory=0x1bc6aaf0

# --- values ---
check "a factory board needs two changes" exits 0 "$flota" provision --status $factory
check "BCM4" grep -q '^BCM4  *1  *0 ' out
check "and the brown-out level" grep -q '^BOR_LEV  *0  *3 ' out
check "the watchdog stays" grep -q '^IWDG1_SW  *1  *1 ' out
check "no other bit changes" grep -q '^FLASH_OPTSR  *0x1bc6aaf0 -> 0x1b86aafc' out
check "STM32CubeProgrammer's command" grep -q 'STM32_Programmer_CLI -c port=SWD mode=UR -ob BCM4=0 BOR_LEV=3$' out
check "OpenOCD's command" grep -q 'stm32h7x option_write 0 0x20 0x0000000c 0x0040000c;' out
check "are said to be untested" grep -q 'not tested on real silicon' out
echo '0x5200201c: 1bc6aaf0 ' >dump.txt
check "a memory dump is read" exits 0 "$flota" provision --status @dump.txt --json
check "as JSON" grep -qF '{"before":{"status":466004720,"bcm4":1,"bor":0,"iwdg1_sw":1,"swap_bank":0,"rdp":170},' out
check "with what is wanted" grep -qF '"wanted":{"status":461810428,"bcm4":0,"bor":3,' out
check "a board that is ready" exits 0 "$flota" provision --status 0x1b86aafc
check "is said to be" grep -q 'Nothing to set' out
for pair in 3300:3 3000:3 2999:2 2700:2 2500:1 2399:0 1800:0; do
    exits 0 "$flota" provision --status $factory --supply "${pair%:*}" --json
    check "the level for a supply of ${pair%:*} mV" grep -q "\"wanted\":{[^}]*\"bor\":${pair#*:}," out
done
check "a board at RDP level 2 is refused" exits 5 "$flota" provision --status 0x1bc6ccf0
check "no value" exits 1 "$flota" provision --status none
check "nothing to read is wrong usage" exits 2 "$flota" provision
check "two sources are" exits 2 "$flota" provision --status $factory --port http://127.0.0.1:1
check "values cannot be applied" exits 2 "$flota" provision --status $factory --apply
check "nobody answers" exits 3 "$flota" provision --port http://127.0.0.1:1

# --- a virtual board, with a firmware that sleeps ---
printf '\x00\x00\x02\x20\x09\x00\x00\x08\x30\xbf\xfd\xe7' >idle.bin
"$vboard" --load idle.bin --option-bytes factory --flash board.flash --uart3 none --http 127.0.0.1:0 \
    >board.out 2>&1 </dev/null &
board=$!
trap 'kill $board 2>/dev/null; rm -rf "$work"' EXIT
for ((i = 0; i < 200; i++)); do
    url=$(grep -o 'http://[^ ]*' board.out) && break
    sleep 0.05
done
check "the board serves its page" test -n "$url"
status() {
    curl -s --noproxy '*' "${url}api/board" | grep -o '"options":{[^}]*}'
}
check "a factory board" test "$(status)" = '"options":{"bor":0,"iwdg1_sw":1,"bcm4":1,"swap_bank":0,"rdp":170}'
check "is read" exits 0 "$flota" provision --port "$url"
check "and left alone" test "$(status)" = '"options":{"bor":0,"iwdg1_sw":1,"bcm4":1,"swap_bank":0,"rdp":170}'
check "it says how to set it" grep -q 'the same command with --apply' out
check "it is set" exits 0 "$flota" provision --port "$url" --apply
check "and said to be" grep -q 'Set and read back' out
check "nothing else changes" test "$(status)" = '"options":{"bor":3,"iwdg1_sw":1,"bcm4":0,"swap_bank":0,"rdp":170}'
check "the board was reset" grep -q '"resets":1,"last_reset":"reset button"' <(curl -s --noproxy '*' "${url}api/board")
check "once more changes nothing" exits 0 "$flota" provision --port "$url" --apply
check "as JSON, too" exits 0 "$flota" provision --port "$url" --json
check "it is ready" grep -q '"applied":false,"ready":true' out
for wrong in '' '?bcm4=2' '?bor=4' '?bcm4=' '?bcm4=-1' '?wrp=0' '?bcm4=0&bcm4=1'; do
    check "the board refuses '$wrong'" \
        test "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' -d '' "${url}api/options$wrong")" = 400
done
curl -s --noproxy '*' -o /dev/null -d '' "${url}api/options?bcm4=1"
for ((i = 0; i < 200; i++)); do
    status | grep -q '"bcm4":1' && break
    sleep 0.05
done
check "a programmer may set it back" grep -q '"bcm4":1' <(status)
curl -s --noproxy '*' -o /dev/null -d '' "${url}api/power?on=0"
check "a board without power is refused" exits 5 "$flota" provision --port "$url" --apply
check "in words" grep -q 'the board has no power' err
check "another site is not one" exits 1 "$flota" provision --port "${url}api/console"

finish
