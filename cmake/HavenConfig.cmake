# SPDX-License-Identifier: Apache-2.0
# haven_config(<name> YAML <file> [IMAGES <image>=<path> ...] [DEPENDS <target> ...]
#              [NO_IMAGES] [OUT_DIR <variable>])
#
# Compiles a partition configuration at build time and replays the boot over it
# with the real libraries; the build stops if either refuses. Makes the target
# haven_config_<name>, which whoever uses the outputs must depend on, and puts the
# folder with config.c, config_limits.h, payloads.json, <partition>.dtb,
# report.txt and memory.svg into <variable>. IMAGES paths are files that exist or
# that the build makes; DEPENDS names targets that make files unknown to the build.
#
# The replay runs on the build host, so the host's compiler builds it, also when
# everything else is cross-compiled.
find_program(HAVEN_HOST_CC NAMES cc gcc clang REQUIRED NO_CMAKE_FIND_ROOT_PATH
  DOC "C compiler whose programs run on the build host")
# The distribution's own interpreter first: it is the one that has its packages.
find_program(HAVEN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH
  DOC "Python with YAML, jsonschema and libfdt")
find_program(HAVEN_PYTHON NAMES python3 REQUIRED NO_CMAKE_FIND_ROOT_PATH)

# The same limits as the target's, so the replayed libraries are the target's.
function(haven_replay_flags variable)
  set(flags -std=c11 -O1 -Wall -Wextra -Werror)
  foreach(component base mm irq sched dma exc)
    list(APPEND flags -I${PROJECT_SOURCE_DIR}/lib/${component}/include)
  endforeach()
  list(APPEND flags -I${PROJECT_SOURCE_DIR}/hypervisor/include -I${PROJECT_SOURCE_DIR}/hypervisor
    -I${PROJECT_SOURCE_DIR}/hal/include
    -I${PROJECT_SOURCE_DIR}/tools/replay)
  if(TARGET haven_target)
    get_target_property(limits haven_target INTERFACE_COMPILE_DEFINITIONS)
    if(limits)
      list(TRANSFORM limits PREPEND -D)
      list(APPEND flags ${limits})
    endif()
  endif()
  set(${variable} ${flags} PARENT_SCOPE)
endfunction()

# Everything but the tables, in one relocatable file that all configurations link.
function(haven_replay_library)
  if(TARGET haven_replay)
    return()
  endif()
  set(sources "")
  foreach(folder lib/base lib/mm lib/irq lib/sched lib/dma tools/replay)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
    list(APPEND sources ${found})
  endforeach()
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/tools/replay/limits.c)
  list(APPEND sources ${PROJECT_SOURCE_DIR}/hypervisor/admit.c
    ${PROJECT_SOURCE_DIR}/hypervisor/setup.c)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/*.h
    ${PROJECT_SOURCE_DIR}/hypervisor/*.h ${PROJECT_SOURCE_DIR}/tools/replay/*.h)
  haven_replay_flags(flags)
  set(object ${PROJECT_BINARY_DIR}/haven-replay.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${HAVEN_HOST_CC} ${flags} -r -nostdlib ${sources} -o ${object}
    DEPENDS ${sources} ${headers}
    COMMENT "Building the replay for the host" VERBATIM)
  add_custom_target(haven_replay DEPENDS ${object})
endfunction()

function(haven_config name)
  cmake_parse_arguments(arg "NO_IMAGES" "YAML;OUT_DIR" "IMAGES;DEPENDS" ${ARGN})
  haven_replay_library()
  haven_replay_flags(flags)
  get_filename_component(yaml ${arg_YAML} ABSOLUTE)
  file(RELATIVE_PATH shown ${PROJECT_SOURCE_DIR} ${yaml}) # what refusals print
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/config/${name})
  set(tool ${PROJECT_SOURCE_DIR}/tools/haven-config)
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
    COMMAND ${HAVEN_PYTHON} ${tool} ${shown} --out ${dir} --depfile ${dir}/config.d
            --board-dir ${PROJECT_SOURCE_DIR}/ports ${options}
    DEPENDS ${yaml} ${files} ${arg_DEPENDS} ${compiler} ${tool}
    DEPFILE ${dir}/config.d
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "Compiling configuration ${name}" VERBATIM)
  add_custom_command(
    OUTPUT ${dir}/replay.stamp
    BYPRODUCTS ${dir}/haven-replay
    COMMAND ${HAVEN_HOST_CC} ${flags} -I${dir} ${dir}/config.c
            ${PROJECT_SOURCE_DIR}/tools/replay/limits.c ${PROJECT_BINARY_DIR}/haven-replay.o
            -o ${dir}/haven-replay
    COMMAND ${dir}/haven-replay
    COMMAND ${CMAKE_COMMAND} -E touch ${dir}/replay.stamp
    DEPENDS ${dir}/config.c ${dir}/config_limits.h haven_replay
            ${PROJECT_BINARY_DIR}/haven-replay.o ${PROJECT_SOURCE_DIR}/tools/replay/limits.c
    COMMENT "Replaying configuration ${name}" VERBATIM)
  add_custom_target(haven_config_${name} DEPENDS ${dir}/replay.stamp)
  if(arg_OUT_DIR)
    set(${arg_OUT_DIR} ${dir} PARENT_SCOPE)
  endif()
endfunction()
