# compile.sh - compiling what was generated, with the tree's own warnings. SPDX-License-Identifier: Apache-2.0
#
# To be sourced; "${includes[@]}": where the headers are.
warnings=(-std=gnu11 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror)
board=(arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard -fsyntax-only)

for_host() { # FOLDER FILE...: as an image is compiled
    local folder=$1
    shift
    gcc -O1 -fsyntax-only "${warnings[@]}" "${includes[@]}" -I"$folder" "$@"
}

for_board() { # FOLDER FILE...
    local folder=$1
    shift
    "${board[@]}" "${warnings[@]}" "${includes[@]}" -I"$folder" "$@"
}

as_library() { # FOLDER: FOLDER/glue.so, for round_trip
    gcc -O0 -fPIC -shared -fsanitize=address,undefined "${warnings[@]}" "${includes[@]}" -I"$1" -o "$1/glue.so" "$1/glue.c"
}
