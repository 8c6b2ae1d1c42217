/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's DMA: abort at boot, open while a partition runs, faults, floods, MSIs. */
#include "hv_fixture.h"

#include "dma.h"

#define EVENT_IRQ  106u
#define GERROR_IRQ 109u
#define STREAM_DISK 8u
#define STREAM_TWO  32u

/* Type in [7:0], stream in [63:32]; [39] stage 2, [35] read. IHI 0070, 7.3.13 F_TRANSLATION. */
#define TRANSLATION(stream) ((hv_u64)(stream) << 32 | 0x10)
#define WRITE_AT_STAGE2 (UINT64_C(1) << 39 | UINT64_C(2) << 40)

/* Word 0 of an entry: V = 1 and Config abort (0) or stage 2 (6). */
#define STE_ABORT  UINT64_C(0x1)
#define STE_STAGE2 UINT64_C(0xd)

static hv_u64 last_ste(hv_u32 stream)
{
	for (hv_u32 i = fake.events; i > 0; i--) {
		if (fake.event[i - 1].kind == FAKE_SMMU_REPLACE && fake.event[i - 1].a == stream)
			return fake.event[i - 1].b & 0xf;
	}
	return UINT64_MAX;
}

static void smmu_irq(hv_u32 intid)
{
	fake_irq(3, intid);
	loop(3);
}

static void fault_of(hv_u32 stream)
{
	fake_smmu_event(TRANSLATION(stream), WRITE_AT_STAGE2, 0x12345678, 0x12345000);
	smmu_irq(EVENT_IRQ);
}

/* ---- boot ---- */

static void dma_aborts_before_anything_else(void **state)
{
	(void)state;
	boot();
	assert_int_equal(fake.event[0].kind, FAKE_SMMU_ABORT);
	assert_int_equal(fake.event[0].a, 0x09050000);
	assert_true(fake_order(FAKE_SMMU_ABORT, FAKE_MMU_ON) || fake_count(FAKE_MMU_ON) == 0);
	assert_true(fake_order(FAKE_SMMU_ABORT, FAKE_SMMU_ENABLE));
	assert_true(fake_order(FAKE_SMMU_ENABLE, FAKE_CPU_ON));
	assert_true(fake.smmu.on);
	assert_int_equal(fake_count(FAKE_SMMU_REPLACE), 0);
}

static void an_smmu_that_does_not_answer_stops_the_boot(void **state)
{
	(void)state;
	machine_on();
	fake.smmu.stuck = true;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "could not be made to abort"));
	machine_on();
}

static void an_smmu_that_does_not_come_up_stops_the_boot(void **state)
{
	(void)state;
	machine_on();
	fake.smmu.disobeys = true;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "SMMU: it did not come up"));
}

static void an_smmu_that_cannot_isolate_is_named(void **state)
{
	(void)state;
	machine_on();
	fake.smmu.idr.idr0 &= ~1u; /* S2P */
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "S2P"));
}

/* ---- the life of a partition ---- */

static void streams_open_when_the_memory_is_loaded(void **state)
{
	(void)state;
	boot();
	fake_log_clear();
	loop(0);
	assert_int_equal(fake.end, FAKE_ASLEEP); /* loaded, and asks */
	assert_int_equal(ONE->state, HV_PARTITION_STARTING);
	assert_int_equal(fake_count(FAKE_SMMU_REPLACE), 0);
	assert_true(fake_count(FAKE_COPY) != 0);
	serve();
	assert_int_equal(last_ste(STREAM_DISK), STE_STAGE2);
	assert_int_equal(last_ste(24), STE_STAGE2);
	assert_int_equal(last_ste(STREAM_TWO), UINT64_MAX);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

static void streams_close_before_memory_is_touched(void **state)
{
	(void)state;
	boot_guests();
	(void)hvc(2, 0x84000009, 0, 0, 0); /* SYSTEM_RESET */
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(2);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(TWO->state, HV_PARTITION_STOPPING);
	assert_int_equal(fake_count(FAKE_ZERO), 0);
	serve();
	assert_int_equal(last_ste(STREAM_TWO), STE_ABORT);
	assert_int_equal(fake_last(FAKE_SMMU_ISSUE)->a, UINT64_C(0x0000000200000028)); /* TLBI_S12_VMALL, VMID 2 */
	assert_int_equal(fake_function(STREAM_TWO)->space[4], 0);
	assert_int_equal(fake_count(FAKE_ZERO), 0);
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_STARTING);
	assert_true(fake_count(FAKE_ZERO) != 0);
	assert_true(fake_order(FAKE_SMMU_ISSUE, FAKE_ZERO));
	serve();
	assert_int_equal(last_ste(STREAM_TWO), STE_STAGE2);
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(last_ste(STREAM_DISK), UINT64_MAX); /* the other's go on */
}

