/* SPDX-License-Identifier: Apache-2.0 */
#include "smmu_fixture.h"

#include <stdlib.h>

struct fake_smmu smmu;
struct hv_hal_smmu hal;
struct hv_smmu_caps caps;
struct hv_smmu_strtab strtab;
jmp_buf fixture_caught;
char fixture_failure[256];
static hv_u64 seed;

static void word_at(hv_u64 address, hv_u64 value)
{
	*(volatile hv_u64 *)address = value;
}

static void write_stage2(hv_u64 root, hv_u64 add)
{
	word_at(root + 8, root + 0x1003);                  /* 0x40000000: level 2 table */
	word_at(root + 0x18, (UINT64_C(0x80000000) + add) | 0x7fd);
	word_at(root + 0x1000, (UINT64_C(0x60000000) + add) | 0x7fd);
	word_at(root + 0x1008, root + 0x2003);             /* 0x40200000: level 3 table */
	word_at(root + 0x1010, NO_MEMORY | 3);
	word_at(root + 0x1018, UINT64_C(0x100000000000) | 0x7fd);
	word_at(root + 0x2000, (UINT64_C(0x61000000) + add) | 0x7ff);
	word_at(root + 0x2008, (UINT64_C(0x61001000) + add) | 0x77f);
	word_at(root + 0x2010, (UINT64_C(0x61002000) + add) | 0x7bf);
	word_at(root + 0x2018, (UINT64_C(0x61003000) + add) | 0x3ff);
}

static void power_on(hv_u64 base, bool coherent)
{
	fake_bus_reset();
	fake_dram_reset();
	fake_dram_add(CMDQ, 0x310000);
	memset((void *)CMDQ, 0xa5, 0x30000); /* what was there before, not written back */
	fake_clock.now = 0;
	fake_clock.step = 1;
	fake_clock.hz = 1000000;
	fake_smmu_init(&smmu, base);
	memset(&hal, 0xa5, sizeof(hal));
	hal.base = base;
	hal.coherent = coherent;
	hal.cmdq = (struct hv_smmu_cmd *)CMDQ;
	hal.cmdq_log2 = CMDQ_LOG2;
	hal.eventq = (hv_u64(*)[4])EVENTQ;
	hal.eventq_log2 = EVENTQ_LOG2;
	write_stage2(ROOT_A, 0);
	write_stage2(ROOT_B, 0x40000000);
	hv_hal_smmu_publish(&hal, (void *)ROOT_A, 0x3000);
	hv_hal_smmu_publish(&hal, (void *)ROOT_B, 0x3000);
}

int machine_on(void **state)
{
	(void)state;
	power_on(SMMU, true);
	return 0;
}

int small_machine_on(void **state)
{
	(void)state;
	power_on(UINT64_C(0x490d0000), false);
	smmu.idr[0] = 0x0d44000b; /* no COHACC */
	smmu.idr[1] = 0x01070006; /* CMDQS 8, EVENTQS 7, SIDSIZE 6 */
	smmu.idr[5] = 0x00000074;
	return 0;
}

int machine_off(void **state)
{
	(void)state;
	fake_bus_reset();
	fake_dram_reset();
	return 0;
}

/* Somebody used it before: on, with a bypass entry for everybody, and interrupts. */
void firmware_left_on(void)
{
	smmu.idr[0] |= 0x2400; /* ATS, MSI */
	smmu.cr0.written = smmu.cr0.effective = 0x1d;
	smmu.irq_ctrl.written = smmu.irq_ctrl.effective = 5;
	smmu.strtab_base = 0x40300000;
	smmu.strtab_base_cfg = 4;
	smmu.cmdq_base = 0x40310008;
	smmu.eventq_base = 0x40320007;
	smmu.cmdq_prod = smmu.cmdq_cons = smmu.eventq_prod = smmu.eventq_cons = 0;
	smmu.gerror = 0x85;
	smmu.gerrorn = 0x04;
	*(volatile hv_u64 *)UINT64_C(0x40300200) = 9; /* stream 8: bypass */
	fake_dram_evict();
	assert_dma(8, 0x1234, true, 0x1234);
}

static void fill_with_abort(hv_u64 table, hv_u64 bytes)
{
	for (hv_u64 at = table; at < table + bytes; at += 64)
		hv_smmu_ste_abort((struct hv_smmu_ste *)at);
	hv_hal_smmu_publish(&hal, (void *)table, bytes);
}

