# SPDX-License-Identifier: Apache-2.0
# Preset coverage: src/core counted by gcov, without optimisation, so that each condition of a decision has branches of its
# own; and the tests that concern the boot core and the updater, one by one. scripts/coverage runs and reads it.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
set(FLOTA_TESTS_DIR ${PROJECT_SOURCE_DIR}/tests)

add_library(flota_third_party OBJECT ${FLOTA_MBEDTLS_SOURCES})
target_compile_options(flota_third_party PRIVATE -O2)
target_include_directories(flota_third_party SYSTEM PUBLIC ${FLOTA_MBEDTLS_DIR}/include ${FLOTA_JSMN_DIR})
target_include_directories(flota_third_party PUBLIC ${PROJECT_SOURCE_DIR}/src/core/config)
target_compile_definitions(flota_third_party PUBLIC MBEDTLS_CONFIG_FILE="flota_mbedtls_config.h")

file(GLOB core_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/core/*.c)
add_library(flota_core STATIC ${core_sources})
target_include_directories(flota_core PUBLIC ${PROJECT_SOURCE_DIR}/include)
target_compile_options(flota_core PRIVATE ${FLOTA_WARNINGS} -O0 -g --coverage)
target_link_options(flota_core INTERFACE --coverage)
target_link_libraries(flota_core PUBLIC flota_third_party $<TARGET_OBJECTS:flota_third_party>)

file(GLOB support CONFIGURE_DEPENDS ${FLOTA_TESTS_DIR}/unit/support/*.c)
add_library(test_support STATIC ${support})
target_include_directories(test_support PUBLIC ${FLOTA_TESTS_DIR}/unit/support)
target_compile_options(test_support PRIVATE ${FLOTA_WARNINGS} -O1)
target_link_libraries(test_support PUBLIC flota_core)

foreach(area boot journal trial update image version utf8 bundle manifest signature statement trust)
  file(GLOB area_tests CONFIGURE_DEPENDS ${FLOTA_TESTS_DIR}/unit/test_${area}.c ${FLOTA_TESTS_DIR}/unit/test_${area}_*.c)
  list(APPEND tests ${area_tests})
endforeach()
foreach(source ${tests})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_compile_options(${name} PRIVATE ${FLOTA_WARNINGS} -g)
  target_link_libraries(${name} PRIVATE test_support PkgConfig::CMOCKA)
  add_test(NAME ${name} COMMAND ${name})
endforeach()
include(${FLOTA_TESTS_DIR}/unit/engine.cmake)

# The power is cut in all ways, a little; the number of cases is tests/powercut's business.
file(GLOB powercut_sources CONFIGURE_DEPENDS ${FLOTA_TESTS_DIR}/powercut/*.c)
list(REMOVE_ITEM powercut_sources ${FLOTA_TESTS_DIR}/powercut/fast_crc32.c)
add_executable(powercut ${powercut_sources})
target_include_directories(powercut PRIVATE ${PROJECT_SOURCE_DIR}/src/core)
target_compile_options(powercut PRIVATE ${FLOTA_WARNINGS} -O1)
target_link_libraries(powercut PRIVATE test_support)
add_test(NAME powercut COMMAND powercut --cases 500)
