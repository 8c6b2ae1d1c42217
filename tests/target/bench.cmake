# SPDX-License-Identifier: Apache-2.0
# What tools/bench measures. Runs only when asked for: ctest -C bench -L bench
haven_image(bench YAML configs/bench.yaml IMAGES probe=${HAVEN_PROBE_BINARY} DEPENDS probe_bin)
haven_image(bench-dma YAML configs/bench-dma.yaml IMAGES probe=${HAVEN_PROBE_BINARY} DEPENDS probe_bin)
haven_image(bench-shared YAML configs/bench-shared.yaml IMAGES probe=${HAVEN_PROBE_BINARY} DEPENDS probe_bin)
haven_image(bench-served YAML configs/bench-served.yaml IMAGES probe=${HAVEN_PROBE_BINARY} DEPENDS probe_bin)
set(bench_targets image-bench image-bench-dma image-bench-shared image-bench-served)

set(make_payload ${PROJECT_SOURCE_DIR}/tools/lib/bench_payload.py)
foreach(kib 4 1028)
  set(payload ${CMAKE_CURRENT_BINARY_DIR}/bench-boot-${kib}.bin)
  add_custom_command(OUTPUT ${payload} COMMAND ${HAVEN_PYTHON} ${make_payload} ${kib} ${payload}
    DEPENDS ${make_payload} VERBATIM)
  add_custom_target(bench-payload-${kib} DEPENDS ${payload})
  haven_image(bench-boot-${kib} YAML configs/bench-boot.yaml IMAGES boot=${payload}
    DEPENDS bench-payload-${kib})
  list(APPEND bench_targets image-bench-boot-${kib})
endforeach()

# The kernel of the demo, on a disk that it has to itself; and how it is counted.
set(version ${HAVEN_LINUX_VERSION})
haven_image(bench-linux YAML configs/bench-linux.yaml
  IMAGES debian-kernel=${HAVEN_LINUX_IMAGE_${version}} debian-initrd=${HAVEN_LINUX_INITRD_${version}}
  DEPENDS guest-linux)
set(count_source ${PROJECT_SOURCE_DIR}/tools/lib/count_plugin.c)
set(count_plugin ${CMAKE_BINARY_DIR}/images/count-plugin.so)
add_custom_command(OUTPUT ${count_plugin}
  COMMAND ${HAVEN_HOST_CC} -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden
          ${count_source} -o ${count_plugin}
  DEPENDS ${count_source} COMMENT "Building the plugin that counts instructions" VERBATIM)
add_custom_target(count-plugin DEPENDS ${count_plugin})
add_dependencies(image-temporal-apart count-plugin) # its test counts as well
add_dependencies(image-temporal-second count-plugin)
list(APPEND bench_targets image-bench-linux guest-linux-disk count-plugin)
add_custom_target(bench-images DEPENDS ${bench_targets})

add_test(NAME bench CONFIGURATIONS bench
  COMMAND ${HAVEN_PYTHON} -B ${PROJECT_SOURCE_DIR}/tools/bench --build ${CMAKE_BINARY_DIR})
set_tests_properties(bench PROPERTIES LABELS bench TIMEOUT 900)