bool prepare(hv_u32 sid_bits)
{
	const struct hv_smmu_needs needs = {39, 44, sid_bits, 8, CMDQ_LOG2, EVENTQ_LOG2, false};
	enum hv_smmu_missing missing;
	struct hv_smmu_idr idr;
	hv_u64 descriptor;

	hv_hal_smmu_identify(hal.base, &idr);
	assert_int_equal(hv_smmu_negotiate(&idr, &needs, &caps, &missing), 0);
	assert_int_equal(hv_smmu_strtab_plan(&caps, sid_bits, &strtab), 0);
	assert_true(strtab.top_bytes <= LEAF - STRTAB);
	if (!strtab.two_level) {
		fill_with_abort(STRTAB, strtab.top_bytes);
		return false;
	}
	memset((void *)STRTAB, 0, strtab.top_bytes);
	assert_int_equal(hv_smmu_l1_descriptor(LEAF, &descriptor), 0);
	word_at(STRTAB + 8, descriptor); /* streams 0x100..0x1ff */
	assert_int_equal(hv_smmu_l1_descriptor(LEAF + 0x4000, &descriptor), 0);
	word_at(STRTAB, descriptor); /* streams 0..0xff */
	hv_hal_smmu_publish(&hal, (void *)STRTAB, strtab.top_bytes);
	fill_with_abort(LEAF, 0x8000);
	return true;
}

struct hv_smmu_ste *entry_of(hv_u32 stream)
{
	hv_u64 table = STRTAB + (hv_u64)stream * 64;

	if (strtab.two_level)
		table = (stream < 0x100 ? LEAF + 0x4000 : LEAF) + (hv_u64)(stream & 0xff) * 64;
	return (struct hv_smmu_ste *)table;
}

struct hv_smmu_ste stage2_of(hv_u64 root, hv_u32 vmid)
{
	const struct hv_smmu_stage2 map = {root, VTCR_39, vmid};
	struct hv_smmu_ste ste;

	assert_int_equal(hv_smmu_ste_stage2(&map, &ste), 0);
	return ste;
}

void set_entry(hv_u32 stream, const struct hv_smmu_ste *value)
{
	*entry_of(stream) = *value;
	hv_hal_smmu_publish(&hal, entry_of(stream), 64);
}

void switch_on(void)
{
	hv_u64 base;

	assert_true(hv_hal_smmu_abort_all(hal.base));
	assert_int_equal(hv_smmu_strtab_base(&strtab, STRTAB, &base), 0);
	assert_true(hv_hal_smmu_enable(&hal, &strtab, base, &caps));
}

void switch_on_two(void)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1), b = stage2_of(ROOT_B, 2);

	assert_true(prepare(16));
	set_entry(8, &a);
	set_entry(0x110, &b);
	switch_on();
}

void assert_dma(hv_u32 stream, hv_u64 iova, bool write, hv_u64 pa)
{
	const struct fake_smmu_access access = fake_smmu_dma(&smmu, stream, iova, write);

	if (!access.allowed || access.pa != pa)
		fail_msg("stream 0x%x at 0x%llx: event 0x%x, to 0x%llx", stream,
			 (unsigned long long)iova, access.event, (unsigned long long)access.pa);
}

void assert_abort(hv_u32 stream, hv_u64 iova, bool write, hv_u32 event)
{
	const struct fake_smmu_access access = fake_smmu_dma(&smmu, stream, iova, write);

	if (access.allowed || access.event != event)
		fail_msg("stream 0x%x at 0x%llx: event 0x%x, to 0x%llx", stream,
			 (unsigned long long)iova, access.event, (unsigned long long)access.pa);
}

void assert_event(hv_u64 word0, hv_u64 word1, hv_u64 word2, hv_u64 word3)
{
	hv_u64 record[4] = {0};
	bool lost = false;

	assert_true(hv_hal_smmu_event(&hal, record, &lost));
	assert_false(lost);
	if (record[0] != word0 || record[1] != word1 || record[2] != word2 || record[3] != word3)
		fail_msg("%016llx %016llx %016llx %016llx", (unsigned long long)record[0],
			 (unsigned long long)record[1], (unsigned long long)record[2],
			 (unsigned long long)record[3]);
}

void assert_no_event(void)
{
	hv_u64 record[4] = {1, 2, 3, 4};
	bool lost = false;

	assert_false(hv_hal_smmu_event(&hal, record, &lost));
	assert_true(!lost && record[0] == 1 && record[3] == 4);
}

void fixture_catch(const char *message)
{
	strncpy(fixture_failure, message, sizeof(fixture_failure) - 1);
	longjmp(fixture_caught, 1);
}

void random_start(void)
{
	const char *wanted = getenv("HAVEN_TEST_SEED");

	seed = wanted != NULL ? strtoull(wanted, NULL, 0) : UINT64_C(0x5b1d8a7c0e94f263);
	print_message("HAVEN_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	seed |= 1;
}

hv_u32 random_below(hv_u32 limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (hv_u32)((seed >> 20) % limit);
}
