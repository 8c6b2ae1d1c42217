/* SPDX-License-Identifier: Apache-2.0 */
/* A port without a firewall, and a configuration that assumes one. */
#include "hv_fixture.h"
#include "mcu.h"

static void it_is_refused(void **state)
{
	(void)state;
	machine_on();
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "haven: stopped: firmware: this port has no firewall that the configuration could assume\r\n"));
	assert_int_equal(fake_count(FAKE_CPU_ON), 0);
	assert_int_equal(fake_count(FAKE_ENTER), 0);
	assert_null(hv_mcu_channel());
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_refused)};

	return RUN_ISOLATED(tests);
}
