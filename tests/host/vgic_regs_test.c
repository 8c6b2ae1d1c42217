/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC's registers as the GICv3 specification (IHI 0069) describes them,
 * a row per behaviour. Offsets and values are written out.
 *
 * The guest: 3 vCPUs, 288 INTIDs. PPI 27 hardware level, PPI 20 hardware edge. SPI 33
 * emulated level, 34 emulated edge, 40 hardware level, 41 hardware edge, 287 hardware level.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <haven/vgic.h>

#define DIST (-1)

static struct hv_vgic gic;
static struct hv_vgic_fx fx;

static int fresh(void **state)
{
	(void)state;
	memset(&gic, 0x5a, sizeof gic);
	assert_int_equal(0, hv_vgic_init(&gic, 3, 9, 4));
	assert_int_equal(0, hv_vgic_add(&gic, 27, 1, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 20, 3, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 33, 0, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 34, 2, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 40, 1, 1));
	assert_int_equal(0, hv_vgic_add(&gic, 41, 3, 2));
	assert_int_equal(0, hv_vgic_add(&gic, 287, 1, 0));
	return 0;
}

static enum hv_vgic_verdict access_reg(int frame, hv_u32 offset, hv_u32 size, bool write,
				       hv_u64 *value)
{
	memset(&fx, 0x77, sizeof fx);
	return frame == DIST ? hv_vgic_dist_access(&gic, offset, size, write, value, &fx) :
			       hv_vgic_redist_access(&gic, (hv_u32)frame * 0x20000 + offset, size,
						     write, value, &fx);
}

static hv_u64 rd(int frame, hv_u32 offset, hv_u32 size)
{
	hv_u64 value = 0xdeadbeefdeadbeef;

	assert_int_equal(HV_VGIC_DONE, access_reg(frame, offset, size, false, &value));
	assert_int_equal(0, fx.pokes);
	assert_int_equal(0, fx.kick);
	assert_false(fx.denied);
	return value;
}

static void wr(int frame, hv_u32 offset, hv_u32 size, hv_u64 value)
{
	const hv_u64 given = value;

	assert_int_equal(HV_VGIC_DONE, access_reg(frame, offset, size, true, &value));
	assert_int_equal(given, value);
	assert_int_equal(0, fx.merge);
}

