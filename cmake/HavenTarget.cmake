# SPDX-License-Identifier: Apache-2.0
# How code for EL2 is compiled: freestanding, position independent, no FP, no
# outline atomics (there is no libgcc), no jump tables (analysable branches),
# strict alignment (memory is Device-typed until the MMU is on).
target_compile_options(haven_target INTERFACE
  -march=armv8-a+crc -mgeneral-regs-only -mstrict-align -mno-outline-atomics
  "$<$<COMPILE_LANGUAGE:C>:SHELL:-include ${PROJECT_SOURCE_DIR}/hal/arm64/hidden.h>"
  -ffreestanding -fno-builtin -fpie -fvisibility=hidden -fno-jump-tables -fno-common
  -falign-functions=4 -falign-loops=1 $<$<C_COMPILER_ID:GNU>:-falign-jumps=1>
  -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
  $<$<COMPILE_LANG_AND_ID:C,GNU>:-fstack-usage>)
