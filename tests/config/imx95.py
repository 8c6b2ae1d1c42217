# SPDX-License-Identifier: Apache-2.0
"""A configuration of the i.MX95 that its tests change."""

IMX95 = """\
target: imx95
firmware:
  system_manager: mx95evk
cpus:
  linux: [0, 1]
  rtos: [2]
memory:
  linux: {base: 0xa0000000, size: 256M}
  rtos: {base: 0xd0000000, size: 16M}
  shared:
    - {name: window, base: 0x88000000, size: 2M}
partitions:
  linux: {kernel: Image}
  rtos: {binary: rtos.bin}
mcu:
  m7:
    machine: m7
    memory: {base: 0x80000000, size: 128M}
    shared: window
    doorbell: mu7
    owner: linux
"""
