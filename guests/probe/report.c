/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

static const char *test = "main";
static u32 passed, failed;

static void count(bool ok)
{
	__atomic_fetch_add(ok ? &passed : &failed, 1, __ATOMIC_RELAXED);
}

void report_begin(const char *name)
{
	test = name;
	passed = 0;
	failed = 0;
	print("probe: %s: start\n", test);
}

void report_end(void)
{
	print("probe: %s: done %u ok %u failed\n", test, (u64)passed, (u64)failed);
}

void check(const char *what, bool ok)
{
	count(ok);
	print("probe: %s: %s: %s\n", test, what, ok ? "ok" : "FAIL");
}

void check_eq(const char *what, u64 got, u64 expected)
{
	count(got == expected);
	if (got == expected)
		print("probe: %s: %s: ok\n", test, what);
	else
		print("probe: %s: %s: FAIL got %x expected %x\n", test, what, got, expected);
}

bool quiet_eq(const char *what, u64 index, u64 got, u64 expected)
{
	if (got == expected)
		return true;
	count(false);
	print("probe: %s: %s at %x: FAIL got %x expected %x\n", test, what, index, got, expected);
	return false;
}

void say(const char *what)
{
	print("probe: %s: %s\n", test, what);
}
