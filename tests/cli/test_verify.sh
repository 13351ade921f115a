#!/bin/bash
# test_verify.sh - flota verify: each refusal of a device, and every changed bit.
# usage: test_verify.sh PATH_OF_FLOTA
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/common.sh"

image my-product 1.2.3 9001 >sealed.bin
"$flota" seal -q sealed.bin sealed.bin
size=$(stat -c %s sealed.bin)
key a
key b
"$flota" sign -q sealed.bin signed.bin -k a.pem
"$flota" bundle -q plain.zip --image sealed.bin
"$flota" bundle -q signed.zip --image sealed.bin -k b.pem -s 1
"$flota" bundle -q inside.zip --image signed.bin
verify() {
    "$flota" verify "$@"
}

# --- taken ---
for file in sealed.bin signed.bin plain.zip signed.zip; do
    check "$file is taken by a device without keys" exits 0 verify $file
    check "which looks at no signature" grep -q 'not checked: no key was given' out
done
check "a signed image is taken" exits 0 verify -r signed.bin -k a.pem
check "because of its signature" grep -q 'the image is signed by a key of the device' out
check "with the public key, too" exits 0 verify -r signed.bin -k a.pub.pem
check "in any slot" exits 0 verify -r signed.bin -k b.pem -k a.pem
check "a signed bundle is taken" exits 0 verify -r signed.zip -k b.pub.pem -s 1
check "because of its signature" grep -q 'the manifest is signed by a key of the device' out
check "a signed image in a bundle is taken" exits 0 verify -r inside.zip -k a.pem
check "unsigned firmware is taken where that is allowed" exits 0 verify sealed.bin -k a.pem
check "and said to be" grep -q 'takes unsigned firmware' out
check "JSON" exits 0 verify -r --json signed.zip -k b.pem -s 1
check "says so" grep -qxF '{"file":"signed.zip","ok":true,"manifest_signed":true,"image_signed":false}' out

# --- signatures ---
check "an unsigned image" refuses SIGNATURE_MISSING verify -r sealed.bin -k a.pem
check "an unsigned bundle" refuses SIGNATURE_MISSING verify -r plain.zip -k a.pem
check "a required signature without any key" refuses SIGNATURE_MISSING verify -r sealed.bin
check "another key" refuses KEY_UNKNOWN verify signed.bin -k b.pem
check "another slot" refuses KEY_UNKNOWN verify signed.zip -k b.pem -s 0
check "another key in the slot" refuses SIGNATURE_WRONG verify signed.zip -k a.pem -s 1
check "JSON of a refusal" exits 5 verify -r --json sealed.bin -k a.pem
check "has the error" grep -q '"ok":false.*"error":{"code":-121,"name":"SIGNATURE_MISSING","cause":"' out
for ((offset = size; offset < size + 128; offset += 3)); do
    flip signed.bin damaged.bin "$offset" $((1 << offset % 8))
    check "a bit of the trailer flipped at $offset" exits 5 verify -r damaged.bin -k a.pem
done

# --- the image ---
for offset in 0 4 0x100 0x400 0x404 0x40C 0x410 0x418 0x498 0x49C 0x4A4 0x4DC 0x4FC 0x500 0x1FFF 0x2000 \
    $((size - 1)); do
    flip signed.bin damaged.bin $((offset))
    check "a bit flipped at $offset" exits 5 verify damaged.bin -k a.pem
    check "without keys, too" exits 5 verify damaged.bin
done
flip signed.bin damaged.bin 0x2000
check "changed code" refuses IMAGE_CORRUPT verify damaged.bin -k a.pem
head -c "$size" signed.bin >stripped.bin
check "a trailer cut off" refuses IMAGE_WRONG_SIZE verify stripped.bin -k a.pem
cat sealed.bin <(bytes_at signed.bin "$size" 128) >grafted.bin
check "a trailer put on" refuses IMAGE_WRONG_SIZE verify grafted.bin -k a.pem
head -c 3000 <(yes 'no firmware') >text.bin
check "a text file" exits 5 verify text.bin
: >empty.bin
check "an empty file" refuses IMAGE_EMPTY verify empty.bin
check "a missing file" exits 1 verify missing.bin

# --- the bundle ---
start=43
manifest_size=$(number_at plain.zip 18)
crc_of() { # FILE OFFSET SIZE: as escaped bytes; gzip ends with it
    bytes_at "$@" | gzip -c | tail -c 8 | head -c 4 | od -An -v -tx1 | sed 's/ /\\x/g'
}
repair() { # FILE: the manifest's CRC, in its header and in the directory
    local extra directory crc
    extra=$((0x$(hex_at "$1" 28 1)))
    directory=$(number_at "$1" $(($(stat -c %s "$1") - 6)))
    crc=$(crc_of "$1" $((start + extra)) "$(number_at "$1" 18)")
    poke "$1" 14 "$crc"
    poke "$1" $((directory + 16)) "$crc"
}
cp signed.zip same.zip
repair same.zip
check "repairing a sound bundle changes nothing" cmp -s signed.zip same.zip
extra=$((0x$(hex_at signed.zip 28 1)))
timestamp=$(grep -abo build_timestamp signed.zip | cut -d: -f1)
flip signed.zip damaged.zip $((timestamp + 18))
check "a manifest damaged on its way" refuses BUNDLE_BAD_CRC verify damaged.zip -k b.pem -s 1
repair damaged.zip
check "a changed manifest" refuses SIGNATURE_WRONG verify damaged.zip -k b.pem -s 1
check "is taken by a device without keys" exits 0 verify damaged.zip
for offset in 12 30 60 90; do
    flip signed.zip damaged.zip $((start + offset)) 3
    check "a character of the signature changed at $offset" refuses SIGNATURE_WRONG \
        verify damaged.zip -k b.pem -s 1
