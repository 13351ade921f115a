# SPDX-License-Identifier: Apache-2.0
# The device library, one target per layer; the same sources for the board and, with sanitizers, the host.

# Third-party code: its own warnings are not ours to fix.
add_library(flota_third_party STATIC
  ${FLOTA_MBEDTLS_SOURCES}
  ${FLOTA_PICOHTTPPARSER_DIR}/picohttpparser.c)
target_compile_options(flota_third_party PRIVATE $<$<NOT:$<BOOL:${CMAKE_CROSSCOMPILING}>>:-O2>) # big numbers
target_include_directories(flota_third_party SYSTEM PUBLIC
  ${FLOTA_MBEDTLS_DIR}/include ${FLOTA_PICOHTTPPARSER_DIR} ${FLOTA_JSMN_DIR}
  ${FLOTA_WSLAY_DIR}/lib ${FLOTA_WSLAY_DIR}/lib/includes)
target_compile_definitions(flota_third_party PUBLIC MBEDTLS_CONFIG_FILE="flota_mbedtls_config.h")
target_include_directories(flota_third_party PUBLIC ${PROJECT_SOURCE_DIR}/src/core/config)

function(flota_layer name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  get_filename_component(name ${name} NAME)
  add_library(flota_${name} STATIC ${sources})
  target_include_directories(flota_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_compile_options(flota_${name} PRIVATE ${FLOTA_WARNINGS})
  target_link_libraries(flota_${name} PUBLIC flota_third_party ${ARGN})
endfunction()

flota_layer(core)
flota_layer(rpc flota_core)
flota_layer(net flota_core)
flota_layer(agent flota_net flota_rpc)
flota_layer(dash flota_agent)

# Parts of a firmware that flota_config.h names or leaves out: an archive, so that only those are linked.
flota_layer(app/modules flota_dash)

# Host code that tests run: AddressSanitizer and UndefinedBehaviorSanitizer.
if(NOT CMAKE_CROSSCOMPILING)
  foreach(target flota_third_party flota_core flota_rpc flota_net flota_agent flota_dash flota_modules)
    target_compile_options(${target} PRIVATE -g -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_link_options(${target} INTERFACE -fsanitize=address,undefined)
  endforeach()
endif()
