/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drivers of the ITS and of LPIs, on a GIC that follows IHI 0069: what they write in
 * which order, what they refuse, and where interrupts of devices then go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/hal/cache.h>
#include <haven/hal/gic.h>
#include <haven/hal/its.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "fake_its.h"

#define GICD    UINT64_C(0x08000000)
#define GITS    UINT64_C(0x08080000)
#define GICR(n) (UINT64_C(0x080a0000) + UINT64_C(0x20000) * (n))

#define CMDQ       UINT64_C(0x40000000)
#define PENDING(n) (UINT64_C(0x40010000) + UINT64_C(0x10000) * (n))
#define DEVICES    UINT64_C(0x40050000)
#define GROUPS     UINT64_C(0x40051000)
#define CONFIG     UINT64_C(0x40052000)
#define ITT(n)     (UINT64_C(0x40054000) + UINT64_C(0x600) * (n))
#define TARGET(n)  ((hv_u64)(n) << 16)

static struct hv_hal_its its;
static struct hv_its_caps caps;

static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	fake_dram_reset();
	fake_dram_add(CMDQ, 0x60000);
	fake_gic_init(GICD, GICR(0), GITS);
	its = (struct hv_hal_its){ .base = GITS, .cmdq = (struct hv_its_cmd *)CMDQ,
				   .device_table = (void *)DEVICES,
				   .collection_table = (void *)GROUPS, .coherent = true };
	hv_its_decode_typer(hv_hal_its_typer(GITS), &caps);
	hv_hal_gicd_init(GICD, 288);
	memset((void *)CONFIG, 0xa1, 8);
	fake_access_clear();
	return 0;
}

static bool enable_lpis(hv_u32 cpu)
{
	fake_gic_on(cpu);
	return hv_hal_gicr_init(GICR(0), FAKE_ITS_CPUS, cpu) &&
	       hv_hal_lpi_enable((const hv_u8 *)CONFIG, (void *)PENDING(cpu), 14, its.coherent);
}

static hv_u32 first_write(hv_u64 address)
{
	return fake_access_find(0, FAKE_WRITE, address);
}

static bool goes_nowhere(hv_u32 device, hv_u32 event)
{
	hv_u32 lpi, cpu;

	return !fake_its_translate(device, event, &lpi, &cpu);
}

static bool goes_to(hv_u32 device, hv_u32 event, hv_u32 expected_lpi, hv_u32 expected_cpu)
{
	hv_u32 lpi = 0, cpu = 0;

	return fake_its_translate(device, event, &lpi, &cpu) && lpi == expected_lpi &&
	       cpu == expected_cpu;
}

/* ---- switching on ---- */

static void the_model_is_qemus(void **state)
{
	(void)state;
	assert_true(hv_hal_its_typer(GITS) == UINT64_C(0x1f0001efb1));
	assert_true(caps.device_bits == 16 && caps.event_bits == 16 && caps.itt_entry_bytes == 12);
}

static void each_register_gets_its_value(void **state)
{
	(void)state;
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_true(fake_gic.its.enabled);
	assert_true(fake_gic.its.baser[0] == UINT64_C(0xb907000040050400));
	assert_true(fake_gic.its.baser[1] == UINT64_C(0xbc07000040051400));
	for (int i = 2; i < 8; i++)
		assert_true(fake_gic.its.baser[i] == 0);
	assert_true(fake_gic.its.cbaser == UINT64_C(0xb800000040000400));
	assert_true(fake_gic.its.cwriter == 0 && its.write == 0);
	assert_int_equal(its.devices, 512);
	assert_int_equal(its.collections, 512);
	assert_true(its.coherent);
}

static void off_first_and_on_last(void **state)
{
	hv_u32 last;

	(void)state;
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_int_equal(first_write(GITS), 1);
	assert_int_equal(fake_access_at(1)->value & 1, 0);
	last = fake_access_find(2, FAKE_WRITE, GITS);
	assert_int_equal(fake_access_at(last)->value & 1, 1);
	for (hv_u64 offset = 0x100; offset < 0x140; offset += 8)
		assert_in_range(first_write(GITS + offset), 2, last - 1);
	assert_in_range(first_write(GITS + 0x80), 2, last - 1);
	assert_in_range(first_write(GITS + 0x88), first_write(GITS + 0x80), last - 1);
	assert_in_range(fake_access_find(0, FAKE_CACHE, CMDQ), 2, last - 1);
	assert_in_range(fake_access_find(0, FAKE_CACHE, DEVICES), 2, last - 1);
	assert_in_range(fake_access_find(0, FAKE_CACHE, GROUPS), 2, last - 1);
	assert_int_equal(fake_access_find(last + 1, FAKE_WRITE, GITS), FAKE_NOWHERE);
}

