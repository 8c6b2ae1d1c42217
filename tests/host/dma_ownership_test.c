/* SPDX-License-Identifier: Apache-2.0 */
/* lib/dma: who owns a stream, and when a flood of faults cuts it off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/smmu.h>

static int open_door(void **state)
{
	(void)state;
	return hv_smmu_init();
}

/* Runs before the first init of the process. */
static void nothing_works_before_init(void **state)
{
	const struct hv_smmu_config config = { 16, 1 };

	(void)state;
	assert_int_equal(hv_smmu_configure(&config), -1);
	assert_int_equal(hv_smmu_map_device(0, 1), -1);
	assert_int_equal(hv_smmu_unmap_device(0, 1), -1);
	assert_int_equal(hv_smmu_check_device(0, 1), -1);
	assert_int_equal(hv_smmu_seal(), -1);
	assert_null(hv_smmu_stream_at(0));
}

static void a_stream_has_one_owner(void **state)
{
	(void)state;
	assert_int_equal(hv_smmu_check_device(8, 1), -1);
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	assert_int_equal(hv_smmu_map_device(8, 2), -1);
	assert_int_equal(hv_smmu_check_device(8, 1), 0);
	assert_int_equal(hv_smmu_check_device(8, 2), -1);
	assert_int_equal(hv_smmu_check_device(7, 1), -1);
	assert_int_equal(hv_smmu_check_device(9, 1), -1);
	assert_null(hv_smmu_stream_at(1));
}

static void only_the_owner_gives_it_up(void **state)
{
	(void)state;
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	assert_int_equal(hv_smmu_unmap_device(8, 2), -1);
	assert_int_equal(hv_smmu_unmap_device(9, 1), -1);
	assert_int_equal(hv_smmu_check_device(8, 1), 0);
	assert_int_equal(hv_smmu_unmap_device(8, 1), 0);
	assert_int_equal(hv_smmu_unmap_device(8, 1), -1);
	assert_int_equal(hv_smmu_check_device(8, 1), -1);
	assert_int_equal(hv_smmu_map_device(8, 2), 0);
}

static void only_guests_own_streams(void **state)
{
	static const hv_u32 ids[] = { 0, 8, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(hv_smmu_map_device(1, ids[i]), -22);
		assert_int_equal(hv_smmu_unmap_device(1, ids[i]), -22);
		assert_int_equal(hv_smmu_check_device(1, ids[i]), -22);
		assert_int_equal(hv_smmu_clear_faults(ids[i]), -22);
	}
	assert_int_equal(hv_smmu_map_device(1, 7), 0);
}

static void stream_ids_have_a_width(void **state)
{
	struct hv_smmu_config config = { 33, 1 };

	(void)state;
	assert_int_equal(hv_smmu_map_device(0xffffffff, 1), 0);
	assert_int_equal(hv_smmu_check_device(0xffffffff, 1), 0);
	config.sid_bits = 16;
	assert_int_equal(hv_smmu_configure(&config), -1); /* a stream is mapped */
	assert_int_equal(hv_smmu_unmap_device(0xffffffff, 1), 0);
	assert_int_equal(hv_smmu_configure(&config), 0);
	assert_int_equal(hv_smmu_map_device(0xffff, 1), 0);
	assert_int_equal(hv_smmu_map_device(0x10000, 1), -22);
	assert_int_equal(hv_smmu_check_device(0x10000, 1), -22);
	assert_int_equal(hv_smmu_unmap_device(0x10000, 1), -22);
	assert_int_equal(hv_smmu_init(), 0);
	config.sid_bits = 0;
	assert_int_equal(hv_smmu_configure(&config), 0);
	assert_int_equal(hv_smmu_map_device(0, 1), 0);
	assert_int_equal(hv_smmu_map_device(1, 1), -22);
	assert_int_equal(hv_smmu_init(), 0);
	config.sid_bits = 33;
	assert_int_equal(hv_smmu_configure(&config), -22);
	config = (struct hv_smmu_config){ 16, 0 };
	assert_int_equal(hv_smmu_configure(&config), -22);
	assert_int_equal(hv_smmu_configure(NULL), -22);
}

static void table_fills_in_any_order_and_stays_sorted(void **state)
{
	(void)state;
	for (hv_u32 i = 0; i < 256; i++)
		assert_int_equal(hv_smmu_map_device(i * 167 % 256 * 3, 1 + i % 7), 0);
	assert_int_equal(hv_smmu_map_device(1, 1), -28);
	assert_int_equal(hv_smmu_map_device(0, 1), 0);
	assert_int_equal(hv_smmu_map_device(0, 2), -1);
	for (hv_u32 i = 0; i < 256; i++) {
		assert_int_equal(hv_smmu_stream_at(i)->stream_id, i * 3);
		assert_int_equal(hv_smmu_check_device(i * 167 % 256 * 3, 1 + i % 7), 0);
		assert_int_equal(hv_smmu_check_device(i * 3 + 1, 1), -1);
	}
	assert_null(hv_smmu_stream_at(256));
	assert_int_equal(hv_smmu_unmap_device(765, hv_smmu_stream_at(255)->partition_id), 0);
	assert_int_equal(hv_smmu_unmap_device(0, 1), 0);
	assert_int_equal(hv_smmu_stream_at(0)->stream_id, 3);
	assert_int_equal(hv_smmu_stream_at(253)->stream_id, 762);
	assert_null(hv_smmu_stream_at(254));
}

static hv_u64 seed = UINT64_C(0x853c49e6748fea9b);

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

