/* SPDX-License-Identifier: Apache-2.0 */
/* A board without a firewall refuses whoever asks for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/hal/firewall.h>

static void there_is_none(void **state)
{
	static const struct hv_hal_fw_config config;
	struct hv_lmm_event event;
	int32_t status;
	struct hv_hal_fw fw;

	(void)state;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_ABSENT);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_ABSENT);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_ABSENT);
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_START), HV_SCMI_NOT_SUPPORTED);
	assert_true(hv_hal_mcu_step(&fw, &status));
	assert_int_equal(status, HV_SCMI_NOT_SUPPORTED);
	assert_false(hv_hal_mcu_poll(&fw, &event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_is_none)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
