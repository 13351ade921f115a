# SPDX-License-Identifier: Apache-2.0
# What `flota generate` makes of a dashboard description, for the firmwares of this tree.

# flota_generate(DESCRIPTION FOLDER TOOL) -> FOLDER/glue.c, glue.h, page.c, index.html.gz
# TOOL: flota, as a target or a path.
function(flota_generate description folder tool)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${folder}/glue.c ${folder}/glue.h ${folder}/page.c ${folder}/index.html.gz
    COMMAND ${tool} generate --quiet --out ${folder} ${description}
    DEPENDS ${description} ${tool}
    COMMENT "Generating from ${description}")
endfunction()

# Arguments that flota_firmware() and flota_host_firmware() share, as firmware_NAME.
# NAME [SOURCES folder] [CONFIG folder] [PAGE name | DESCRIPTION file]; SOURCES: *.c, default the folder NAME.
# CONFIG: flota_config.h, default SOURCES. PAGE: the example whose dashboard.json it has, default NAME.
macro(flota_firmware_arguments name flags)
  cmake_parse_arguments(firmware "${flags}" "SOURCES;CONFIG;PAGE;DESCRIPTION" "" ${ARGN})
  if(NOT firmware_SOURCES)
    set(firmware_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  endif()
  if(NOT firmware_CONFIG)
    set(firmware_CONFIG ${firmware_SOURCES})
  endif()
  if(NOT firmware_PAGE)
    set(firmware_PAGE ${name})
  endif()
  if(NOT firmware_DESCRIPTION)
    set(firmware_DESCRIPTION ${PROJECT_SOURCE_DIR}/examples/${firmware_PAGE}/dashboard.json)
  endif()
endmacro()