/* Owner per stream id in a plain array is the whole truth. */
static void random_calls_agree_with_an_array(void **state)
{
	static hv_u32 owner[400];
	unsigned owned = 0;

	(void)state;
	for (unsigned call = 0; call < 200000; call++) {
		const hv_u32 sid = rnd(400), id = 1 + rnd(7);

		if (rnd(5) < 3) {
			const int want = owner[sid] == id ? 0 : owner[sid] != 0 ? -1 :
					 owned == 256 ? -28 : 0;

			assert_int_equal(hv_smmu_map_device(sid, id), want);
			if (want == 0 && owner[sid] == 0) {
				owner[sid] = id;
				owned++;
			}
		} else {
			assert_int_equal(hv_smmu_unmap_device(sid, id), owner[sid] == id ? 0 : -1);
			if (owner[sid] == id) {
				owner[sid] = 0;
				owned--;
			}
		}
		assert_int_equal(hv_smmu_check_device(sid, id), owner[sid] == id ? 0 : -1);
	}
}

static void expect(hv_u32 sid, enum hv_smmu_verdict verdict, hv_u32 partition, hv_u32 faults)
{
	struct hv_smmu_fault fault = { HV_SMMU_DROP, 77, 77 };

	assert_int_equal(hv_smmu_note_fault(sid, &fault), 0);
	assert_int_equal(fault.verdict, verdict);
	assert_int_equal(fault.partition_id, partition);
	assert_int_equal(fault.faults, faults);
}

static void flood_is_cut_off_once(void **state)
{
	const struct hv_smmu_config config = { 16, 3 };

	(void)state;
	assert_int_equal(hv_smmu_configure(&config), 0);
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	assert_int_equal(hv_smmu_map_device(16, 2), 0);
	expect(8, HV_SMMU_REPORT, 1, 1);
	expect(8, HV_SMMU_REPORT, 1, 2);
	expect(16, HV_SMMU_REPORT, 2, 1);
	expect(8, HV_SMMU_CUT_OFF, 1, 3);
	expect(8, HV_SMMU_DROP, 1, 3);
	assert_true(hv_smmu_stream_at(0)->cut_off);
	assert_false(hv_smmu_stream_at(1)->cut_off);
	assert_int_equal(hv_smmu_check_device(8, 1), 0);
	expect(16, HV_SMMU_REPORT, 2, 2);
	expect(24, HV_SMMU_UNKNOWN, 0, 0);
	expect(0xffffffff, HV_SMMU_UNKNOWN, 0, 0);
	assert_int_equal(hv_smmu_note_fault(8, NULL), -22);

	assert_int_equal(hv_smmu_clear_faults(1), 0);
	assert_false(hv_smmu_stream_at(0)->cut_off);
	expect(8, HV_SMMU_REPORT, 1, 1);
	expect(16, HV_SMMU_CUT_OFF, 2, 3);
	assert_int_equal(hv_smmu_clear_faults(7), 0);
}

static void default_limit_is_64_and_1_is_legal(void **state)
{
	const struct hv_smmu_config config = { 32, 1 };

	(void)state;
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	for (hv_u32 i = 1; i < 64; i++)
		expect(8, HV_SMMU_REPORT, 1, i);
	expect(8, HV_SMMU_CUT_OFF, 1, 64);
	/* A new owner starts with a clean slate. */
	assert_int_equal(hv_smmu_unmap_device(8, 1), 0);
	assert_int_equal(hv_smmu_map_device(8, 2), 0);
	expect(8, HV_SMMU_REPORT, 2, 1);
	assert_int_equal(hv_smmu_init(), 0);
	assert_int_equal(hv_smmu_configure(&config), 0);
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	expect(8, HV_SMMU_CUT_OFF, 1, 1);
}

/* Runs last: there is no way back from sealing. */
static void sealing_freezes_owners_but_not_faults(void **state)
{
	const struct hv_smmu_config config = { 16, 3 };

	(void)state;
	assert_int_equal(hv_smmu_map_device(8, 1), 0);
	assert_int_equal(hv_smmu_seal(), 0);
	assert_int_equal(hv_smmu_seal(), -1);
	assert_int_equal(hv_smmu_init(), -1);
	assert_int_equal(hv_smmu_configure(&config), -1);
	assert_int_equal(hv_smmu_map_device(9, 1), -1);
	assert_int_equal(hv_smmu_map_device(8, 1), -1);
	assert_int_equal(hv_smmu_unmap_device(8, 1), -1);
	assert_int_equal(hv_smmu_check_device(8, 1), 0);
	expect(8, HV_SMMU_REPORT, 1, 1);
	assert_int_equal(hv_smmu_clear_faults(1), 0);
	expect(8, HV_SMMU_REPORT, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_works_before_init),
		cmocka_unit_test_setup(a_stream_has_one_owner, open_door),
		cmocka_unit_test_setup(only_the_owner_gives_it_up, open_door),
		cmocka_unit_test_setup(only_guests_own_streams, open_door),
		cmocka_unit_test_setup(stream_ids_have_a_width, open_door),
		cmocka_unit_test_setup(table_fills_in_any_order_and_stays_sorted, open_door),
		cmocka_unit_test_setup(random_calls_agree_with_an_array, open_door),
		cmocka_unit_test_setup(flood_is_cut_off_once, open_door),
		cmocka_unit_test_setup(default_limit_is_64_and_1_is_legal, open_door),
		cmocka_unit_test_setup(sealing_freezes_owners_but_not_faults, open_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