/* Read at reset; then write all ones (or `data`) and read again. */
static const struct {
	const char *why;
	int frame;
	hv_u32 offset, size;
	hv_u64 reset, data, after;
	bool denied;
} rows[] = {
	{ "CTLR: ARE and DS read as one, the two enables are writable", DIST, 0x0, 4,
	  0x50, 0xffffffff, 0x53, false },
	{ "CTLR: Group 1 alone, as a guest may want it", DIST, 0x0, 4, 0x50, 0x12, 0x52, false },
	{ "TYPER: 288 INTIDs, 10 INTID bits, no 1-of-N, no LPIs, no MBIs", DIST, 0x4, 4,
	  0x02480008, 0xffffffff, 0x02480008, false },
	{ "IIDR: product H", DIST, 0x8, 4, 0x48000000, 0xffffffff, 0x48000000, false },
	{ "TYPER2 is RES0 without GICv4.1", DIST, 0xc, 4, 0, 0xffffffff, 0, false },
	{ "STATUSR is not implemented", DIST, 0x10, 4, 0, 0xffffffff, 0, false },
	{ "SETSPI_NSR needs MBIS", DIST, 0x40, 4, 0, 0xffffffff, 0, false },
	{ "IGROUPR0 is the redistributor's", DIST, 0x80, 4, 0, 0xffffffff, 0, false },
	{ "IGROUPR1: Group 1 at reset, only existing bits", DIST, 0x84, 4, 0x306, 0, 0, false },
	{ "IGROUPR1: clearing every other", DIST, 0x84, 4, 0x306, 0x104, 0x104, false },
	{ "IGROUPR8: last word", DIST, 0xa0, 4, 0x80000000, 0xffffffff, 0x80000000, false },
	{ "IGROUPR9 is past ITLinesNumber", DIST, 0xa4, 4, 0, 0xffffffff, 0, false },
	{ "ISENABLER0 is the redistributor's", DIST, 0x100, 4, 0, 0xffffffff, 0, false },
	{ "ISENABLER1: foreign bits stay 0 and are reported", DIST, 0x104, 4,
	  0, 0xffffffff, 0x306, true },
	{ "ISENABLER1: its own bits alone are no offence", DIST, 0x104, 4, 0, 0x306, 0x306, false },
	{ "ISENABLER2: nothing of it exists", DIST, 0x108, 4, 0, 0xffffffff, 0, true },
	{ "ISENABLER9 is past ITLinesNumber", DIST, 0x124, 4, 0, 0xffffffff, 0, false },
	{ "ISENABLER31, the last offset", DIST, 0x17c, 4, 0, 0xffffffff, 0, false },
	{ "ICENABLER1: writing ones to a disabled word", DIST, 0x184, 4, 0, 0xffffffff, 0, false },
	{ "ISPENDR1: latches emulated ones, hardware ones are the hardware's", DIST, 0x204, 4,
	  0, 0xffffffff, 0x006, true },
	{ "ICPENDR1: nothing to clear", DIST, 0x284, 4, 0, 0xffffffff, 0, false },
	{ "ISACTIVER1", DIST, 0x304, 4, 0, 0xffffffff, 0x306, true },
	{ "ICACTIVER1: nothing to clear", DIST, 0x384, 4, 0, 0xffffffff, 0, false },
	{ "IPRIORITYR0 is the redistributor's", DIST, 0x400, 4, 0, 0xffffffff, 0, false },
	{ "IPRIORITYR8: 33 and 34, five bits each", DIST, 0x420, 4, 0, 0xffffffff, 0x00f8f800, false },
	{ "IPRIORITYR: byte of 33", DIST, 0x421, 1, 0, 0xa7, 0xa0, false },
	{ "IPRIORITYR: byte of 32, which is not there", DIST, 0x420, 1, 0, 0xff, 0, false },
	{ "IPRIORITYR: byte access ignores the bits above", DIST, 0x421, 1, 0, 0xffffff10, 0x10, false },
	{ "IPRIORITYR: byte of 287, the last", DIST, 0x51f, 1, 0, 0xff, 0xf8, false },
	{ "IPRIORITYR72 is past ITLinesNumber", DIST, 0x520, 4, 0, 0xffffffff, 0, false },
	{ "ITARGETSR8 is RES0 with affinity routing", DIST, 0x820, 4, 0, 0xffffffff, 0, false },
	{ "ITARGETSR by byte", DIST, 0x823, 1, 0, 0xff, 0, false },
	{ "ICFGR0 is the redistributor's", DIST, 0xc00, 4, 0, 0xffffffff, 0, false },
	{ "ICFGR2: wiring, a guest cannot make 33 and 40 edge", DIST, 0xc08, 4,
	  0x00080020, 0xffffffff, 0x00080020, true },
	{ "ICFGR2: nor 34 and 41 level, but may try", DIST, 0xc08, 4, 0x00080020, 0, 0x00080020, false },
	{ "ICFGR2: what it reads, with foreign bits, is no offence", DIST, 0xc08, 4,
	  0x00080020, 0xaaa8aaa2, 0x00080020, false },
	{ "ICFGR3: nothing in the upper half", DIST, 0xc0c, 4, 0, 0xffffffff, 0, false },
	{ "ICFGR17: 287 is level", DIST, 0xc44, 4, 0, 0xffffffff, 0, true },
	{ "ICFGR18 is past ITLinesNumber", DIST, 0xc48, 4, 0, 0xffffffff, 0, false },
	{ "IGRPMODR1 is RES0 with DS", DIST, 0xd04, 4, 0, 0xffffffff, 0, false },
	{ "NSACR2 is RES0 with DS", DIST, 0xe08, 4, 0, 0xffffffff, 0, false },
	{ "SGIR is RES0 with affinity routing", DIST, 0xf00, 4, 0, 0xffffffff, 0, false },
	{ "SPENDSGIR is RES0 with affinity routing", DIST, 0xf20, 4, 0, 0xffffffff, 0, false },
	{ "IROUTER of a PPI does not exist", DIST, 0x60d8, 8, 0, 1, 0, false },
	{ "IROUTER33: to vCPU 2", DIST, 0x6108, 8, 0, 2, 2, false },
	{ "IROUTER33: by its low word", DIST, 0x6108, 4, 0, 1, 1, false },
	{ "IROUTER33: the low word knows no Aff3", DIST, 0x6108, 4, 0, 0x500000001, 1, false },
	{ "IROUTER33: the high word holds Aff3, 0", DIST, 0x610c, 4, 0, 0, 0, false },
	{ "IROUTER33: a foreign Aff3 in the high word", DIST, 0x610c, 4, 0, 1, 0, true },
	{ "IROUTER40: reset value as configured", DIST, 0x6140, 8, 1, 1, 1, false },
	{ "IROUTER41: reset value as configured", DIST, 0x6148, 4, 2, 0, 0, false },
	{ "IROUTER33: no such vCPU", DIST, 0x6108, 8, 0, 3, 0, true },
	{ "IROUTER33: another cluster", DIST, 0x6108, 8, 0, 0x101, 0, true },
	{ "IROUTER33: another Aff2", DIST, 0x6108, 8, 0, 0x10001, 0, true },
	{ "IROUTER33: another Aff3", DIST, 0x6108, 8, 0, 0x100000001, 0, true },
	{ "IROUTER33: 1 of N is refused", DIST, 0x6108, 8, 0, 0x80000001, 0, true },
	{ "IROUTER33: RES0 bits are ignored", DIST, 0x6108, 8, 0, 0xffffff0001000001, 1, false },
	{ "IROUTER35: not there, boot code writes them all", DIST, 0x6118, 8, 0, 7, 0, false },
	{ "IROUTER287: last", DIST, 0x68f8, 8, 0, 2, 2, false },
	{ "IROUTER288: past ITLinesNumber", DIST, 0x6900, 8, 0, 2, 0, false },
	{ "IROUTER1023, the last offset", DIST, 0x7ff8, 8, 0, 2, 0, false },
	{ "reserved before the routers", DIST, 0x5ffc, 4, 0, 0xffffffff, 0, false },
	{ "reserved after the routers", DIST, 0x8000, 4, 0, 0xffffffff, 0, false },
	{ "PIDR2: GICv3", DIST, 0xffe8, 4, 0x3b, 0, 0x3b, false },

	{ "GICR_CTLR: no LPIs, no pending write", 0, 0x0, 4, 0, 0xffffffff, 0, false },
	{ "GICR_IIDR", 1, 0x4, 4, 0x48000000, 0, 0x48000000, false },
	{ "GICR_TYPER of vCPU 0", 0, 0x8, 8, 0, ~0ull, 0, false },
	{ "GICR_TYPER of vCPU 1: affinity and number", 1, 0x8, 8, 0x100000100, 0, 0x100000100, false },
	{ "GICR_TYPER of vCPU 2: Last", 2, 0x8, 8, 0x200000210, 0, 0x200000210, false },
	{ "GICR_TYPER low word", 2, 0x8, 4, 0x210, 0, 0x210, false },
	{ "GICR_TYPER high word", 2, 0xc, 4, 2, 0, 2, false },
	{ "GICR_WAKER: asleep at reset", 1, 0x14, 4, 6, 0, 0, false },
	{ "GICR_WAKER: back to sleep", 1, 0x14, 4, 6, 0xffffffff, 6, false },
	{ "GICR_WAKER: ChildrenAsleep alone is read-only", 1, 0x14, 4, 6, 4, 0, false },
	{ "GICR_PROPBASER without LPIs", 0, 0x70, 8, 0, ~0ull, 0, false },
	{ "GICR_PENDBASER by its low word", 0, 0x78, 4, 0, 0xffffffff, 0, false },
	{ "GICR_PIDR2", 1, 0xffe8, 4, 0x3b, 0, 0x3b, false },
	{ "RD frame: no bitmaps here", 0, 0x100, 4, 0, 0xffffffff, 0, false },
	{ "IGROUPR0: SGIs and two PPIs, Group 1", 0, 0x10080, 4, 0x0810ffff, 0xffff, 0xffff, false },
	{ "IGROUPR1E: no extended PPIs", 0, 0x10084, 4, 0, 0xffffffff, 0, false },
	{ "ISENABLER0", 1, 0x10100, 4, 0, 0x0810ffff, 0x0810ffff, false },
	{ "ISENABLER0: PPI 30 is not its own", 1, 0x10100, 4, 0, 0x40000000, 0, true },
	{ "ICENABLER0", 1, 0x10180, 4, 0, 0xffffffff, 0, false },
	{ "ISPENDR0: SGIs latch", 1, 0x10200, 4, 0, 0x0810ffff, 0xffff, false },
	{ "ICPENDR0", 1, 0x10280, 4, 0, 0xffffffff, 0, false },
	{ "ISACTIVER0", 1, 0x10300, 4, 0, 0xffffffff, 0x0810ffff, true },
	{ "ICACTIVER0", 1, 0x10380, 4, 0, 0xffffffff, 0, false },
	{ "IPRIORITYR0", 2, 0x10400, 4, 0, 0xffa59780, 0xf8a09080, false },
	{ "IPRIORITYR6: 27 alone of its word", 2, 0x10418, 4, 0, 0xffffffff, 0xf8000000, false },
	{ "IPRIORITYR byte of PPI 31, which is not there", 2, 0x1041f, 1, 0, 0xff, 0, false },
	{ "IPRIORITYR8E: no extended PPIs", 2, 0x10420, 4, 0, 0xffffffff, 0, false },
	{ "ICFGR0: SGIs are edge", 0, 0x10c00, 4, 0xaaaaaaaa, 0xaaaaaaaa, 0xaaaaaaaa, false },
	{ "ICFGR0: and read-only", 0, 0x10c00, 4, 0xaaaaaaaa, 0, 0xaaaaaaaa, false },
	{ "ICFGR1: 20 edge, 27 level", 0, 0x10c04, 4, 0x200, 0x200, 0x200, false },
	{ "ICFGR1: fixed", 0, 0x10c04, 4, 0x200, 0x00800200, 0x200, true },
	{ "ICFGR2E: no extended PPIs", 0, 0x10c08, 4, 0, 0xffffffff, 0, false },
	{ "IGRPMODR0 is RES0 with DS", 0, 0x10d00, 4, 0, 0xffffffff, 0, false },
	{ "NSACR is RES0 with DS", 0, 0x10e00, 4, 0, 0xffffffff, 0, false },
	{ "past the last redistributor", 3, 0x14, 4, 0, 0xffffffff, 0, false },
	{ "far past it", 100, 0x10100, 4, 0, 0xffffffff, 0, false },
};

