# common.sh - what the tests of the host tool share; each sources it with the path of flota as $1.
# The tests run in a folder of their own, which is removed at the end.
# SPDX-License-Identifier: Apache-2.0
set -u
flota=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
checks=0

check() { # NAME COMMAND...: the command must succeed
    local name=$1
    shift
    checks=$((checks + 1))
    "$@" && return
    failures=$((failures + 1))
    echo "FAILED: $name: $*" >&2
}

exits() { # CODE COMMAND...: run it, output into out and err, compare the exit code
    local expected=$1 code
    shift
    "$@" >out 2>err
    code=$?
    [ $code -eq "$expected" ] || { echo "exit code $code, not $expected" && cat out err; } >&2
    [ $code -eq "$expected" ]
}

refuses() { # ERROR COMMAND...: exit code 5, the error named on stderr, a remedy given
    local error=$1
    shift
    exits 5 "$@" && grep -q "($error)\.\$" err && grep -q '^To do: ' err
}

not() { # COMMAND...: it must fail
    ! "$@"
}

skip() { # PROGRAM: is it missing? Says so: a check that was left out is not a check that held
    command -v "$1" >/dev/null && return 1
    echo "not checked here: $1 is not installed" >&2
}

text() { # STRING: a field of 32 bytes
    printf '%s' "$1"
    head -c $((32 - ${#1})) /dev/zero
}

image() { # PRODUCT VERSION CODE_SIZE [EPOCH [BOARD]]: an unsealed image, as the linker leaves it
    printf '\x00\x00\x02\x20\x01\x05\x00\x08'
    head -c $((0x400 - 8)) /dev/zero
    printf 'LOTA\x01\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00'
    printf '%b\x00\x00\x00\x00\x00\x00\x00' "\\x$(printf %02x "${4-7}")"
    text "$1"
    text "${5-stm32h745i-disco}"
    text blinky
    text "$2"
    head -c $((68 + 36)) /dev/zero
    head -c "$3" <(yes 'some code')
}

bytes_at() { # FILE OFFSET SIZE
    tail -c +$(($2 + 1)) "$1" | head -c $(($3))
}

hex_at() { # FILE OFFSET SIZE
    bytes_at "$@" | od -An -v -tx1 | tr -d ' \n'
}

number_at() { # FILE OFFSET: 4 bytes, little-endian
    bytes_at "$1" "$2" 4 | od -An -tu4 | tr -d ' '
}

poke() { # FILE OFFSET ESCAPED_BYTES
    printf '%b' "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

flip() { # IN OUT OFFSET [MASK]: a copy with one bit changed
    local byte
    cp "$1" "$2"
    byte=$(bytes_at "$1" "$3" 1 | od -An -tu1 | tr -d ' ')
    poke "$2" "$3" "\\x$(printf %02x $((byte ^ ${4-1})))"
}

from_hex() { # DIGITS: as bytes
    printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"
}

public_pem() { # NAME: NAME.pub.pem from NAME.txt, which flota keygen printed
    { echo '-----BEGIN PUBLIC KEY-----' && sed -n 's/^public key *//p' "$1.txt" &&
        echo '-----END PUBLIC KEY-----'; } >"$1.pub.pem"
}

key() { # NAME: NAME.pem and NAME.pub.pem, made by flota; prints nothing
    "$flota" keygen --out "$1.pem" >"$1.txt" 2>/dev/null
    public_pem "$1"
}

finish() { # say how many held
    echo "$(basename "$0" .sh): $((checks - failures)) of $checks ok"
    [ $failures -eq 0 ]
}
