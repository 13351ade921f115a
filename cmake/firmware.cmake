# SPDX-License-Identifier: Apache-2.0
# Firmware images for the board: compiled, linked, sealed.
set(FLOTA_TOOL ${PROJECT_SOURCE_DIR}/build/host/cli/flota CACHE FILEPATH
    "the host tool: `flota generate` makes glue and page, `flota seal` fills in the information block")
include(${CMAKE_CURRENT_LIST_DIR}/generate.cmake)

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

# flota_firmware(NAME [SOURCES folder] [CONFIG folder] [PAGE name | DESCRIPTION file])
# -> NAME/NAME.elf, NAME/NAME.bin, NAME/index.html.gz. Arguments: generate.cmake.
function(flota_firmware name)
  flota_firmware_arguments(${name} "" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${firmware_SOURCES}/*.c)
  file(GLOB app CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/app/*.c)
  flota_generate(${firmware_DESCRIPTION} ${out} ${FLOTA_TOOL})

  # app.c and image_info.c are compiled once per firmware: they include its flota_config.h.
  add_executable(${name} ${sources} ${app} ${FLOTA_PORT_DIR}/image_info.c ${out}/glue.c ${out}/glue.h ${out}/page.c)
  target_include_directories(${name} PRIVATE ${firmware_CONFIG} ${firmware_SOURCES} ${out})
  target_compile_options(${name} PRIVATE ${FLOTA_WARNINGS})
  target_link_libraries(${name} PRIVATE flota_modules flota_net_lwip flota_port_stm32h7)
  target_link_options(${name} PRIVATE -Wl,-Map=${out}/${name}.map)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out} SUFFIX .elf)

  flota_seal(${name} ${out}/${name})
endfunction()