static void registers_behave_as_specified(void **state)
{
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		fresh(state);
		hv_u64 value = rd(rows[i].frame, rows[i].offset, rows[i].size);

		if (value != rows[i].reset)
			fail_msg("%s: reset 0x%llx", rows[i].why, (unsigned long long)value);
		wr(rows[i].frame, rows[i].offset, rows[i].size, rows[i].data);
		if (fx.denied != rows[i].denied)
			fail_msg("%s: denied %d", rows[i].why, fx.denied);
		value = rd(rows[i].frame, rows[i].offset, rows[i].size);
		if (value != rows[i].after)
			fail_msg("%s: after 0x%llx", rows[i].why, (unsigned long long)value);
	}
}

static void other_widths_are_refused(void **state)
{
	static const struct {
		const char *why;
		int frame;
		hv_u32 offset, size;
	} bad[] = {
		{ "CTLR by byte", DIST, 0x0, 1 },
		{ "CTLR by halfword", DIST, 0x0, 2 },
		{ "CTLR and TYPER at once", DIST, 0x0, 8 },
		{ "ISENABLER by byte", DIST, 0x104, 1 },
		{ "ISENABLER by doubleword", DIST, 0x108, 8 },
		{ "ISENABLER off by one", DIST, 0x105, 4 },
		{ "IPRIORITYR by halfword", DIST, 0x420, 2 },
		{ "IPRIORITYR by doubleword", DIST, 0x420, 8 },
		{ "ICFGR by byte", DIST, 0xc08, 1 },
		{ "IROUTER by byte", DIST, 0x6108, 1 },
		{ "IROUTER by halfword", DIST, 0x6108, 2 },
		{ "IROUTER across two", DIST, 0x610c, 8 },
		{ "after the routers", DIST, 0x8000, 8 },
		{ "WAKER by byte", 0, 0x14, 1 },
		{ "WAKER by doubleword", 0, 0x10, 8 },
		{ "TYPER by halfword", 0, 0x8, 2 },
		{ "after the LPI registers", 0, 0xc0, 8 },
		{ "before the LPI registers", 0, 0x38, 8 },
		{ "SGI frame ISENABLER0 by doubleword", 0, 0x10100, 8 },
		{ "SGI frame, byte before the priorities", 0, 0x103ff, 1 },
		{ "SGI frame, byte after the priorities", 0, 0x10420, 1 },
		{ "past the last redistributor by byte", 3, 0x14, 1 },
	};
	static struct hv_vgic before;

	fresh(state);
	before = gic;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		hv_u64 value = 0xffffffffffffffff;

		if (access_reg(bad[i].frame, bad[i].offset, bad[i].size, true, &value) !=
		    HV_VGIC_BAD_SIZE || value != 0xffffffffffffffff)
			fail_msg("%s: write", bad[i].why);
		if (access_reg(bad[i].frame, bad[i].offset, bad[i].size, false, &value) !=
		    HV_VGIC_BAD_SIZE || value != 0)
			fail_msg("%s: read", bad[i].why);
		assert_int_equal(0, fx.pokes | fx.kick | fx.merge | fx.route_intid);
	}
	assert_memory_equal(&before, &gic, sizeof gic);
}

