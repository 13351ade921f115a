#!/bin/bash
# test_bundle.sh - flota bundle and inspect, against unzip, Python's zipfile and libarchive's bsdtar.
# usage: test_bundle.sh PATH_OF_FLOTA
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/common.sh"

image my-product 1.2.3 9001 >in.bin
"$flota" seal -q in.bin sealed.bin
key a
key b
export SOURCE_DATE_EPOCH=1700000000

# --- what is in it ---
check "a bundle is made" exits 0 "$flota" bundle plain.zip --image sealed.bin
check "messages go to stderr" test ! -s out
check "the message says what was bundled" grep -q 'bundled plain.zip: blinky 1.2.3 for stm32h745i-disco, .*not signed' err
check "it begins as a ZIP file" test "$(hex_at plain.zip 0 4)" = 504b0304
check "without flags, stored" test "$(hex_at plain.zip 6 4)" = 00000000
check "the manifest is first" test "$(bytes_at plain.zip 30 14)" = 'manifest.json{'
start=43 # behind the local header: 30 bytes and the name
manifest_size=$(number_at plain.zip 18)
bytes_at plain.zip $start "$manifest_size" >manifest.json
for part in '{"name":"blinky","platform":"stm32h745i-disco","version":"1.2.3","build_id":"' \
    '"build_timestamp":"2023-11-14T22:13:20Z"' '"product":"my-product","security_epoch":7' \
    '"parts":{"cm7":{"type":"cm7","src":"cm7.bin"' "\"size\":$(stat -c %s sealed.bin)" \
    "\"cs_sha1\":\"$(sha1sum <sealed.bin | cut -d' ' -f1)\"" \
    "\"cs_sha256\":\"$(sha256sum <sealed.bin | cut -d' ' -f1)\"" \
    "\"build_id\":\"$(hex_at sealed.bin 0x4DC 8)\""; do
    check "the manifest holds $part" grep -qF "$part" manifest.json
done
check "another name" exits 0 "$flota" bundle named.zip --image sealed.bin --name kitchen
check "is taken" grep -qF '"name":"kitchen"' named.zip

# --- signatures ---
check "a bundle is signed" exits 0 "$flota" bundle signed.zip --image sealed.bin -k b.pem --slot 2
check "the message says so" grep -q 'manifest signed by 1$' err
check "in extra field 0x293a" test "$(hex_at signed.zip $start 2)" = 3a29
extra_size=$((0x$(hex_at signed.zip $((start + 2)) 1)))
check "which is all of the extra fields" test $((0x$(hex_at signed.zip 28 1))) = $((extra_size + 4))
bytes_at signed.zip $((start + 4)) $extra_size >signature.json
check "as JSON" grep -q '^{"sig2":"[A-Za-z0-9+/]*=*"}$' signature.json
bytes_at signed.zip $((start + 4 + extra_size)) "$(number_at signed.zip 18)" >signed.json
check "the manifest is the same" cmp -s manifest.json signed.json
check "four keys fit" exits 0 "$flota" bundle four.zip --image sealed.bin -k a.pem -s 3 -k b.pem -s 0
check "in the order given" grep -q '{"sig3":"[^"]*","sig0":"[^"]*"}' four.zip
"$flota" bundle again.zip -q --image sealed.bin -k b.pem --slot 2
check "the same input gives the same bytes" cmp -s signed.zip again.zip
SOURCE_DATE_EPOCH=1700000001 "$flota" bundle later.zip -q --image sealed.bin -k b.pem --slot 2
check "another time does not" not cmp -s signed.zip later.zip

# --- what inspect says ---
check "inspect takes it" exits 0 "$flota" inspect signed.zip
for line in 'file  *signed.zip, .* bundle' 'manifest  *blinky 1.2.3 for stm32h745i-disco, build id .*' \
    "part  *cm7.bin, $(stat -c %s sealed.bin) B" 'signatures  *slot 2' 'product  *my-product' \
    'check  *ok: .*'; do
    check "inspect prints" grep -q "^$line\$" out
