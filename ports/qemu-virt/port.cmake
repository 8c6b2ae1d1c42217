# SPDX-License-Identifier: Apache-2.0
# QEMU's virt machine: which drivers of hal/arm64 it needs, and the sizes that
# its board.yaml implies for the libraries' static tables.
target_compile_definitions(haven_target INTERFACE HV_MAX_CPUS=4 HV_MAX_IRQ_ID=288)
set(HAVEN_PORT_UART pl011)
