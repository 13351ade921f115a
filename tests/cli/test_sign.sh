#!/bin/bash
# test_sign.sh - flota keygen, sign, inspect and verify, against OpenSSL.
# usage: test_sign.sh PATH_OF_FLOTA
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/common.sh"

image my-product 1.2.3 9001 >in.bin # an odd size: the trailer begins anywhere
size=$(stat -c %s in.bin)
"$flota" seal -q in.bin sealed.bin

# --- keygen ---
check "a key is made" exits 0 "$flota" keygen --out a.pem
cp out a.txt
public_pem a
check "for its owner alone" test "$(stat -c %a a.pem)" = 600
check "as PEM" grep -q 'BEGIN EC PRIVATE KEY' a.pem
public=$(sed -n 's/^public key *//p' a.txt)
fingerprint=$(sed -n 's/^fingerprint *//p' a.txt)
check "the public key is 91 bytes of DER" test "$(base64 -d <<<"$public" | wc -c)" = 91
check "the fingerprint is its SHA-256" \
    test "$(base64 -d <<<"$public" | sha256sum | cut -d' ' -f1)" = "$fingerprint"
check "the line for flota_config.h" grep -qxF "#define FLOTA_KEY_0 \"$public\"" a.txt
check "the private key is not printed" not grep -q PRIVATE a.txt err
cp a.pem before.pem
check "a key is not overwritten" exits 1 "$flota" keygen --out a.pem
check "in words" grep -q 'never overwritten' err
check "and is as it was" cmp -s a.pem before.pem
check "its public half is shown again" exits 0 "$flota" keygen --public a.pem --slot 2
check "the same, for another slot" grep -qxF "#define FLOTA_KEY_2 \"$public\"" out
check "as JSON" exits 0 "$flota" keygen --public a.pem --json
check "too" grep -qF "\"public_key\":\"$public\",\"fingerprint\":\"$fingerprint\"" out
check "neither file is wrong usage" exits 2 "$flota" keygen
check "both are" exits 2 "$flota" keygen --out x.pem --public a.pem
check "a fifth slot is" exits 2 "$flota" keygen --out x.pem --slot 4
check "and makes nothing" test ! -e x.pem
check "text is no key" exits 1 "$flota" keygen --public a.txt
check "no folder" exits 1 "$flota" keygen --out missing/x.pem
key b
check "two keys differ" not cmp -s a.pem b.pem
check "a bare public key is read" \
    exits 0 "$flota" keygen --public <(sed -n 's/^public key *//p' a.txt)
check "and is the same" grep -q "$fingerprint" out

# --- sign ---
check "an image is signed" exits 0 "$flota" sign sealed.bin signed.bin --key a.pem
check "messages go to stderr" test ! -s out
check "the message says by whom" grep -q "$fingerprint" err
check "by one key: 128 bytes" test "$(number_at signed.bin 0x498)" = 128
check "behind the image" test "$(stat -c %s signed.bin)" = $((size + 128))
check "image_size is without them" test "$(number_at signed.bin 0x40C)" = "$size"
check "the code is as it was" cmp -s <(bytes_at sealed.bin 0x500 9001) <(bytes_at signed.bin 0x500 9001)
check "the trailer begins with its magic" test "$(hex_at signed.bin "$size" 2)" = 0769
check "then the key's hash" test "$(hex_at signed.bin $((size + 4)) 36)" = "01002000$fingerprint"
check "then a signature" test "$(hex_at signed.bin $((size + 40)) 2)" = 2200
der_size=$((0x$(hex_at signed.bin $((size + 42)) 1)))
check "the total is all of them" \
    test "$(hex_at signed.bin $((size + 2)) 2)" = "$(printf '%02x00' $((44 + der_size)))"
