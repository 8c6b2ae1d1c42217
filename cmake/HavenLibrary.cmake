# SPDX-License-Identifier: Apache-2.0
# haven_add_library(<name> SOURCES ... HEADERS ... [COLD ...]): one libhaven component.
#
# Makes the target haven_<name>, its alias haven::<name> and its install rules.
# Headers live in include/haven/ beside the sources; every component but base
# depends on haven::base and on nothing else. COLD names sources that no hot exit
# runs: boot, restart, service CPU, faults. For an image they are compiled for size.
include(GNUInstallDirs)

add_library(haven_warnings INTERFACE)
target_compile_options(haven_warnings INTERFACE
  "$<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes;-Werror>")

# Flags of code that runs at EL2; a port fills it in. Empty on the host.
add_library(haven_target INTERFACE)

function(haven_add_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;COLD" ${ARGN})
  set(target haven_${name})
  list(TRANSFORM arg_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/include/haven/)
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(haven::${name} ALIAS ${target})
  if(HAVEN_PORT AND arg_COLD)
    set_source_files_properties(${arg_COLD} PROPERTIES COMPILE_OPTIONS -Os)
  endif()
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_compile_features(${target} PUBLIC c_std_11)
  target_compile_options(${target} PRIVATE -ffreestanding)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:haven_warnings>
    $<BUILD_INTERFACE:haven_target>)
  if(NOT name STREQUAL "base")
    target_link_libraries(${target} PUBLIC haven::base)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} C_STANDARD 11 C_EXTENSIONS OFF)
  install(TARGETS ${target} EXPORT haven-targets FILE_SET HEADERS)
endfunction()
