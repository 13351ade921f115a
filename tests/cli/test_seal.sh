#!/bin/bash
# test_seal.sh - flota seal, inspect and help, against coreutils' SHA-256 and gzip's CRC-32.
# usage: test_seal.sh PATH_OF_FLOTA
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/common.sh"

image my-product 1.2.3 3001 >in.bin
size=$(stat -c %s in.bin)

# --- seal ---
check "an image is sealed" exits 0 "$flota" seal in.bin out.bin
check "messages go to stderr" test ! -s out
check "the message says what was sealed" grep -q "sealed out.bin: blinky 1.2.3, build id [0-9a-f]\{16\}, $size B" err
check "the size is kept" test "$(stat -c %s out.bin)" = "$size"
check "image_size is filled" test "$(hex_at out.bin 0x40C 4)" = "$(printf '%02x%02x0000' $((size & 255)) $((size >> 8)))"
cp out.bin zeroed.bin
head -c 36 /dev/zero | dd of=zeroed.bin bs=1 seek=$((0x4DC)) conv=notrunc status=none
sum=$(sha256sum zeroed.bin | cut -d' ' -f1)
check "the digest is the SHA-256 with digest and crc32 as zeros" test "$(hex_at out.bin 0x4DC 32)" = "$sum"
crc=$(bytes_at out.bin 0x400 252 | gzip -c | tail -c 8 | head -c 4 | od -An -tx1 | tr -d ' ')
check "the crc32 is zlib's of the 252 bytes before it" test "$(hex_at out.bin 0x4FC 4)" = "$crc"
check "only the block has changed" cmp -s <(bytes_at in.bin 0x500 4000) <(bytes_at out.bin 0x500 4000)
check "sealing again changes nothing" exits 0 "$flota" seal -q out.bin again.bin
check "quiet means quiet" test ! -s err
check "the same bytes" cmp -s out.bin again.bin
cp in.bin same.bin
check "an image is sealed in place" exits 0 "$flota" seal same.bin same.bin
check "with the same result" cmp -s out.bin same.bin
check "nothing else is left behind" test "$(ls | tr '\n' ' ')" = "again.bin err in.bin out out.bin same.bin zeroed.bin "

refused() { # NAME FILE ERROR: not sealed, OUT not made, the error named, and a remedy
    check "$1 is not sealed" exits 1 "$flota" seal "$2" refused.bin
    check "$1: the error is named" grep -q "$2: .*($3)" err
    check "$1: a remedy is given" grep -q "^To do: " err
    check "$1: nothing is written" test ! -e refused.bin
}
: >empty.bin
refused "an empty file" empty.bin IMAGE_EMPTY
head -c 1279 in.bin >short.bin
refused "a short file" short.bin IMAGE_TOO_SHORT
cp in.bin no_block.bin
poke no_block.bin 0x400 'X'
refused "an image without a block" no_block.bin IMAGE_NO_INFO
cp in.bin vectors.bin
poke vectors.bin 4 '\x00'
refused "a reset vector that is no Thumb code" vectors.bin IMAGE_BAD_VECTORS
cp in.bin address.bin
poke address.bin 0x408 '\x00\x00\x10\x08'
poke address.bin 4 '\x01\x05\x10\x08'
refused "an image for bank 2" address.bin IMAGE_OTHER_ADDRESS
image '' 1.0.0 100 >unnamed.bin
refused "an image without a product" unnamed.bin IMAGE_BAD_INFO
image p 1.0.0 $((917504 - 1279)) >large.bin
refused "an image of a byte too many" large.bin IMAGE_TOO_LARGE
image p 1.0.0 $((917504 - 1280)) >largest.bin
check "the largest image is sealed" exits 0 "$flota" seal largest.bin largest.bin
cp out.bin joined.bin
printf x >>joined.bin
refused "a sealed image that has grown" joined.bin IMAGE_WRONG_SIZE
cp out.bin damaged.bin
poke damaged.bin 0x600 '\x00'
refused "a sealed image that was damaged" damaged.bin IMAGE_CORRUPT
check "a changed image is sealed by force" exits 0 "$flota" seal --force damaged.bin forced.bin
check "and is good then" exits 0 "$flota" inspect forced.bin
check "a missing file is said to be missing" exits 1 "$flota" seal missing.bin x.bin
check "in words" grep -q 'missing.bin: No such file' err
check "a folder that is missing" exits 1 "$flota" seal in.bin missing/x.bin
check "one argument is wrong usage" exits 2 "$flota" seal in.bin
check "three arguments are wrong usage" exits 2 "$flota" seal a b c

