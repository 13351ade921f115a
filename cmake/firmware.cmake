# SPDX-License-Identifier: Apache-2.0
# Firmware images for the board: compiled, linked, sealed.
set(FLOTA_TOOL ${PROJECT_SOURCE_DIR}/build/host/cli/flota CACHE FILEPATH
    "the host tool: `flota seal` fills in the information block")
set(FLOTA_WEB_DIR ${PROJECT_SOURCE_DIR}/build/web CACHE PATH "NAME/index.html.gz for each firmware")

# flota_seal(NAME PATH): the program of target NAME as an image, PATH.bin.
function(flota_seal name path)
  add_custom_command(
    OUTPUT ${path}.bin
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${name}> ${path}.raw
    COMMAND ${FLOTA_TOOL} seal ${path}.raw ${path}.bin
    COMMAND ${CMAKE_SIZE} $<TARGET_FILE:${name}>
    DEPENDS ${name} ${FLOTA_TOOL}
    COMMENT "Sealing ${name}.bin")
  add_custom_target(${name}_bin ALL DEPENDS ${path}.bin)
endfunction()

# flota_firmware(NAME [SOURCES folder] [CONFIG folder] [PAGE name]) -> NAME/NAME.elf, NAME/NAME.bin
# SOURCES: *.c, default the folder NAME. CONFIG: flota_config.h, default SOURCES. PAGE: the example whose page
# it serves, default NAME.
function(flota_firmware name)
  cmake_parse_arguments(PARSE_ARGV 1 firmware "" "SOURCES;CONFIG;PAGE" "")
  if(NOT firmware_SOURCES)
    set(firmware_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  endif()
  if(NOT firmware_CONFIG)
    set(firmware_CONFIG ${firmware_SOURCES})
  endif()
  if(NOT firmware_PAGE)
    set(firmware_PAGE ${name})
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(page ${FLOTA_WEB_DIR}/${firmware_PAGE}/index.html.gz)
  file(GLOB sources CONFIGURE_DEPENDS ${firmware_SOURCES}/*.c)
  file(GLOB app CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/app/*.c)
  file(MAKE_DIRECTORY ${out})

  add_custom_command(
    OUTPUT ${out}/page.c
    COMMAND ${CMAKE_COMMAND} -DIN=${page} -DOUT=${out}/page.c -DNAME=flota_page
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${page} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)

  # app.c and image_info.c are compiled once per firmware: they include its flota_config.h.
  add_executable(${name} ${sources} ${app} ${FLOTA_PORT_DIR}/image_info.c ${out}/page.c)
  target_include_directories(${name} PRIVATE ${firmware_CONFIG} ${firmware_SOURCES})
  target_compile_options(${name} PRIVATE ${FLOTA_WARNINGS})
  target_link_libraries(${name} PRIVATE flota_modules flota_net_lwip flota_port_stm32h7)
  target_link_options(${name} PRIVATE -Wl,-Map=${out}/${name}.map)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out} SUFFIX .elf)

  flota_seal(${name} ${out}/${name})
endfunction()
