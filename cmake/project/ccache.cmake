# SPDX-License-Identifier: Apache-2.0
# What Flota's libraries are compiled to is the same in each project: with ccache the next one finds it. Without ccache, or
# where its folder cannot be written, each project compiles them once.
find_program(FLOTA_CCACHE ccache)
if(FLOTA_CCACHE)
  execute_process(COMMAND ${FLOTA_CCACHE} --get-config cache_dir OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET)
  execute_process(COMMAND mkdir -p "${folder}" ERROR_QUIET)
  execute_process(COMMAND test -n "${folder}" -a -w "${folder}" RESULT_VARIABLE unusable)
  if(NOT unusable)
    set(CMAKE_C_COMPILER_LAUNCHER ${FLOTA_CCACHE})
  endif()
endif()