/* Somebody used it before: on, with tables where no tables are, and a third one. */
static void what_firmware_left_on_ends(void **state)
{
	(void)state;
	fake_gic.its.enabled = true;
	fake_gic.its.quiescence = 5;
	fake_gic.its.baser[0] = UINT64_C(0xf9e7123456789eff);
	fake_gic.its.baser[1] = UINT64_C(0x0407000000000200);
	fake_gic.its.baser[2] = UINT64_C(0xba07123456789000); /* vPEs */
	fake_gic.its.cbaser = UINT64_C(0xb800123456780000);
	fake_gic.its.cwriter = fake_gic.its.creadr = 0x40;
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_true(fake_gic.its.baser[0] == UINT64_C(0xb907000040050400));
	assert_true(fake_gic.its.baser[2] == UINT64_C(0x0207000000000000));
	assert_true(fake_gic.its.cwriter == 0 && fake_gic.its.creadr == 0);
	assert_true(enable_lpis(0));
	assert_true(hv_hal_its_issue(&its, &(struct hv_its_cmd){ { 5, 0, TARGET(0), 0 } }, 1));
}

static void one_that_never_rests(void **state)
{
	static const struct fake_access_range allowed[] = { { GITS, GITS + 3, true, true } };

	(void)state;
	fake_gic.its.enabled = true;
	fake_gic.its.quiescence = FAKE_ITS_NEVER;
	assert_false(hv_hal_its_enable(&its, &caps));
	assert_false(fake_gic.its.enabled);
	assert_null(fake_access_outside(allowed, 1)); /* no table was given */
	assert_int_equal(fake_access_at(fake_access_count() - 1)->times, 100000);
}

static void refusals(void **state)
{
	(void)state;
	its.cmdq = (struct hv_its_cmd *)(CMDQ + 0x1000); /* 4 KB are not enough */
	assert_false(hv_hal_its_enable(&its, &caps));
	assert_int_equal(fake_access_count(), 0);

	power_on(state);
	fake_gic.its.large_pages = true;
	assert_false(hv_hal_its_enable(&its, &caps));
	assert_false(fake_gic.its.enabled);

	power_on(state);
	fake_gic.its.dead = true;
	assert_false(hv_hal_its_enable(&its, &caps));

	power_on(state);
	fake_gic.its.baser[0] = 0; /* no device table */
	assert_false(hv_hal_its_enable(&its, &caps));
	assert_false(fake_gic.its.enabled);

	power_on(state);
	fake_gic.its.baser[1] = 0; /* no collection table */
	assert_false(hv_hal_its_enable(&its, &caps));
	assert_false(fake_gic.its.enabled);
}

static void collections_without_a_table(void **state)
{
	(void)state;
	fake_gic.its.baser[1] = 0;
	caps.collections = 16; /* GITS_TYPER.HCC */
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_int_equal(its.collections, 16);
	assert_true(fake_gic.its.baser[1] == 0);
}

static void tables_anywhere_in_the_registers(void **state)
{
	(void)state;
	fake_gic.its.baser[0] = UINT64_C(0x0401000000000000); /* collections of 2 bytes */
	fake_gic.its.baser[1] = 0;
	fake_gic.its.baser[7] = UINT64_C(0x010f000000000000); /* devices of 16 bytes */
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_true(fake_gic.its.baser[0] == UINT64_C(0xbc01000040051400));
	assert_true(fake_gic.its.baser[7] == UINT64_C(0xb90f000040050400));
	assert_int_equal(its.devices, 256);
	assert_int_equal(its.collections, 2048);
}

/* ---- commands ---- */

