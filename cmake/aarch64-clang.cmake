# SPDX-License-Identifier: Apache-2.0
# AArch64 bare metal with clang; links with lld or the GNU cross linker.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
find_program(HAVEN_CLANG NAMES clang clang-19 clang-16 clang-14 REQUIRED)
find_program(CMAKE_OBJCOPY
  NAMES aarch64-none-elf-objcopy aarch64-linux-gnu-objcopy llvm-objcopy llvm-objcopy-14 REQUIRED)
set(CMAKE_C_COMPILER ${HAVEN_CLANG})
set(CMAKE_ASM_COMPILER ${HAVEN_CLANG})
set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_ASM_COMPILER_TARGET aarch64-linux-gnu)
# DWARF 4: the line tables that clang writes for 5 are too new for Debian 12's pyelftools.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g -gdwarf-4" CACHE STRING "")
set(CMAKE_ASM_FLAGS_RELEASE "-g -gdwarf-4" CACHE STRING "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
