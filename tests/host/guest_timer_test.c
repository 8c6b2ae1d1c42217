/* SPDX-License-Identifier: Apache-2.0 */
/* When the EL1 timers of a waiting vCPU wake it: each bit of their control, each order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/guest_timer.h>

#define NEVER UINT64_MAX

static void the_earlier_one_that_can_signal(void **state)
{
	/* CNTx_CTL: bit 0 ENABLE, bit 1 IMASK, bit 2 ISTATUS */
	static const struct {
		const char *why;
		struct hv_guest_timers timers;
		bool cntv, cntp;
		hv_u64 wake;
	} rows[] = {
		{"both off", {0, 5, 0, 6}, true, true, NEVER},
		{"the virtual one", {1, 5, 0, 4}, true, true, 5},
		{"the physical one", {0, 5, 1, 6}, true, true, 6},
		{"the virtual one is earlier", {1, 5, 1, 6}, true, true, 5},
		{"the physical one is earlier", {1, 7, 1, 6}, true, true, 6},
		{"masked", {3, 5, 3, 6}, true, true, NEVER},
		{"masked alone", {2, 5, 2, 6}, true, true, NEVER},
		{"due already", {5, 5, 0, 0}, true, true, 5},
		{"its interrupt cannot come", {1, 5, 1, 6}, false, true, 6},
		{"nor the other's", {1, 5, 1, 6}, false, false, NEVER},
		{"only the other's cannot", {1, 5, 1, 4}, true, false, 5},
		{"at the end of time", {1, NEVER, 0, 0}, true, true, NEVER},
		{"at its beginning", {1, 9, 1, 0}, true, true, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].why);
		assert_true(hv_guest_timer_wake(&rows[i].timers, rows[i].cntv, rows[i].cntp) ==
			    rows[i].wake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_earlier_one_that_can_signal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