done
check "an unsigned one" exits 0 "$flota" inspect plain.zip
check "is said to be" grep -q '^signatures  *none$' out
check "JSON" exits 0 "$flota" inspect --json signed.zip
check "has the manifest" grep -qF '"bundle":true,"manifest":{"name":"blinky"' out
check "and the slots" grep -qF '"signed_slots":[2]' out

# --- every bit counts: of headers, manifest, image, directory ---
size=$(stat -c %s plain.zip)
for offset in 0 6 8 14 18 22 26 30 60 200 $((start + manifest_size)) $((start + manifest_size + 8)) \
    $((start + manifest_size + 14)) $((start + manifest_size + 37)) $((start + manifest_size + 5000)) \
    $((size - 150)) $((size - 22)) $((size - 10)); do
    flip plain.zip damaged.zip "$offset"
    check "a bit flipped at $offset is seen" exits 1 "$flota" inspect damaged.zip
done
for length in 0 10 100 $((start + manifest_size)) 5000 $((size - 23)) $((size - 1)); do
    head -c "$length" plain.zip >cut.zip
    check "a bundle cut at $length is seen" exits 1 "$flota" inspect cut.zip
done
cat plain.zip manifest.json >joined.zip
check "bytes behind it are seen" exits 1 "$flota" inspect joined.zip
check "by name" grep -q '^check  *BUNDLE_EXTRA_BYTES' out

# --- refusals ---
check "an image is needed" exits 2 "$flota" bundle x.zip
check "an unsealed image is refused" exits 1 "$flota" bundle x.zip --image in.bin
check "a slot needs its key" exits 2 "$flota" bundle x.zip --image sealed.bin --slot 1
check "a slot counts to 3" exits 2 "$flota" bundle x.zip --image sealed.bin -k a.pem -s 4
check "a slot is given once" exits 2 "$flota" bundle x.zip --image sealed.bin -k a.pem -s 1 -k b.pem -s 1
check "a name has at most 31 bytes" exits 2 "$flota" bundle x.zip --image sealed.bin --name 12345678901234567890123456789012
SOURCE_DATE_EPOCH=today check "the time is a number" exits 1 "$flota" bundle x.zip --image sealed.bin
check "nothing was written" test ! -e x.zip

# --- other readers ---
if ! skip unzip; then
    check "unzip tests it" exits 0 unzip -t signed.zip
    check "unzip lists it" exits 0 unzip -l signed.zip
    check "the manifest first" test "$(awk 'NR == 4 { print $4 }' out)" = manifest.json
    unzip -p signed.zip cm7.bin >unzipped.bin
    check "unzip gives the image" cmp -s sealed.bin unzipped.bin
fi
if ! skip bsdtar; then
    bsdtar -xOf signed.zip cm7.bin >archive.bin
    check "libarchive gives the image" cmp -s sealed.bin archive.bin
fi
if ! skip python3; then
    cat >read.py <<'END'
import json, sys, zipfile
archive = zipfile.ZipFile("signed.zip")
assert archive.testzip() is None
assert archive.namelist() == ["manifest.json", "cm7.bin"]
assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
assert json.loads(archive.read("manifest.json"))["parts"]["cm7"]["size"] == len(archive.read("cm7.bin"))
END
    check "Python's zipfile reads it" exits 0 python3 read.py
fi
if ! skip openssl; then
    sed 's/.*:"\(.*\)".*/\1/' signature.json | base64 -d >sig.der
    check "OpenSSL takes the signature over the manifest" exits 0 \
        openssl dgst -sha256 -verify b.pub.pem -signature sig.der signed.json
    check "and not with the other key" exits 1 \
        openssl dgst -sha256 -verify a.pub.pem -signature sig.der signed.json
fi

finish