static void wanted_poke(unsigned n, hv_u32 offset, hv_u32 value)
{
	assert_true(fx.pokes > n);
	assert_int_equal(offset, fx.poke[n].offset);
	assert_int_equal(value, fx.poke[n].value);
}

static void enable_of_hardware_ones_reaches_the_hardware(void **state)
{
	(void)state;
	wr(DIST, 0x104, 4, 0xffffffff);
	assert_int_equal(1, fx.pokes);
	wanted_poke(0, 0x104, 0x300); /* 40 and 41; 33 and 34 have no hardware */
	assert_int_equal(0, fx.redist);
	wr(DIST, 0x104, 4, 0x300);
	assert_int_equal(0, fx.pokes); /* it is already */
	wr(DIST, 0x184, 4, 0x106);
	wanted_poke(0, 0x184, 0x100);
	assert_int_equal(0x200, rd(DIST, 0x104, 4));
	assert_int_equal(0x200, rd(DIST, 0x184, 4));
	wr(2, 0x10100, 4, 0x08100001);
	wanted_poke(0, 0x100, 0x08100000);
	assert_int_equal(3, fx.redist);
	wr(2, 0x10180, 4, 0x08000001);
	wanted_poke(0, 0x180, 0x08000000);
	assert_int_equal(0x00100000, rd(2, 0x10100, 4));
	assert_int_equal(0, rd(0, 0x10100, 4)); /* banked */
}

