# SPDX-License-Identifier: Apache-2.0
# NXP i.MX95: which drivers of hal/arm64 it needs, and the sizes that its board.yaml
# implies for the libraries' static tables.
target_compile_definitions(haven_target INTERFACE HV_MAX_CPUS=6 HV_MAX_IRQ_ID=416)
set(HAVEN_PORT_UART lpuart)
set(HAVEN_PORT_FIREWALL sm_scmi)
