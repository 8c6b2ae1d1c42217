# SPDX-License-Identifier: Apache-2.0
# haven_image(<name> YAML <file> [IMAGES <image>=<path> ...] [DEPENDS <target> ...])
#
# One bootable image: compiles and replays the configuration, links the
# hypervisor with it, and joins the payloads. Makes the target image-<name> and
# the file ${CMAKE_BINARY_DIR}/images/<name>.img.
include(HavenConfig)

set(HAVEN_LINK_SCRIPT ${PROJECT_SOURCE_DIR}/hal/arm64/haven.ld)

function(haven_image name)
  cmake_parse_arguments(arg "" "YAML" "IMAGES;DEPENDS" ${ARGN})
  haven_config(${name} YAML ${arg_YAML} IMAGES ${arg_IMAGES} OUT_DIR dir)

  set(elf haven_${name})
  add_executable(${elf} EXCLUDE_FROM_ALL ${dir}/config.c ${PROJECT_SOURCE_DIR}/hypervisor/state.c)
  target_include_directories(${elf} PRIVATE ${dir})
  target_link_libraries(${elf} PRIVATE haven_core haven_hal haven_target haven_warnings)
  target_link_options(${elf} PRIVATE -nostdlib -pie -T ${HAVEN_LINK_SCRIPT}
    LINKER:--no-dynamic-linker,-z,text,-z,norelro,-z,noexecstack,-z,max-page-size=4096
    LINKER:--build-id=none,--gc-sections,-Bsymbolic,-Map,${CMAKE_CURRENT_BINARY_DIR}/${name}.map)
  set_target_properties(${elf} PROPERTIES SUFFIX .elf C_STANDARD 11 C_EXTENSIONS OFF
    LINK_DEPENDS ${HAVEN_LINK_SCRIPT} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/images)
  add_dependencies(${elf} haven_config_${name})

  set(base ${CMAKE_BINARY_DIR}/images/${name})
  add_custom_command(OUTPUT ${base}.img
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${elf}> ${base}.bin
    COMMAND ${HAVEN_PYTHON} ${PROJECT_SOURCE_DIR}/tools/haven-pack
            --hypervisor ${base}.bin --payloads ${dir}/payloads.json --out ${base}.img
    DEPENDS ${elf} ${dir}/payloads.json ${PROJECT_SOURCE_DIR}/tools/haven-pack ${arg_DEPENDS}
            haven_config_${name}
    COMMENT "Packing ${name}.img" VERBATIM)
  add_custom_target(image-${name} DEPENDS ${base}.img)
endfunction()