static void an_smmu_that_stops_obeying_aborts_everything(void **state)
{
	(void)state;
	boot_guests();
	fake.smmu.disobeys = true;
	(void)hvc(2, 0x84000009, 0, 0, 0);
	loop(2);
	serve();
	assert_int_equal(fake_count(FAKE_SMMU_ABORT), 1);
	assert_false(fake.smmu.on);
	assert_non_null(strstr(fake_sent(), "SMMU does not obey"));
	loop(2); /* nobody waits for it in vain */
	serve();
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	assert_int_equal(fake_count(FAKE_SMMU_ABORT), 1);
}

/* ---- faults ---- */

static void a_fault_is_journalled_with_its_owner(void **state)
{
	struct hv_journal_record record;

	(void)state;
	boot_guests();
	fault_of(STREAM_DISK);
	record = newest(3);
	assert_int_equal(record.kind, 13);
	assert_int_equal(record.partition, 1);
	assert_int_equal(record.verdict, 0);
	assert_int_equal(record.esr, 0x10 | 0x200 | 0x400);
	assert_int_equal(record.far, 0x12345678);
	assert_int_equal(record.ipa, 0x12345000);
	assert_int_equal(record.detail, STREAM_DISK);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, EVENT_IRQ), 1);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

static void a_flood_is_cut_off(void **state)
{
	const hv_u32 before = (boot_guests(), records(3));

	(void)state;
	fault_of(STREAM_DISK);
	fault_of(STREAM_DISK);
	assert_int_equal(last_ste(STREAM_DISK), UINT64_MAX);
	fault_of(STREAM_DISK);
	assert_int_equal(newest(3).esr, 0x10 | 0x200 | 0x400 | 0x800);
	assert_int_equal(last_ste(STREAM_DISK), STE_ABORT);
	fault_of(STREAM_DISK);
	assert_int_equal(records(3) - before, 3);
	assert_int_equal(last_ste(24), UINT64_MAX); /* its other stream works on */
}

static void a_new_life_starts_without_faults(void **state)
{
	(void)state;
	boot_guests();
	own_config(ONE)->dma.policy = HV_DMA_LOG;
	for (int i = 0; i < 3; i++)
		fault_of(STREAM_DISK);
	(void)hvc(0, 0x84000009, 0, 0, 0);
	fake_irq(1, HV_SGI_KICK);
	take_irqs(1);
	loop(0);
	serve();
	loop(0);
	serve();
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(last_ste(STREAM_DISK), STE_STAGE2);
	fault_of(STREAM_DISK);
	assert_int_equal(newest(3).esr, 0x10 | 0x200 | 0x400);
	assert_int_equal(last_ste(STREAM_DISK), STE_STAGE2);
}

static void a_stream_of_nobody_is_only_journalled(void **state)
{
	(void)state;
	boot_guests();
	fault_of(40);
	assert_int_equal(newest(3).partition, 0);
	assert_int_equal(newest(3).detail, 40);
	assert_int_equal(fake_count(FAKE_SMMU_REPLACE), 0);
}

static void policy_restart_reloads_the_owner(void **state)
{
	(void)state;
	boot_guests();
	fault_of(STREAM_TWO);
	assert_int_equal(newest(3).verdict, HV_JV_RESTART);
	take_irqs(2);
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(TWO->state, HV_PARTITION_STOPPING);
	assert_int_equal(TWO->restarts, 1);
	fault_of(STREAM_TWO); /* of the old life: recorded, no more */
	assert_int_equal(newest(3).verdict, HV_JV_NONE);
	loop(2);
	serve();
	loop(2);
	serve();
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(TWO->restarts, 1);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

static void policy_restart_ends_in_a_halt(void **state)
{
	(void)state;
	boot_guests();
	TWO->restarts = 2;
	fault_of(STREAM_TWO);
	assert_int_equal(newest(3).verdict, HV_JV_HALT);
	take_irqs(2);
	loop(2);
	serve();
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	assert_int_equal(last_ste(STREAM_TWO), STE_ABORT);
}

static void policy_suspend_keeps_the_memory(void **state)
{
	(void)state;
	boot_guests();
	own_config(TWO)->dma.policy = HV_DMA_SUSPEND;
	fault_of(STREAM_TWO);
	assert_int_equal(newest(3).verdict, HV_JV_SUSPEND);
	take_irqs(2);
	loop(2);
	serve();
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_SUSPENDED);
	assert_int_equal(last_ste(STREAM_TWO), STE_ABORT);
	assert_int_equal(fake_count(FAKE_ZERO), 0);
}