static void pending_of_hardware_ones_lives_in_the_hardware(void **state)
{
	hv_u64 value = 0;

	(void)state;
	assert_int_equal(HV_VGIC_DONE, access_reg(DIST, 0x204, 4, false, &value));
	assert_int_equal(0x300, fx.merge);
	assert_int_equal(0x204, fx.merge_offset);
	assert_int_equal(HV_VGIC_DONE, access_reg(DIST, 0x284, 4, false, &value));
	assert_int_equal(0x204, fx.merge_offset);
	assert_int_equal(HV_VGIC_DONE, access_reg(1, 0x10280, 4, false, &value));
	assert_int_equal(0x08100000, fx.merge);
	assert_int_equal(0x200, fx.merge_offset);
	assert_int_equal(2, fx.redist);
	rd(DIST, 0x304, 4);
	assert_int_equal(0, fx.merge); /* EL2's acknowledge is not the guest's */
	wr(DIST, 0x204, 4, 0x302);
	wanted_poke(0, 0x204, 0x300);
	wr(DIST, 0x284, 4, 0xffffffff);
	assert_int_equal(1, fx.pokes);
	wanted_poke(0, 0x284, 0x300);
}

static void one_that_waits_is_taken_back_from_the_hardware(void **state)
{
	struct hv_vgic_slot slot;

	(void)state;
	/* EL2 acknowledged 40 while the guest had it disabled: physically active. */
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_inject(&gic, 1, 40, 0xf, &slot));
	assert_int_equal(0x100, rd(DIST, 0x204, 4) & 0x100);
	assert_int_equal(0, rd(DIST, 0x304, 4));
	wr(DIST, 0x204, 4, 0x100);
	assert_int_equal(0, fx.pokes); /* pending twice is pending */
	wr(DIST, 0x284, 4, 0x100);
	assert_int_equal(2, fx.pokes);
	wanted_poke(0, 0x284, 0x100);
	wanted_poke(1, 0x384, 0x100);
	assert_int_equal(0, rd(DIST, 0x204, 4));

	/* Made active while it waits: pending goes back to the hardware. */
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_inject(&gic, 1, 40, 0xf, &slot));
	wr(DIST, 0x304, 4, 0x100);
	assert_int_equal(2, fx.pokes);
	wanted_poke(0, 0x304, 0x100);
	wanted_poke(1, 0x204, 0x100);
	assert_int_equal(0x100, rd(DIST, 0x384, 4));
	assert_int_equal(0, rd(DIST, 0x204, 4));
	wr(DIST, 0x384, 4, 0x100);
	assert_int_equal(1, fx.pokes);
	wanted_poke(0, 0x384, 0x100);
	wr(DIST, 0x384, 4, 0x100);
	assert_int_equal(0, fx.pokes); /* inactive: the hardware's state is not the guest's */
}