done
flip signed.zip damaged.zip $((start + 1))
check "a signature hidden in another field" refuses SIGNATURE_MISSING verify -r damaged.zip -k b.pem -s 1
flip plain.zip damaged.zip $((start + manifest_size + 37 + 5000))
check "a part damaged on its way" exits 5 verify damaged.zip
check "for its CRC or SHA-256" grep -qE '\((BUNDLE_BAD_CRC|BUNDLE_PART_WRONG)\)' err
check "a bundle cut short" exits 5 verify <(head -c 5000 plain.zip)
check "bytes behind the bundle" refuses BUNDLE_EXTRA_BYTES verify <(cat plain.zip sealed.bin)

# --- the device ---
check "another board" refuses IMAGE_OTHER_BOARD verify sealed.bin --board nucleo-h745zi-q
check "a bundle for another board" refuses MANIFEST_OTHER_PLATFORM verify plain.zip --board nucleo-h745zi-q
check "the same board" exits 0 verify plain.zip --board stm32h745i-disco
check "another product" refuses IMAGE_OTHER_PRODUCT verify sealed.bin --product other
check "in a bundle, too" refuses IMAGE_OTHER_PRODUCT verify plain.zip --product other
running() { # NAME VERSION EPOCH CODE_SIZE [BYTE OFFSET]: a firmware that a device runs
    image my-product "$2" "$4" "$3" >"$1"
    [ $# -lt 5 ] || poke "$1" "$6" "$5"
    "$flota" seal -q "$1" "$1"
}
running older.bin 1.2.2 7 9001
check "over an older version" exits 0 verify sealed.bin --running older.bin
running newer.bin 1.2.4 7 9001
check "a downgrade" refuses IMAGE_DOWNGRADE verify sealed.bin --running newer.bin
"$flota" bundle -q newer.zip --image newer.bin
check "over a bundle's firmware" refuses IMAGE_DOWNGRADE verify signed.zip --running newer.zip
running epoch.bin 1.2.2 8 9001
check "a lower epoch" refuses IMAGE_EPOCH verify sealed.bin --running epoch.bin
check "in a manifest" refuses IMAGE_EPOCH verify plain.zip --running epoch.bin
epoch=$(grep -abo '"security_epoch":7' plain.zip | cut -d: -f1)
flip plain.zip damaged.zip $((epoch + 17))
repair damaged.zip
check "a lower epoch in the manifest than in the image" refuses IMAGE_EPOCH \
    verify damaged.zip --running older.bin
running guard.bin 1.2.2 7 9001 '\x00' 0x1000
check "another guard" refuses IMAGE_OTHER_GUARD verify sealed.bin --running guard.bin
check "a running firmware that is none" exits 1 verify sealed.bin --running text.bin

# --- flota_config.h ---
public=$(sed -n 's/^public key *//p' b.txt)
{
    echo '#ifndef FLOTA_CONFIG_H'
    echo '#define FLOTA_PRODUCT        "my-product"'
    echo "/* #define FLOTA_KEY_0 \"$(sed -n 's/^public key *//p' a.txt)\" is a comment"
    echo '#define FLOTA_KEY_2 "and so is this" */'
    echo '#define FLOTA_KEY_1 /* the next line, as a formatter leaves it */ \'
    echo "    \"${public:0:40}\" \"${public:40}\" // in two strings"
    echo '#endif'
} >flota_config.h
check "keys from a configuration" exits 0 verify signed.zip -c flota_config.h
check "hold" grep -q 'the manifest is signed' out
check "a key in a comment is none" refuses KEY_UNKNOWN verify signed.bin -c flota_config.h
check "unsigned is allowed by default" exits 0 verify sealed.bin -c flota_config.h
echo '#define FLOTA_SIGNATURE_POLICY FLOTA_SIGNATURES_REQUIRED' >>flota_config.h
check "a policy from a configuration" refuses SIGNATURE_MISSING verify sealed.bin -c flota_config.h
mkdir variant
{
    echo '#include "../flota_config.h"'
    echo '#undef FLOTA_SIGNATURE_POLICY'
    echo '#undef FLOTA_KEY_1'
} >variant/flota_config.h
check "a configuration that includes another" exits 0 verify sealed.bin -c variant/flota_config.h
check "and takes its keys away" grep -q 'no key was given' out
echo '#include "missing.h"' >variant/broken.h
check "one that includes what is not there" exits 1 verify sealed.bin -c variant/broken.h
sed -i s/my-product/other/ flota_config.h
check "a product from a configuration" refuses IMAGE_OTHER_PRODUCT verify signed.zip -c flota_config.h
echo '#define FLOTA_KEY_3 "abc"' >>flota_config.h
check "a key that is none" exits 1 verify signed.zip -c flota_config.h

# --- usage ---
check "no file is wrong usage" exits 2 verify
check "two files are" exits 2 verify sealed.bin signed.bin
check "a key that is no key" exits 1 verify sealed.bin -k text.bin
check "help names the exit codes" exits 0 "$flota" help verify
check "namely" grep -q '5: it would be refused' out

finish
