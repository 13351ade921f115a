# SPDX-License-Identifier: Apache-2.0
# Firmware images for the board "host": the same sources as cmake/firmware.cmake takes, as a Linux
# program in an image that flota-host runs.
include(${CMAKE_CURRENT_LIST_DIR}/generate.cmake)
set(FLOTA_HOST_TOOL flota CACHE STRING
    "the tool: `generate` makes glue and page, `seal` fills in the information block")
find_package(PkgConfig REQUIRED)
pkg_check_modules(MOSQUITTO REQUIRED IMPORTED_TARGET libmosquitto)

set(FLOTA_HOST_PORT_DIR ${PROJECT_SOURCE_DIR}/ports/host)
set(FLOTA_HOST_SANITIZE -g -fsanitize=address,undefined -fno-sanitize-recover=all)
set(FLOTA_HOST_SMALL -g -Os -ffunction-sections -fdata-sections)
set(FLOTA_HOST_LAYERS flota_core flota_rpc flota_net flota_agent flota_dash flota_modules)
file(GLOB FLOTA_HOST_PORT_SOURCES CONFIGURE_DEPENDS ${FLOTA_HOST_PORT_DIR}/*.c)
list(FILTER FLOTA_HOST_PORT_SOURCES EXCLUDE REGEX "/(image_info|host_guard)\\.c$")

# The port as a firmware links it, once plain, once with sanitizers.
function(flota_host_port name)
  add_library(${name} STATIC ${FLOTA_HOST_PORT_SOURCES})
  target_include_directories(${name} PUBLIC ${FLOTA_HOST_PORT_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_include_directories(${name} SYSTEM PRIVATE
    $<TARGET_PROPERTY:flota_third_party,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE MBEDTLS_CONFIG_FILE="flota_mbedtls_config.h")
  target_compile_options(${name} PRIVATE ${FLOTA_WARNINGS} ${ARGN})
endfunction()
flota_host_port(flota_port_host ${FLOTA_HOST_SMALL})
flota_host_port(flota_port_host_sanitized ${FLOTA_HOST_SANITIZE})

# The host build's libraries have sanitizers: an image takes the same sources without.
foreach(layer flota_third_party ${FLOTA_HOST_LAYERS})
  get_target_property(sources ${layer} SOURCES)
  add_library(${layer}_plain STATIC ${sources})
  target_include_directories(${layer}_plain PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_include_directories(${layer}_plain SYSTEM PUBLIC
    $<TARGET_PROPERTY:flota_third_party,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(${layer}_plain PUBLIC
    $<TARGET_PROPERTY:flota_third_party,INTERFACE_COMPILE_DEFINITIONS>)
  target_compile_options(${layer}_plain PRIVATE ${FLOTA_HOST_SMALL})
  list(APPEND FLOTA_HOST_PLAIN ${layer}_plain)
endforeach()

# flota_host_image(TARGET PATH): the program of a target as an image, PATH.bin.
function(flota_host_image target path)
  get_filename_component(out ${path} DIRECTORY)
  get_filename_component(name ${path} NAME)
  set(parts ${out}/${name}.parts)
  file(MAKE_DIRECTORY ${parts})
  add_custom_command(
    OUTPUT ${path}.bin
    COMMAND ${CMAKE_OBJCOPY} -O binary --only-section=.flota_info $<TARGET_FILE:${target}> ${parts}/info.bin
    COMMAND ${CMAKE_STRIP} -o ${parts}/program.elf $<TARGET_FILE:${target}>
    COMMAND ${CMAKE_C_COMPILER} -c -Wa,-I,${parts} -o ${parts}/image.o ${FLOTA_HOST_PORT_DIR}/image.S
    COMMAND ${CMAKE_OBJCOPY} -O binary --only-section=.image ${parts}/image.o ${parts}/image.raw
    COMMAND ${FLOTA_HOST_TOOL} seal ${parts}/image.raw ${path}.bin
    DEPENDS ${target} ${FLOTA_HOST_TOOL} ${FLOTA_HOST_PORT_DIR}/image.S
    COMMENT "Sealing ${name}.bin for the board host")
  add_custom_target(${target}_bin ALL DEPENDS ${path}.bin)
endfunction()

# flota_host_firmware(NAME [SOURCES folder] [CONFIG folder] [PAGE name | DESCRIPTION file | NO_PAGE] [SANITIZE])
#   -> NAME-host/NAME.bin, NAME-host/NAME.elf
# As flota_firmware(); NO_PAGE: neither page nor glue. SANITIZE: also NAME-host/NAME-sanitized.elf, for
# flota-host --exec: with AddressSanitizer and UndefinedBehaviorSanitizer it is four times as large as a bank.
function(flota_host_firmware name)
  flota_firmware_arguments(${name} "SANITIZE;NO_PAGE" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}-host)
  file(GLOB sources CONFIGURE_DEPENDS ${firmware_SOURCES}/*.c)
  file(GLOB app CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/app/*.c)
  file(MAKE_DIRECTORY ${out})
  if(NOT firmware_NO_PAGE)
    flota_generate(${firmware_DESCRIPTION} ${out} ${FLOTA_HOST_TOOL})
    list(APPEND sources ${out}/glue.c ${out}/glue.h ${out}/page.c)
    add_custom_target(${name}_host_glue DEPENDS ${out}/glue.c) # once for both programs
  endif()
  # As on the board: app.c and image_info.c include the firmware's flota_config.h.
  list(APPEND sources ${app} ${FLOTA_HOST_PORT_DIR}/image_info.c)

  flota_host_program(${name}_host ${name} "${FLOTA_HOST_SMALL}" "${FLOTA_HOST_PLAIN};flota_port_host")
  flota_host_image(${name}_host ${out}/${name})
  if(firmware_SANITIZE)
    flota_host_program(${name}_host_sanitized ${name}-sanitized "${FLOTA_HOST_SANITIZE}"
                       "${FLOTA_HOST_LAYERS};flota_third_party;flota_port_host_sanitized")
  endif()
endfunction()

# A part of flota_host_firmware(), with its variables.
macro(flota_host_program target file options libraries)
  add_executable(${target} ${sources})
  if(NOT firmware_NO_PAGE)
    add_dependencies(${target} ${name}_host_glue)
  endif()
  target_include_directories(${target} PRIVATE ${firmware_CONFIG} ${firmware_SOURCES} ${out})
  target_compile_options(${target} PRIVATE ${FLOTA_WARNINGS} ${options})
  # The port calls the application's modules and is called by them: one group.
  target_link_libraries(${target} PRIVATE -Wl,--start-group ${libraries} -Wl,--end-group
                        -Wl,--as-needed PkgConfig::MOSQUITTO)
  target_link_options(${target} PRIVATE -Wl,--gc-sections)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out} OUTPUT_NAME ${file} SUFFIX .elf)
endmacro()