# --- inspect ---
check "a good image passes" exits 0 "$flota" inspect out.bin
for line in 'product  *my-product' 'name  *blinky' 'version  *1.2.3' 'board  *stm32h745i-disco' \
    "build id  *${sum:0:16}" "image size  *$size B of 917504" 'link address  *0x08000000' 'epoch  *7' \
    'check  *ok: vector table, block, link address, size, SHA-256'; do
    check "inspect prints" grep -q "^$line\$" out
done
check "a damaged image does not pass" exits 1 "$flota" inspect damaged.bin
check "its error is named" grep -q '^check  *IMAGE_CORRUPT: ' out
check "an unsealed image does not pass" exits 1 "$flota" inspect in.bin
check "its remedy is to seal it" grep -q 'run flota seal' out
check "JSON of a good image" exits 0 "$flota" inspect --json out.bin
check "is one line" test "$(wc -l <out)" = 1
for part in '"product":"my-product"' '"version":"1.2.3"' "\"build_id\":\"${sum:0:16}\"" \
    "\"image_size\":$size" '"link_address":"0x08000000"' "\"sha256\":\"$sum\"" '"sealed":true' '"ok":true'; do
    check "JSON holds $part" grep -qF "$part" out
done
head -c 3000 <(yes 'no firmware') >text.bin
check "JSON of a text file" exits 1 "$flota" inspect --json text.bin
check "holds the error" grep -q '"block":false.*"ok":false,"error":{"code":-10[0-9],"name":"IMAGE_' out
cp in.bin escape.bin
poke escape.bin 0x418 '\x1b[31m'
check "a damaged block's text" exits 1 "$flota" inspect escape.bin
check "does not reach the terminal as it is" grep -q '^product  *?\[31m' out

# --- help ---
check "no command is wrong usage" exits 2 "$flota"
check "help lists" exits 0 "$flota" help
check "the commands" grep -q '^  seal ' out
check "help explains" exits 0 "$flota" help seal
check "a command" grep -q 'IN.bin OUT.bin' out
check "an unknown command is wrong usage" exits 2 "$flota" insepct
check "with a hint" grep -q "Did you mean 'inspect'?" err
check "a far-off one" exits 2 "$flota" zzzzzzzzz
check "gets none" test "$(grep -c 'Did you mean' err)" = 0
check "the version" exits 0 "$flota" --version
check "is a version" grep -q '^flota [0-9]*\.[0-9]*\.[0-9]*$' out

# --- the guard's id ---
zeros=0000000000000000
check "an image that ends before 0x2000 has no guard id" test "$(hex_at out.bin 0x49C 8)" = $zeros
image p 1.0.0 $((0x2000 - 0x500 - 1)) >almost.bin
"$flota" seal -q almost.bin almost.bin
check "also when a byte is missing" test "$(hex_at almost.bin 0x49C 8)" = $zeros
image p 1.0.0 $((0x2000 - 0x500)) >exact.bin
"$flota" seal -q exact.bin exact.bin
guard=$(bytes_at exact.bin 0x500 0x1B00 | sha256sum | head -c 16)
check "else it is the SHA-256 of 0x500 to 0x2000" test "$(hex_at exact.bin 0x49C 8)" = "$guard"
check "an image with it passes" exits 0 "$flota" inspect exact.bin
check "inspect prints it" grep -q "^guard id  *$guard\$" out
image p 1.0.0 9000 >longer.bin
"$flota" seal -q longer.bin longer.bin
check "what follows does not change it" test "$(hex_at longer.bin 0x49C 8)" = "$guard"

# --- a signed image ---
key k
"$flota" sign -q out.bin signed.bin --key k.pem
check "a signed image is not sealed" exits 1 "$flota" seal signed.bin refused.bin
check "the remedy says why" grep -q '^To do: it is signed' err
check "also not by force" exits 1 "$flota" seal --force signed.bin refused.bin
check "nothing is written" test ! -e refused.bin

finish