check "the rest is erased" test -z "$(bytes_at signed.bin $((size + 44 + der_size)) 128 | tr -d '\377')"
check "inspect takes it" exits 0 "$flota" inspect signed.bin
check "inspect says by whom" grep -q "^signed by  *$fingerprint\$" out
check "as JSON, too" exits 0 "$flota" inspect --json signed.bin
check "with all fields" grep -qF "\"trailer_size\":128,\"signed_by\":[\"$fingerprint\"]" out
"$flota" sign -q sealed.bin again.bin --key a.pem
check "the same key gives the same bytes" cmp -s signed.bin again.bin
check "two keys sign" exits 0 "$flota" sign -q signed.bin two.bin -k a.pem -k b.pem
check "quiet means quiet" test ! -s err
check "for both, anew" test "$(number_at two.bin 0x498) $(stat -c %s two.bin)" = "256 $((size + 256))"
"$flota" sign -q two.bin back.bin -k a.pem
check "signing a signed image replaces its trailer" cmp -s signed.bin back.bin
cp sealed.bin same.bin
check "an image is signed in place" exits 0 "$flota" sign -q same.bin same.bin -k a.pem
check "with the same result" cmp -s signed.bin same.bin
for count in 3 4; do
    key "k$count"
done
"$flota" sign -q sealed.bin four.bin -k a.pem -k b.pem -k k3.pem -k k4.pem
check "four keys sign" exits 0 "$flota" inspect four.bin
check "and are listed" test "$(grep -c '^signed by' out)" = 4

# --- refusals of sign ---
check "a key is needed" exits 2 "$flota" sign sealed.bin x.bin
check "a public key does not sign" exits 1 "$flota" sign sealed.bin x.bin -k a.pub.pem
check "in words" grep -q 'it cannot sign' err
check "a key signs once" exits 1 "$flota" sign sealed.bin x.bin -k a.pem -k a.pem
check "an unsealed image is not signed" exits 1 "$flota" sign in.bin x.bin -k a.pem
check "its remedy is to seal it" grep -q 'run flota seal' err
flip sealed.bin damaged.bin 0x600
check "a damaged image is not signed" exits 1 "$flota" sign damaged.bin x.bin -k a.pem
image p 1.0.0 $((917504 - 1280)) >largest.bin
"$flota" seal -q largest.bin largest.bin
check "an image without room for it is not signed" exits 1 "$flota" sign largest.bin x.bin -k a.pem
check "because of its size" grep -q '(IMAGE_TOO_LARGE)' err
check "nothing was written" test ! -e x.bin

# --- OpenSSL's opinion ---
if ! skip openssl; then
    bytes_at signed.bin $((size + 44)) $der_size >sig.der
    from_hex "$(hex_at signed.bin 0x4DC 32)" >digest.bin
    check "OpenSSL takes the signature over the block's digest" exits 0 \
        openssl pkeyutl -verify -pubin -inkey a.pub.pem -in digest.bin -sigfile sig.der
    check "and not with the other key" exits 1 \
        openssl pkeyutl -verify -pubin -inkey b.pub.pem -in digest.bin -sigfile sig.der
    check "its own key is read" exits 0 \
        openssl pkcs8 -topk8 -nocrypt -in a.pem -out a8.pem
    "$flota" sign -q sealed.bin pkcs8.bin -k a8.pem
    check "PKCS #8 gives the same bytes" cmp -s signed.bin pkcs8.bin
    openssl pkcs8 -topk8 -nocrypt -in a.pem -outform DER -out a8.der
    "$flota" sign -q sealed.bin der.bin -k a8.der
    check "DER does, too" cmp -s signed.bin der.bin
    openssl ecparam -name secp384r1 -genkey -noout -out p384.pem 2>err
    check "another curve is refused" exits 1 "$flota" sign sealed.bin x.bin -k p384.pem
    openssl pkcs8 -topk8 -in a.pem -passout pass:secret -out locked.pem
    check "a key with a password is refused" exits 1 "$flota" sign sealed.bin x.bin -k locked.pem
    check "in words" grep -q 'password' err
fi

finish
