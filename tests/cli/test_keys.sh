#!/bin/bash
# test_keys.sh - flota keys: the bytes of a statement, what a device makes of it, and OpenSSL's opinion.
# usage: test_keys.sh PATH_OF_FLOTA PATH_OF_ACCEPT_STATEMENT
# SPDX-License-Identifier: Apache-2.0
accept=$(realpath "$2")
. "$(dirname "$0")/common.sh"

key root
key new
options=(--slot 1 --sequence 258 --root root.pem --product my-product)
new_point=$(sed -n 's/^public key *//p' new.txt | base64 -d | tail -c 64 | od -An -v -tx1 | tr -d ' \n')
product=$(text my-product | od -An -v -tx1 | tr -d ' \n')

check "a key is replaced" exits 0 "$flota" keys replace "${options[@]}" --new new.pem --out replace.fks
check "messages go to stderr" test ! -s out
check "the message says what it does" \
    grep -q 'made replace.fks: replaces the key of slot 1, statement 258 for my-product' err
check "176 bytes" test "$(stat -c %s replace.fks)" = 176
check "magic, format, action, slot, sequence, zero" \
    test "$(hex_at replace.fks 0 16)" = 464b5953010002010201000000000000
check "the product" test "$(hex_at replace.fks 16 32)" = "$product"
check "the new key" test "$(hex_at replace.fks 48 64)" = "$new_point"
check "the public half is enough" \
    exits 0 "$flota" keys replace "${options[@]}" --new new.pub.pem --out again.fks
check "and gives the same bytes" cmp -s replace.fks again.fks

check "a key is revoked" exits 0 "$flota" keys revoke "${options[@]}" --out revoke.fks
check "the action is revoke" test "$(hex_at revoke.fks 0 16)" = 464b5953010001010201000000000000
check "there is no new key" test -z "$(bytes_at revoke.fks 48 64 | tr -d '\0')"
check "the root key is replaced" \
    exits 0 "$flota" keys replace --slot 0 --sequence 1 --root root.pem --product p --new new.pem --out root.fks

# --- refusals ---
check "the root key is not revoked" \
    exits 2 "$flota" keys revoke --slot 0 --sequence 1 --root root.pem --product p --out x.fks
check "in words" grep -q 'lock everybody out' err
check "another action" exits 2 "$flota" keys remove "${options[@]}" --out x.fks
check "no action" exits 2 "$flota" keys "${options[@]}" --out x.fks
check "replace without a new key" exits 2 "$flota" keys replace "${options[@]}" --out x.fks
check "revoke with one" exits 2 "$flota" keys revoke "${options[@]}" --new new.pem --out x.fks
check "slot 4" exits 2 "$flota" keys revoke "${options[@]}" --slot 4 --out x.fks
check "sequence 0" exits 2 "$flota" keys revoke "${options[@]}" --sequence 0 --out x.fks
check "no number" exits 2 "$flota" keys revoke "${options[@]}" --sequence one --out x.fks
check "a number too large" exits 2 "$flota" keys revoke "${options[@]}" --sequence 4294967296 --out x.fks
check "a long product" exits 2 "$flota" keys revoke "${options[@]}" --product 12345678901234567890123456789012 --out x.fks
check "no product" exits 2 "$flota" keys revoke --slot 1 --sequence 1 --root root.pem --out x.fks
check "a public root key" exits 1 "$flota" keys revoke "${options[@]}" --root root.pub.pem --out x.fks
check "nothing was written" test ! -e x.fks

# --- a device's opinion ---
key old
device() { # STATEMENT...: a device of my-product with root and old
    exits 0 "$accept" my-product "$(sed -n 's/^public key *//p' root.txt)" \
        "$(sed -n 's/^public key *//p' old.txt)" "$@"
}
fingerprint() {
    sed -n 's/^fingerprint *//p' "$1.txt"
}
check "a device takes" device replace.fks
check "the replacement" grep -qx 'replace.fks: accepted' out
check "has the new key" grep -qx "slot 1: active $(fingerprint new)" out
check "and its root as before" grep -qx "slot 0: active $(fingerprint root)" out
check "a device takes" device revoke.fks
check "the revocation" grep -qx 'revoke.fks: accepted' out
check "and the key is revoked" grep -qx "slot 1: revoked $(fingerprint old)" out
"$flota" keys revoke "${options[@]}" --sequence 1 --out early.fks 2>/dev/null
check "a device that has one" device replace.fks early.fks
check "takes no older one" grep -qx 'early.fks: STATEMENT_OLD' out
"$flota" keys revoke "${options[@]}" --product other --out other.fks 2>/dev/null
"$flota" keys revoke "${options[@]}" --root new.pem --out forged.fks 2>/dev/null
flip replace.fks damaged.fks 50
check "a device refuses" device other.fks forged.fks damaged.fks
for name in other forged damaged; do
    check "the $name statement" grep -qx "$name.fks: STATEMENT_BAD" out
done
"$flota" keys replace --slot 0 --sequence 300 --root root.pem --product my-product --new new.pem --out root.fks 2>/dev/null
"$flota" keys revoke "${options[@]}" --sequence 301 --root new.pem --out next.fks 2>/dev/null
check "a device whose root is replaced" device root.fks next.fks
check "obeys the new one" grep -qx 'next.fks: accepted' out

# --- OpenSSL's opinion ---
if ! skip openssl; then
    der_of() { # FILE: its r and s as DER
        printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' \
            "$(hex_at "$1" 112 32)" "$(hex_at "$1" 144 32)" >asn1.conf
        openssl asn1parse -genconf asn1.conf -noout -out sig.der
    }
    for statement in replace revoke root; do
        der_of $statement.fks
        bytes_at $statement.fks 0 112 >body.bin
        check "OpenSSL takes the signature of $statement.fks" exits 0 \
            openssl dgst -sha256 -verify root.pub.pem -signature sig.der body.bin
        flip body.bin body.bin.2 40
        check "and not over other bytes" exits 1 \
            openssl dgst -sha256 -verify root.pub.pem -signature sig.der body.bin.2
    done
fi

finish
