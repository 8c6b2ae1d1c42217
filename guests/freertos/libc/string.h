/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUEST_STRING_H
#define GUEST_STRING_H
/* The C library's part that the kernel, and compilers by themselves, call. */
#include <stddef.h>

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
#endif
