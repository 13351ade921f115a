# SPDX-License-Identifier: Apache-2.0
# Third-party sources: scripts/deps unpacks them into .deps; point at copies of your own with
# -DFLOTA_LWIP_DIR=... and so on.
set(FLOTA_DEPS_DIR ${PROJECT_SOURCE_DIR}/.deps CACHE PATH "where scripts/deps unpacks sources")
set(FLOTA_LWIP_DIR ${FLOTA_DEPS_DIR}/lwip CACHE PATH "lwIP 2.1.3 source tree")
set(FLOTA_MBEDTLS_DIR ${FLOTA_DEPS_DIR}/mbedtls CACHE PATH "mbedTLS 2.28 source tree")
set(FLOTA_PICOHTTPPARSER_DIR ${FLOTA_DEPS_DIR}/picohttpparser CACHE PATH "picohttpparser.c and .h")
set(FLOTA_JSMN_DIR ${FLOTA_DEPS_DIR}/jsmn CACHE PATH "jsmn 1.1.0: jsmn.h")
set(FLOTA_WSLAY_DIR ${FLOTA_DEPS_DIR}/wslay CACHE PATH "wslay 1.1.1 source tree")

foreach(dir FLOTA_LWIP_DIR FLOTA_MBEDTLS_DIR FLOTA_PICOHTTPPARSER_DIR FLOTA_JSMN_DIR FLOTA_WSLAY_DIR)
  if(NOT EXISTS ${${dir}})
    message(FATAL_ERROR "${${dir}} is missing: run scripts/deps, or pass -D${dir}=DIRECTORY")
  endif()
endforeach()

# The part of mbedTLS that flota_mbedtls_config.h configures.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/mbedtls_sources.txt FLOTA_MBEDTLS_SOURCES REGEX "^[^#]")
list(TRANSFORM FLOTA_MBEDTLS_SOURCES PREPEND ${FLOTA_MBEDTLS_DIR}/library/)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/mbedtls_sources.txt)