/* Two CPUs with LPIs; devices 8 and 0x18 with three events each from 48 on. */
static void boot_with_routes(void)
{
	struct hv_its_cmd cmd[16];
	hv_u32 n = 0;

	assert_true(enable_lpis(2));
	assert_true(hv_hal_lpi_target(false) == TARGET(2));
	assert_true(enable_lpis(1));
	assert_true(hv_hal_lpi_target(false) == TARGET(1));
	fake_gic_on(0);
	assert_true(hv_hal_its_enable(&its, &caps));
	assert_int_equal(hv_its_itt_bytes(&caps, 7), 0x600);
	hv_hal_zero((void *)ITT(0), 0x1000);
	cmd[n++] = hv_its_cmd_mapc(0, TARGET(1));
	cmd[n++] = hv_its_cmd_mapc(1, TARGET(2));
	for (hv_u32 i = 0; i < 2; i++) {
		const hv_u32 device = i == 0 ? 8 : 0x18;

		cmd[n++] = hv_its_cmd_mapd(device, ITT(i), 7);
		for (hv_u32 k = 0; k < 3; k++)
			cmd[n++] = hv_its_cmd_mapti(device, 48 + k, 8192 + 3 * i + k, (hv_u16)i);
	}
	for (hv_u16 i = 0; i < 2; i++) {
		cmd[n++] = hv_its_cmd_invall(i);
		cmd[n++] = hv_its_cmd_sync(TARGET(i + 1));
	}
	assert_true(hv_hal_its_issue(&its, cmd, n));
	assert_int_equal(fake_gic.its.commands, n);
	assert_null(fake_gic.its.refused);
}

static void exactly_these_interrupts_go(void)
{
	for (hv_u32 device = 0; device < 0x220; device++) {
		for (hv_u32 event = 0; event < 260; event++) {
			const bool owned = (device == 8 || device == 0x18) && event / 3 == 16;
			const hv_u32 group = device == 8 ? 0 : 1;
			const hv_u32 lpi = 8192 + 3 * group + event - 48;

			if (owned ? !goes_to(device, event, lpi, group + 1)
				  : !goes_nowhere(device, event))
				fail_msg("device %x event %u", device, event);
		}
	}
	assert_true(goes_nowhere(0xffffffff, 48) && goes_nowhere(8, 0xffffffff));
}

static void interrupts_reach_their_cpus(void **state)
{
	(void)state;
	boot_with_routes();
	exactly_these_interrupts_go();
}

static void lpis_that_are_not_configured_stay_off(void **state)
{
	(void)state;
	((hv_u8 *)CONFIG)[1] = 0xa0;
	boot_with_routes();
	assert_true(goes_to(8, 48, 8192, 1) && goes_to(8, 50, 8194, 1));
	assert_true(goes_nowhere(8, 49));
}

static void without_coherence_all_is_cleaned(void **state)
{
	(void)state;
	/* What the hardware answers, then what the board says. */
	for (int i = 0; i < 2; i++) {
		power_on(state);
		its.coherent = i == 0;
		fake_gic.its.noncoherent = fake_gic.its.noncoherent_queue = i == 0;
		for (int cpu = 0; cpu < 4; cpu++)
			fake_gic.redist[cpu].noncoherent = i == 0;
		memset((void *)CMDQ, 0xee, 0x1000);
		memset((void *)PENDING(1), 0, 2048);
		boot_with_routes();
		assert_false(its.coherent);
		assert_true(fake_gic.its.baser[0] == UINT64_C(0x8907000040050000));
		assert_true(fake_gic.its.baser[1] == UINT64_C(0x8c07000040051000));
		assert_true(fake_gic.its.cbaser == UINT64_C(0x8800000040000000));
		assert_true(fake_gic.redist[1].propbaser == UINT64_C(0x4005208d));
		assert_true(fake_gic.redist[1].pendbaser == UINT64_C(0x4000000040020080));
		exactly_these_interrupts_go();
		fake_dram_evict(); /* and no dirty line overwrites what the ITS wrote */
		exactly_these_interrupts_go();
	}
}

static void tables_alone_that_are_not_coherent(void **state)
{
	(void)state;
	fake_gic.its.noncoherent = true;
	boot_with_routes();
	assert_false(its.coherent);
	assert_true(fake_gic.its.baser[0] == UINT64_C(0x8907000040050000));
	exactly_these_interrupts_go();
}

