# SPDX-License-Identifier: Apache-2.0
# Template of a port: copy this folder to ports/<board> and go down README.md.

# Sizes of the libraries' static tables. They must agree with board.yaml (its cpus and
# its gic.interrupts, rounded up to 32) and are the same for every file of one program.
target_compile_definitions(haven_target INTERFACE HV_MAX_CPUS=2 HV_MAX_IRQ_ID=64)

# The console driver: a file of this folder, or the name of one in hal/arm64 (pl011).
set(HAVEN_PORT_UART ${CMAKE_CURRENT_LIST_DIR}/uart.c)
