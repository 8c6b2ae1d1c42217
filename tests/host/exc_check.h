/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TEST_EXC_CHECK_H
#define HAVEN_TEST_EXC_CHECK_H
/* Equality that names the row of a table when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <haven/types.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define CHECK(why, got, want)                                                              \
	do {                                                                               \
		const hv_u64 got_ = (hv_u64)(got), want_ = (hv_u64)(want);                 \
		if (got_ != want_)                                                         \
			fail_msg("%s: %s is 0x%llx, not 0x%llx", why, #got,                \
				 (unsigned long long)got_, (unsigned long long)want_);     \
	} while (0)

#endif