static void a_queue_alone_that_is_not_coherent(void **state)
{
	(void)state;
	fake_gic.its.noncoherent_queue = true;
	boot_with_routes();
	assert_false(its.coherent);
	assert_true(fake_gic.its.baser[0] == UINT64_C(0xb907000040050400));
	exactly_these_interrupts_go();
}

static void commands_are_in_memory_before_they_are_announced(void **state)
{
	hv_u32 barrier;

	(void)state;
	boot_with_routes();
	fake_access_clear();
	assert_true(hv_hal_its_issue(&its, &(struct hv_its_cmd){ { 5, 0, TARGET(1), 0 } }, 1));
	barrier = fake_access_find_name(0, FAKE_BARRIER, "dsb ishst");
	assert_true(barrier < first_write(GITS + 0x88));
	assert_int_equal(fake_access_find(0, FAKE_CACHE, CMDQ), FAKE_NOWHERE);
	assert_true(fake_access_at(first_write(GITS + 0x88))->value == its.write);
}

static void the_queue_wraps(void **state)
{
	struct hv_its_cmd cmd[64];

	(void)state;
	boot_with_routes();
	for (hv_u32 i = 0; i < 64; i++)
		cmd[i] = hv_its_cmd_sync(TARGET(1 + i % 2));
	for (int i = 0; i < 9; i++)
		assert_true(hv_hal_its_issue(&its, cmd, i % 2 == 0 ? 64 : 61));
	assert_int_equal(fake_gic.its.commands, 14 + 5 * 64 + 4 * 61);
	assert_int_equal(its.write, (14 + 5 * 64 + 4 * 61) % 128 * 32);
	assert_true(fake_gic.its.creadr == its.write);
	cmd[0] = hv_its_cmd_mapti(8, 60, 8199, 0);
	cmd[1] = hv_its_cmd_sync(TARGET(1));
	assert_true(hv_hal_its_issue(&its, cmd, 2));
	assert_true(goes_to(8, 60, 8199, 1));
}

static void a_slow_one_is_waited_for(void **state)
{
	(void)state;
	fake_gic.its.latency = 100;
	boot_with_routes();
	exactly_these_interrupts_go();
}

static void one_that_does_nothing_is_given_up(void **state)
{
	const struct hv_its_cmd sync = hv_its_cmd_sync(TARGET(1));
	hv_u32 reads;

	(void)state;
	boot_with_routes();
	fake_gic.its.latency = FAKE_ITS_NEVER;
	fake_access_clear();
	assert_false(hv_hal_its_issue(&its, &sync, 1));
	reads = fake_access_find(0, FAKE_READ, GITS + 0x90);
	assert_int_equal(fake_access_at(reads)->times, 100000);
	assert_int_equal(fake_access_find(reads + 1, FAKE_READ, GITS + 0x90), FAKE_NOWHERE);
}

static void too_many_at_once(void **state)
{
	static struct hv_its_cmd cmd[65];

	(void)state;
	boot_with_routes();
	fake_access_clear();
	for (hv_u32 i = 0; i < 65; i++)
		cmd[i] = hv_its_cmd_sync(TARGET(1));
	assert_false(hv_hal_its_issue(&its, cmd, 65));
	assert_false(hv_hal_its_issue(&its, cmd, 0xffffffff));
	assert_int_equal(fake_access_count(), 0);
	assert_true(hv_hal_its_issue(&its, cmd, 64));
}

