/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUEST_STDLIB_H
#define GUEST_STDLIB_H
/* The kernel includes this and uses nothing of it but size_t and NULL. */
#include <stddef.h>
#endif
