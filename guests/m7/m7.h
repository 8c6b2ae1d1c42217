/* SPDX-License-Identifier: Apache-2.0 */
#ifndef M7_H
#define M7_H
#include <stddef.h>

_Noreturn void reset(void);
_Noreturn void m7_main(void);
void m7_print(const char *text);
void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
#endif