static void routes_of_hardware_ones_reach_the_hardware(void **state)
{
	(void)state;
	wr(DIST, 0x6140, 8, 2);
	assert_int_equal(40, fx.route_intid);
	assert_int_equal(2, fx.route_vcpu);
	wr(DIST, 0x6140, 8, 2);
	assert_int_equal(0, fx.route_intid);
	wr(DIST, 0x6108, 8, 2);
	assert_int_equal(0, fx.route_intid); /* 33 is emulated */
	wr(DIST, 0x6140, 8, 0x80000000);
	assert_int_equal(0, fx.route_intid);
	assert_int_equal(2, rd(DIST, 0x6140, 8));
}

static void a_change_kicks_whom_it_concerns(void **state)
{
	(void)state;
	assert_int_equal(0, hv_vgic_set_level(&gic, 0, 33, true)); /* disabled, group off */
	wr(DIST, 0x104, 4, 0x2);
	assert_int_equal(0, fx.kick); /* group off */
	wr(DIST, 0x0, 4, 0x2);
	assert_int_equal(0x7, fx.kick);
	wr(DIST, 0x0, 4, 0x2);
	assert_int_equal(0, fx.kick);
	wr(DIST, 0x6108, 8, 1);
	assert_int_equal(0x2, fx.kick);
	wr(DIST, 0x421, 1, 0x80);
	assert_int_equal(0x2, fx.kick);
	wr(DIST, 0x421, 1, 0x87);
	assert_int_equal(0, fx.kick); /* low bits do not exist */
	wr(DIST, 0x84, 4, 0);
	assert_int_equal(0, fx.kick); /* Group 0 is off: nothing to bring, LRs hold nothing */
	wr(DIST, 0x84, 4, 0x306);
	assert_int_equal(0x2, fx.kick);
	wr(1, 0x10100, 4, 1);
	wr(1, 0x10200, 4, 1);
	assert_int_equal(0x2, fx.kick);
}

static void sync_is_wanted_for_pending_and_active_alone(void **state)
{
	(void)state;
	assert_false(hv_vgic_needs_sync(0x1fc, false));
	assert_true(hv_vgic_needs_sync(0x200, false));
	assert_true(hv_vgic_needs_sync(0x3fc, false));
	assert_false(hv_vgic_needs_sync(0x400, false));
	assert_false(hv_vgic_needs_sync(0x10200, false));
	assert_false(hv_vgic_needs_sync(0x200, true));
	assert_false(hv_vgic_needs_sync(0x101fc, true));
	assert_true(hv_vgic_needs_sync(0x10200, true));
	assert_true(hv_vgic_needs_sync(0x50380, true));
	assert_false(hv_vgic_needs_sync(0x10400, true));
}

