# SPDX-License-Identifier: Apache-2.0
# AArch64 bare metal with gcc: takes the first cross compiler found.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
find_program(HAVEN_CROSS_GCC
  NAMES aarch64-none-elf-gcc aarch64-linux-gnu-gcc aarch64-elf-gcc aarch64-unknown-linux-gnu-gcc REQUIRED)
string(REGEX REPLACE "gcc$" "" HAVEN_CROSS_PREFIX ${HAVEN_CROSS_GCC})
set(CMAKE_C_COMPILER ${HAVEN_CROSS_GCC})
set(CMAKE_ASM_COMPILER ${HAVEN_CROSS_GCC})
set(CMAKE_OBJCOPY ${HAVEN_CROSS_PREFIX}objcopy)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g" CACHE STRING "")
set(CMAKE_ASM_FLAGS_RELEASE "-g" CACHE STRING "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