static void a_bad_command_stops_the_queue(void **state)
{
	const struct {
		const char *why;
		struct hv_its_cmd cmd;
	} rows[] = {
		{ "MAPD: DeviceID out of range", hv_its_cmd_mapd(512, ITT(2), 7) },
		{ "MAPD: DeviceID out of range", hv_its_cmd_mapd(0x10000, ITT(2), 7) },
		{ "MAPD: EventIDs too wide", hv_its_cmd_mapd(16, ITT(2), 17) },
		{ "MAPD: the ITT is not zero", hv_its_cmd_mapd(16, ITT(0), 7) },
		{ "MAPC: collection out of range", hv_its_cmd_mapc(512, TARGET(1)) },
		{ "MAPC: no redistributor there takes LPIs", hv_its_cmd_mapc(2, TARGET(0)) },
		{ "MAPC: no redistributor there takes LPIs", hv_its_cmd_mapc(2, GICR(1)) },
		{ "MAPTI: DeviceID or EventID not mapped", hv_its_cmd_mapti(16, 48, 8200, 0) },
		{ "MAPTI: DeviceID or EventID not mapped", hv_its_cmd_mapti(8, 128, 8200, 0) },
		{ "MAPTI: not an LPI", hv_its_cmd_mapti(8, 60, 8191, 0) },
		{ "MAPTI: not an LPI", hv_its_cmd_mapti(8, 60, 65536, 0) },
		{ "MAPTI: collection not mapped", hv_its_cmd_mapti(8, 60, 8200, 2) },
		{ "INVALL: collection not mapped", hv_its_cmd_invall(2) },
		{ "SYNC: no redistributor there takes LPIs", hv_its_cmd_sync(TARGET(3)) },
		{ "no such command", { { 0x77, 0, 0, 0 } } },
		{ "reserved bits", { { 5, 1, TARGET(1), 0 } } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_its_cmd sync = hv_its_cmd_sync(TARGET(1));

		power_on(state);
		boot_with_routes();
		fake_access_clear();
		assert_false(hv_hal_its_issue(&its, &rows[i].cmd, 1));
		assert_int_equal(fake_access_at(fake_access_count() - 1)->times, 1); /* at once */
		assert_string_equal(fake_gic.its.refused, rows[i].why);
		assert_false(hv_hal_its_issue(&its, &sync, 1)); /* it stays stalled */
		exactly_these_interrupts_go();
	}
}

static void a_dropped_command_has_no_effect(void **state)
{
	const struct hv_its_cmd cmd[] = { hv_its_cmd_mapti(8, 128, 8200, 0),
					  hv_its_cmd_sync(TARGET(1)) };

	(void)state;
	fake_gic.its.drops = true;
	boot_with_routes();
	assert_true(hv_hal_its_issue(&its, cmd, 2)); /* the driver cannot know */
	assert_non_null(fake_gic.its.refused);
	exactly_these_interrupts_go();
}

static void redistributors_by_address(void **state)
{
	struct hv_its_cmd cmd[4];

	(void)state;
	fake_gic.its.typer |= 1 << 19; /* PTA */
	assert_true(enable_lpis(1));
	assert_true(hv_hal_lpi_target(true) == GICR(1));
	assert_true(hv_hal_lpi_target(false) == TARGET(1));
	assert_true(hv_hal_its_enable(&its, &caps));
	hv_hal_zero((void *)ITT(0), 0x1000);
	cmd[0] = hv_its_cmd_mapc(0, GICR(1));
	cmd[1] = hv_its_cmd_mapd(8, ITT(0), 7);
	cmd[2] = hv_its_cmd_mapti(8, 48, 8192, 0);
	cmd[3] = hv_its_cmd_invall(0);
	assert_true(hv_hal_its_issue(&its, cmd, 4));
	assert_true(goes_nowhere(8, 48)); /* not before the SYNC */
	cmd[0] = hv_its_cmd_sync(GICR(1));
	assert_true(hv_hal_its_issue(&its, cmd, 1));
	assert_true(goes_to(8, 48, 8192, 1));
}

/* ---- redistributors ---- */

static void lpis_get_their_tables(void **state)
{
	const struct fake_redist *redist = &fake_gic.redist[3];
	hv_u32 on;

	(void)state;
	assert_true(enable_lpis(3));
	assert_int_equal(redist->ctlr, 1);
	assert_true(redist->propbaser == UINT64_C(0x4005278d));
	assert_true(redist->pendbaser == UINT64_C(0x4000000040040780));
	on = fake_access_find(first_write(GICR(3)) + 1, FAKE_WRITE, GICR(3));
	assert_int_equal(fake_access_at(on)->value, 1);
	assert_true(first_write(GICR(3) + 0x70) < on && first_write(GICR(3) + 0x78) < on);
	assert_true(fake_access_find(0, FAKE_CACHE, CONFIG) < on);
	assert_true(fake_access_find(0, FAKE_CACHE, PENDING(3)) < on);
	for (hv_u32 cpu = 0; cpu < 3; cpu++)
		assert_true(fake_gic.redist[cpu].ctlr == 0 && fake_gic.redist[cpu].propbaser == 0);
}

static bool refuses(hv_u64 config, hv_u64 pending, hv_u32 id_bits)
{
	fake_gic_on(1);
	if (!hv_hal_gicr_init(GICR(0), FAKE_ITS_CPUS, 1))
		fail_msg("redistributor");
	return !hv_hal_lpi_enable((const hv_u8 *)config, (void *)pending, id_bits, true) &&
	       (fake_gic.redist[1].sticky || fake_gic.redist[1].ctlr == 0);
}

static void lpis_refused(void **state)
{
	(void)state;
	assert_true(refuses(CONFIG + 0x800, PENDING(1), 14));
	assert_true(refuses(CONFIG, PENDING(1) + 0x8000, 14));
	assert_true(refuses(CONFIG, PENDING(1), 17)); /* of 16 */
	assert_true(first_write(GICR(1) + 0x70) == FAKE_NOWHERE);
	fake_gic.redist[1].typer &= ~UINT64_C(1); /* PLPIS */
	assert_true(refuses(CONFIG, PENDING(1), 14));

	power_on(state);
	fake_gic.gicd_typer &= ~(1u << 17); /* LPIS */
	assert_true(refuses(CONFIG, PENDING(1), 14));

	power_on(state);
	fake_gic.redist[1].address_mask = UINT64_C(0xfffff); /* a table that it cannot reach */
	assert_true(refuses(CONFIG, PENDING(1), 14));

	power_on(state);
	fake_gic.redist[1].dead = true;
	assert_true(refuses(CONFIG, PENDING(1), 14));
}

static void a_pending_table_out_of_reach(void **state)
{
	(void)state;
	fake_gic.redist[1].address_mask = UINT64_C(0x40052000); /* of the configuration alone */
	assert_true(refuses(CONFIG, PENDING(1), 14));
	assert_true(fake_gic.redist[1].propbaser == UINT64_C(0x4005278d));
}

/* Somebody else's tables, in memory that is now used for something else. */
static void lpis_that_are_on_already(void **state)
{
	(void)state;
	fake_gic.redist[1].ctlr = 1;
	fake_gic.redist[1].sticky = true;
	fake_gic.redist[1].propbaser = 0x4f00078d;
	assert_true(refuses(CONFIG, PENDING(1), 14));
	assert_int_equal(fake_gic.redist[1].propbaser, 0x4f00078d);

	power_on(state);
	fake_gic.redist[1].ctlr = 1; /* these can be turned off, by hv_hal_gicr_init() */
	assert_true(enable_lpis(1));
	assert_int_equal(fake_gic.redist[1].propbaser, 0x4005278d);
}

static void a_cpu_without_redistributor(void **state)
{
	(void)state;
	fake_gic_on(0x77);
	assert_false(hv_hal_lpi_enable((const hv_u8 *)CONFIG, (void *)PENDING(1), 14, true));
	assert_int_equal(fake_access_find(0, FAKE_WRITE, GICR(0) + 0x70), FAKE_NOWHERE);
}

#define TEST(name) cmocka_unit_test_setup(name, power_on)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_model_is_qemus),
		TEST(each_register_gets_its_value),
		TEST(off_first_and_on_last),
		TEST(what_firmware_left_on_ends),
		TEST(one_that_never_rests),
		TEST(refusals),
		TEST(collections_without_a_table),
		TEST(tables_anywhere_in_the_registers),
		TEST(interrupts_reach_their_cpus),
		TEST(lpis_that_are_not_configured_stay_off),
		TEST(without_coherence_all_is_cleaned),
		TEST(tables_alone_that_are_not_coherent),
		TEST(a_queue_alone_that_is_not_coherent),
		TEST(commands_are_in_memory_before_they_are_announced),
		TEST(the_queue_wraps),
		TEST(a_slow_one_is_waited_for),
		TEST(one_that_does_nothing_is_given_up),
		TEST(too_many_at_once),
		TEST(a_bad_command_stops_the_queue),
		TEST(a_dropped_command_has_no_effect),
		TEST(redistributors_by_address),
		TEST(lpis_get_their_tables),
		TEST(lpis_refused),
		TEST(a_pending_table_out_of_reach),
		TEST(lpis_that_are_on_already),
		TEST(a_cpu_without_redistributor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