/* vCPU 0 is off while the other runs on: its CPU stops the partition all the same. */
static void policy_reaches_a_partition_whose_first_vcpu_is_off(void **state)
{
	(void)state;
	boot_guests();
	own_config(ONE)->dma.policy = HV_DMA_SUSPEND;
	assert_int_equal(hvc(0, 0xc4000003, 1, 0x50000000, 0), 0); /* CPU_ON */
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	(void)hvc(0, 0x84000002, 0, 0, 0); /* CPU_OFF */
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	fault_of(STREAM_DISK);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_STOPPING);
	take_irqs(1);
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	serve();
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_SUSPENDED);
}

static void many_events_take_many_steps(void **state)
{
	const hv_u32 before = (boot_guests(), records(3));

	(void)state;
	for (int i = 0; i < 20; i++)
		fake_smmu_event(TRANSLATION(40), WRITE_AT_STAGE2, 0, 0);
	smmu_irq(EVENT_IRQ);
	assert_true(records(3) - before <= 16);
	serve();
	assert_int_equal(records(3) - before, 20);
}

/* They leave no record, so the console has nothing to say that would bring the next step. */
static void events_that_are_dropped_are_taken_to_the_last(void **state)
{
	(void)state;
	boot_guests();
	for (int i = 0; i < 3; i++)
		fault_of(STREAM_DISK);
	serve();
	for (int i = 0; i < 60; i++)
		fake_smmu_event(TRANSLATION(STREAM_DISK), WRITE_AT_STAGE2, 0, 0);
	smmu_irq(EVENT_IRQ);
	serve();
	assert_int_equal(fake.smmu.taken, fake.smmu.events);
}

/* What lies in the queue, 128 events, when a partition asks may belong to its past; not more. */
static void a_flood_does_not_keep_a_partition_from_its_start(void **state)
{
	(void)state;
	boot();
	loop(2);
	for (int i = 0; i < 240; i++)
		fake_smmu_event(TRANSLATION(40), WRITE_AT_STAGE2, 0, 0);
	while (last_ste(STREAM_TWO) != STE_STAGE2)
		smmu_irq(EVENT_IRQ);
	assert_in_range(fake.smmu.taken, 128, 128 + 3 * 8); /* a few batches to a loop */
	serve();
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
}

static void losses_and_errors_are_journalled(void **state)
{
	(void)state;
	boot_guests();
	fake.smmu.lost = true;
	smmu_irq(EVENT_IRQ);
	assert_int_equal(newest(3).esr, 0x1000);
	fake.smmu.errors = 1;
	fake.smmu.cmd_error = 2;
	smmu_irq(GERROR_IRQ);
	assert_int_equal(newest(3).esr, 0x2000);
	assert_int_equal(newest(3).detail, UINT64_C(0x200000001));
	assert_true(fake.smmu.on);
	fake.smmu.errors = 1u << 8; /* service failure mode */
	smmu_irq(GERROR_IRQ);
	assert_false(fake.smmu.on);
	const hv_u32 all = records(3);

	smmu_irq(GERROR_IRQ);
	assert_int_equal(records(3), all);
}

/* ---- message-signalled interrupts ---- */

static void every_vector_is_mapped_to_one_lpi(void **state)
{
	hv_u32 mapti = 0;

	(void)state;
	boot();
	assert_int_equal(fake_count(FAKE_LPI_ENABLE), 2); /* CPUs 0 and 2 */
	for (hv_u32 i = 0; i < fake.events; i++) {
		if (fake.event[i].kind != FAKE_ITS_ISSUE || (fake.event[i].a & 0xff) != 0x0a)
			continue;
		/* MAPTI: DeviceID in [63:32]; EventID in [31:0], LPI in [63:32]. */
		assert_int_equal(fake.event[i].a >> 32, mapti < 2 ? 8 : 32);
		assert_int_equal(fake.event[i].b & 0xffffffff, mapti == 1 ? 65 : 64);
		assert_int_equal(fake.event[i].b >> 32, 8192 + mapti);
		mapti++;
	}
	assert_int_equal(mapti, 3);
	assert_true(fake_order(FAKE_LPI_ENABLE, FAKE_ITS_ENABLE));
	assert_true(fake_order(FAKE_ITS_ENABLE, FAKE_ITS_ISSUE));
}

