# SPDX-License-Identifier: Apache-2.0
# haven_config(<name> YAML <file> [IMAGES <image>=<path> ...] [OUT_DIR <variable>] [NO_IMAGES])
#
# Compiles a partition configuration at build time and replays the boot over it
# with the real libraries; the build stops if either refuses. Makes the target
# haven_config_<name>, which whoever uses the outputs must depend on, and puts the
# folder with config.c, config_limits.h, payloads.json, <partition>.dtb,
# report.txt and memory.svg into <variable>.
#
# The replay runs on the build host, so the host's compiler builds it, also when
# everything else is cross-compiled.
find_program(HAVEN_HOST_CC NAMES cc gcc clang NO_CMAKE_FIND_ROOT_PATH
  DOC "C compiler whose programs run on the build host")
find_program(HAVEN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
  DOC "Python with the distribution's YAML, jsonschema and libfdt packages")

set(HAVEN_REPLAY_INCLUDES
  ${PROJECT_SOURCE_DIR}/lib/base/include ${PROJECT_SOURCE_DIR}/lib/mm/include
  ${PROJECT_SOURCE_DIR}/lib/irq/include ${PROJECT_SOURCE_DIR}/lib/sched/include
  ${PROJECT_SOURCE_DIR}/lib/exc/include ${PROJECT_SOURCE_DIR}/lib/dma/include
  ${PROJECT_SOURCE_DIR}/hypervisor/include ${PROJECT_SOURCE_DIR}/hypervisor
  ${PROJECT_SOURCE_DIR}/tools/replay)
set(HAVEN_REPLAY_FLAGS -std=c11 -O1 -Wall -Wextra -Werror)
list(TRANSFORM HAVEN_REPLAY_INCLUDES PREPEND -I OUTPUT_VARIABLE include_flags)
list(APPEND HAVEN_REPLAY_FLAGS ${include_flags})

# Everything but the tables, in one relocatable file that all configurations link.
function(haven_replay_library)
  if(TARGET haven_replay)
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/lib/base/*.c ${PROJECT_SOURCE_DIR}/lib/mm/*.c
    ${PROJECT_SOURCE_DIR}/lib/irq/*.c ${PROJECT_SOURCE_DIR}/lib/sched/*.c
    ${PROJECT_SOURCE_DIR}/tools/replay/*.c)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/tools/replay/limits.c)
  list(APPEND sources ${PROJECT_SOURCE_DIR}/hypervisor/setup.c)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/*.h
    ${PROJECT_SOURCE_DIR}/hypervisor/*.h ${PROJECT_SOURCE_DIR}/tools/replay/*.h)
  set(object ${PROJECT_BINARY_DIR}/haven-replay.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${HAVEN_HOST_CC} ${HAVEN_REPLAY_FLAGS} -r -nostdlib ${sources} -o ${object}
    DEPENDS ${sources} ${headers}
    COMMENT "Building the replay for the host" VERBATIM)
  add_custom_target(haven_replay DEPENDS ${object})
endfunction()

function(haven_config name)
  cmake_parse_arguments(arg "NO_IMAGES" "YAML;OUT_DIR" "IMAGES" ${ARGN})
  haven_replay_library()
  get_filename_component(yaml ${arg_YAML} ABSOLUTE)
  file(RELATIVE_PATH shown ${PROJECT_SOURCE_DIR} ${yaml}) # what refusals print
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/config/${name})
  set(options "")
  set(files "")
  foreach(image IN LISTS arg_IMAGES)
    list(APPEND options --image ${image})
    string(REGEX REPLACE "^[^=]*=" "" file ${image})
    list(APPEND files ${file})
  endforeach()
  if(arg_NO_IMAGES)
    list(APPEND options --no-images)
  endif()
  file(GLOB_RECURSE compiler CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/tools/haven_config/*.py ${PROJECT_SOURCE_DIR}/tools/haven_config/*.json)

  add_custom_command(
    OUTPUT ${dir}/config.c ${dir}/config_limits.h ${dir}/payloads.json
    BYPRODUCTS ${dir}/report.txt ${dir}/memory.svg
    COMMAND ${HAVEN_PYTHON} ${PROJECT_SOURCE_DIR}/tools/haven-config ${shown} --out ${dir}
            --board-dir ${PROJECT_SOURCE_DIR}/ports --depfile ${dir}/config.d ${options}
    DEPENDS ${yaml} ${files} ${compiler} ${PROJECT_SOURCE_DIR}/tools/haven-config
    DEPFILE ${dir}/config.d
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "Compiling configuration ${name}" VERBATIM)
  add_custom_command(
    OUTPUT ${dir}/replay.stamp
    COMMAND ${HAVEN_HOST_CC} ${HAVEN_REPLAY_FLAGS} -I ${dir} ${dir}/config.c
            ${PROJECT_SOURCE_DIR}/tools/replay/limits.c ${PROJECT_BINARY_DIR}/haven-replay.o
            -o ${dir}/haven-replay
    COMMAND ${dir}/haven-replay
    COMMAND ${CMAKE_COMMAND} -E touch ${dir}/replay.stamp
    DEPENDS ${dir}/config.c ${dir}/config_limits.h haven_replay ${PROJECT_BINARY_DIR}/haven-replay.o
            ${PROJECT_SOURCE_DIR}/tools/replay/limits.c
    COMMENT "Replaying configuration ${name}" VERBATIM)
  add_custom_target(haven_config_${name} DEPENDS ${dir}/replay.stamp)
  if(arg_OUT_DIR)
    set(${arg_OUT_DIR} ${dir} PARENT_SCOPE)
  endif()
endfunction()