static void setup_refuses_what_cannot_be(void **state)
{
	static struct hv_vgic other;

	(void)state;
	assert_int_equal(-22, hv_vgic_init(NULL, 1, 9, 4));
	assert_int_equal(-22, hv_vgic_init(&other, 0, 9, 4));
	assert_int_equal(-22, hv_vgic_init(&other, 9, 9, 4));
	assert_int_equal(-22, hv_vgic_init(&other, 1, 1, 4));
	assert_int_equal(-22, hv_vgic_init(&other, 1, 33, 4));
	assert_int_equal(-22, hv_vgic_init(&other, 1, 9, 0));
	assert_int_equal(-22, hv_vgic_init(&other, 1, 9, 17));
	assert_int_equal(-22, hv_vgic_add(NULL, 33, 0, 0));
	assert_int_equal(-22, hv_vgic_add(&gic, 15, 0, 0));
	assert_int_equal(-22, hv_vgic_add(&gic, 288, 0, 0));
	assert_int_equal(-22, hv_vgic_add(&gic, 0xffffffff, 0, 0));
	assert_int_equal(-22, hv_vgic_add(&gic, 50, 4, 0));
	assert_int_equal(-22, hv_vgic_add(&gic, 50, 0, 3));
	assert_int_equal(0, hv_vgic_add(&gic, 16, 0, 3)); /* a PPI has no target */
	assert_int_equal(0, hv_vgic_init(&other, 8, 32, 16));
	assert_int_equal(0, hv_vgic_add(&other, 1019, 1, 7));
	assert_int_equal(-22, hv_vgic_add(&other, 1020, 1, 7));
	assert_int_equal(7, hv_vgic_home(&other, 1019));
	assert_int_equal(0, hv_vgic_home(&other, 1024));
	assert_int_equal(0, hv_vgic_home(&other, 31));
	assert_int_equal(0x08000000, hv_vgic_hw_word(&other, 31));
	assert_int_equal(0, hv_vgic_hw_word(&other, 32));
	/* Added again differently: the last word counts. */
	assert_int_equal(0, hv_vgic_add(&other, 1019, 2, 3));
	assert_int_equal(3, hv_vgic_home(&other, 1019));
	assert_int_equal(0, hv_vgic_hw_word(&other, 31));
}

static void reset_forgets_the_guest_and_keeps_the_board(void **state)
{
	static struct hv_vgic before;
	struct hv_vgic_slot slot;
	bool denied;

	(void)state;
	hv_vgic_reset(&gic);
	before = gic;
	wr(DIST, 0x0, 4, 0x3);
	wr(DIST, 0x104, 4, 0x306);
	wr(DIST, 0x420, 4, 0x80808080);
	wr(DIST, 0x6140, 8, 0);
	wr(DIST, 0x84, 4, 0);
	wr(1, 0x14, 4, 0);
	wr(1, 0x10300, 4, 0xffff);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_inject(&gic, 0, 40, 0xf, &slot)); /* CTLR */
	hv_vgic_set_level(&gic, 0, 33, true);
	hv_vgic_sgi(&gic, 0, 0x7, &denied);
	hv_vgic_reset(&gic);
	memset(before.cpu[0].intid, 0, sizeof before.cpu[0].intid);
	memset(gic.cpu[0].intid, 0, sizeof gic.cpu[0].intid);
	assert_memory_equal(&before, &gic, sizeof gic);
	assert_int_equal(0x300, hv_vgic_hw_word(&gic, 1));
	assert_int_equal(0x08100000, hv_vgic_hw_word(&gic, 0));
	assert_int_equal(1, hv_vgic_home(&gic, 40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_behave_as_specified),
		cmocka_unit_test(other_widths_are_refused),
		cmocka_unit_test_setup(enable_of_hardware_ones_reaches_the_hardware, fresh),
		cmocka_unit_test_setup(pending_of_hardware_ones_lives_in_the_hardware, fresh),
		cmocka_unit_test_setup(one_that_waits_is_taken_back_from_the_hardware, fresh),
		cmocka_unit_test_setup(routes_of_hardware_ones_reach_the_hardware, fresh),
		cmocka_unit_test_setup(a_change_kicks_whom_it_concerns, fresh),
		cmocka_unit_test_setup(sync_is_wanted_for_pending_and_active_alone, fresh),
		cmocka_unit_test_setup(setup_refuses_what_cannot_be, fresh),
		cmocka_unit_test_setup(reset_forgets_the_guest_and_keeps_the_board, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