static void without_lpis_the_boot_stops(void **state)
{
	(void)state;
	machine_on();
	fake.its.no_lpis = true;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "cannot take LPIs"));
}

static void an_its_that_stalls_stops_the_boot(void **state)
{
	(void)state;
	machine_on();
	fake.its.stalls = true;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "ITS: a command was not taken"));
}

static void take_lpi(hv_u32 cpu, hv_u32 intid)
{
	fake_irq(cpu, intid);
	take_irqs(cpu);
}

static void an_lpi_becomes_the_virtual_spi(void **state)
{
	(void)state;
	boot_guests();
	store32(2, GICD_IPA, 2);                       /* GICD_CTLR: Group 1 */
	store32(2, GICD_IPA + 0x100 + 8, 1);           /* GICD_ISENABLER2: INTID 64 */
	fake_log_clear();
	take_lpi(2, 8194);
	assert_int_not_equal(lr_of(2, 64), 0);
	assert_int_equal(lr_of(2, 64) >> 61 & 1, 0);   /* no hardware interrupt behind it */
	assert_int_equal(fake_count_a(FAKE_EOI, 8194), 1);
	assert_int_equal(fake_count(FAKE_DEACTIVATE), 0);
	assert_int_equal(lr_of(0, 64), 0);
}

static void an_lpi_of_another_partition_or_of_none_is_dropped(void **state)
{
	static const hv_u32 strays[] = {8192, 8195, 16383};

	(void)state;
	boot_guests();
	for (int i = 0; i < 3; i++) {
		take_lpi(2, strays[i]);
		assert_int_equal(newest(2).kind, HV_J_IRQ_SPURIOUS);
		assert_int_equal(newest(2).detail, strays[i]);
		assert_int_equal(fake_count_a(FAKE_DEACTIVATE, strays[i]), 0);
	}
	take_lpi(3, 8192);
	assert_int_equal(newest(3).kind, HV_J_IRQ_SPURIOUS);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 8192), 0);
}

static void the_frame_answers_reads_and_ignores_writes(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(load32(0, 0x08090008), 64u << 16 | 2);
	assert_int_equal(load32(2, 0x08090008), 64u << 16 | 1);
	assert_int_equal(load32(0, 0x08090fcc), 0);
	store32(0, 0x08090040, 64);
	assert_int_equal(newest(0).kind, HV_J_IRQ_DENIED);
	assert_int_equal(lr_of(0, 64), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dma_aborts_before_anything_else),
		cmocka_unit_test(an_smmu_that_does_not_answer_stops_the_boot),
		cmocka_unit_test(an_smmu_that_does_not_come_up_stops_the_boot),
		cmocka_unit_test(an_smmu_that_cannot_isolate_is_named),
		cmocka_unit_test(streams_open_when_the_memory_is_loaded),
		cmocka_unit_test(streams_close_before_memory_is_touched),
		cmocka_unit_test(an_smmu_that_stops_obeying_aborts_everything),
		cmocka_unit_test(a_fault_is_journalled_with_its_owner),
		cmocka_unit_test(a_flood_is_cut_off),
		cmocka_unit_test(a_new_life_starts_without_faults),
		cmocka_unit_test(a_stream_of_nobody_is_only_journalled),
		cmocka_unit_test(policy_restart_reloads_the_owner),
		cmocka_unit_test(policy_restart_ends_in_a_halt),
		cmocka_unit_test(policy_suspend_keeps_the_memory),
		cmocka_unit_test(policy_reaches_a_partition_whose_first_vcpu_is_off),
		cmocka_unit_test(many_events_take_many_steps),
		cmocka_unit_test(events_that_are_dropped_are_taken_to_the_last),
		cmocka_unit_test(a_flood_does_not_keep_a_partition_from_its_start),
		cmocka_unit_test(losses_and_errors_are_journalled),
		cmocka_unit_test(every_vector_is_mapped_to_one_lpi),
		cmocka_unit_test(without_lpis_the_boot_stops),
		cmocka_unit_test(an_its_that_stalls_stops_the_boot),
		cmocka_unit_test(an_lpi_becomes_the_virtual_spi),
		cmocka_unit_test(an_lpi_of_another_partition_or_of_none_is_dropped),
		cmocka_unit_test(the_frame_answers_reads_and_ignores_writes),
	};

	return RUN_ISOLATED(tests);
}
