/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the virtual GIC puts into list registers, in scenarios; bit patterns are
 * written out from IHI 0069, "ICH_LR<n>_EL2" and "ICH_HCR_EL2".
 *
 * The guest: 2 vCPUs, 128 INTIDs, all enabled in Group 1. PPI 27 hardware level. SPI
 * 33 emulated level, 34 and 35 emulated edge, 40..47 hardware level; all to vCPU 0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <haven/vgic.h>

#define P  0x4000000000000000ull
#define A  0x8000000000000000ull
#define PA 0xc000000000000000ull

static struct hv_vgic gic;
static struct hv_vgic_fx fx;
static struct hv_vgic_sync_fx sfx;
static struct hv_vgic_lrs lrs;
static struct hv_vgic_slot slot;

static void wr(hv_u32 offset, hv_u32 size, hv_u64 value)
{
	assert_int_equal(HV_VGIC_DONE,
			 hv_vgic_dist_access(&gic, offset, size, true, &value, &fx));
}

static hv_u64 rd(hv_u32 offset)
{
	hv_u64 value;

	assert_int_equal(HV_VGIC_DONE, hv_vgic_dist_access(&gic, offset, 4, false, &value, &fx));
	return value;
}

static void wr_redist(hv_u32 offset, hv_u32 size, hv_u64 value)
{
	assert_int_equal(HV_VGIC_DONE,
			 hv_vgic_redist_access(&gic, offset, size, true, &value, &fx));
}

static void resync(hv_u32 v)
{
	hv_vgic_sync(&gic, v, &lrs, &sfx);
	hv_vgic_flush(&gic, v, &lrs);
}

static void start(hv_u32 lr_count)
{
	memset(&gic, 0x5a, sizeof gic);
	memset(&lrs, 0, sizeof lrs);
	assert_int_equal(0, hv_vgic_init(&gic, 2, 4, lr_count));
	assert_int_equal(0, hv_vgic_add(&gic, 27, 1, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 33, 0, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 34, 2, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 35, 2, 0));
	for (hv_u32 id = 40; id < 48; id++)
		assert_int_equal(0, hv_vgic_add(&gic, id, 1, 0));
	assert_int_equal(0, hv_vgic_add(&gic, 100, 2, 0));
	wr(0, 4, 2);
	wr(0x104, 4, 0xff0e);
	wr(0x10c, 4, 0x10);
	for (hv_u32 v = 0; v < 2; v++) {
		wr_redist(v * 0x20000 + 0x10100, 4, 0x0800ffff);
		lrs.hcr = 0;
		resync(v);
		assert_int_equal(1, lrs.hcr); /* En alone */
	}
}

static int four(void **state)
{
	(void)state;
	start(4);
	return 0;
}

static enum hv_vgic_step inject(hv_u32 v, hv_u32 id, hv_u64 elrsr)
{
	memset(&slot, 0xff, sizeof slot);
	return hv_vgic_inject(&gic, v, id, elrsr, &slot);
}

static void a_timer_goes_straight_into_a_list_register(void **state)
{
	(void)state;
	wr_redist(0x1041b, 1, 0xa0);
	/* State pending, HW, Group 1, priority 0xa0, pINTID 27, vINTID 27. */
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 27, 0xf));
	assert_int_equal(0, slot.index);
	assert_int_equal(0x70a0001b0000001b, slot.value);
	assert_int_equal(1, hv_vgic_used(&gic, 0));
	/* The guest is done with it: the same register again. */
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 27, 0xf));
	assert_int_equal(0, slot.index);
	/* Its register is still taken: the next free one. */
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xe));
	assert_int_equal(1, slot.index);
	assert_int_equal(0x7000002800000028, slot.value);
	assert_int_equal(0, hv_vgic_used(&gic, 1));
}

/* A timer and an SGI that come again and again keep a list register each. */
static void repeated_ones_keep_their_list_register(void **state)
{
	bool denied;

	(void)state;
	for (int round = 0; round < 3; round++) {
		assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 27, 0xf));
		assert_int_equal(0, slot.index);
		assert_int_equal(0x7000001b0000001b, slot.value);
		hv_vgic_sgi(&gic, 0, 0x02000001, &denied);
		assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
		assert_int_equal(1, slot.index);
		assert_int_equal(0x5000000000000002, slot.value);
	}
	assert_int_equal(3, hv_vgic_used(&gic, 0));
	/* A new priority shows at the next arrival. */
	wr_redist(0x1041b, 1, 0x48);
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 27, 0xf));
	lrs.lr[0] = lrs.lr[1] = 0;
	resync(0);
	assert_int_equal(0x7048001b0000001b, lrs.lr[0]);
}

static void foreign_interrupts_are_not_taken(void **state)
{
	(void)state;
	assert_int_equal(HV_VGIC_FOREIGN, inject(0, 30, 0xf));
	assert_int_equal(HV_VGIC_FOREIGN, inject(0, 33, 0xf)); /* emulated */
	assert_int_equal(HV_VGIC_FOREIGN, inject(0, 48, 0xf));
	assert_int_equal(HV_VGIC_FOREIGN, inject(0, 1023, 0xf));
	assert_int_equal(HV_VGIC_FOREIGN, inject(0, 0xffffffff, 0xf));
	assert_int_equal(0, hv_vgic_used(&gic, 0));
	assert_int_equal(0, hv_vgic_set_level(&gic, 0, 50, true));
	assert_int_equal(0, hv_vgic_set_level(&gic, 0, 40, true)); /* the hardware's line */
	assert_int_equal(0, hv_vgic_set_level(&gic, 0, 128, true));
}

static void a_disabled_one_waits(void **state)
{
	(void)state;
	wr(0x184, 4, 0x100);
	assert_int_equal(HV_VGIC_IDLE, inject(0, 40, 0xf));
	assert_int_equal(0x100, rd(0x204));
	wr(0x104, 4, 0x100);
	assert_int_equal(1, fx.kick);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	assert_int_equal(0x7000002800000028, slot.value);
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_deliver(&gic, 0, 0xe, &slot));
}

static void disabling_takes_it_out_again(void **state)
{
	(void)state;
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));
	wr(0x184, 4, 0x100);
	assert_int_equal(1, fx.kick);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	lrs.lr[0] = slot.value;
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(0, sfx.count); /* it stays pending, so physically active */
	assert_int_equal(0x100, rd(0x204));
}

static void a_switched_off_group_holds_all_back(void **state)
{
	(void)state;
	wr(0, 4, 0);
	assert_int_equal(3, fx.kick);
	resync(0);
	assert_int_equal(HV_VGIC_IDLE, inject(0, 40, 0xf));
	wr(0, 4, 1); /* Group 0 alone */
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	wr(0x84, 4, 0); /* and now it is Group 0: an FIQ, the Group bit clear */
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	assert_int_equal(0x6000002800000028, slot.value);
}

/* Six pending, four registers: the best four by priority, then the rest on NPIE. */
static void overflow_is_kept_and_refilled_in_order(void **state)
{
	static const hv_u8 prio[8] = { 0x60, 0x20, 0x50, 0x10, 0x40, 0x30 };

	(void)state;
	for (hv_u32 n = 0; n < 6; n++)
		wr(0x428 + n, 1, prio[n]);
	for (hv_u32 n = 0; n < 4; n++) {
		assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40 + n, 0xfu << n & 0xf));
		assert_int_equal(n, slot.index);
		lrs.lr[n] = slot.value;
	}
	for (hv_u32 n = 4; n < 6; n++) {
		assert_int_equal(HV_VGIC_RESYNC, inject(0, 40 + n, 0));
		resync(0);
	}
	assert_int_equal(0x7010002b0000002b, lrs.lr[0]);
	assert_int_equal(0x702000290000002a - 1, lrs.lr[1]);
	assert_int_equal(0x7030002d0000002d, lrs.lr[2]);
	assert_int_equal(0x7040002c0000002c, lrs.lr[3]);
	assert_int_equal(0x9, lrs.hcr); /* En, NPIE */
	assert_int_equal(0x3f00, rd(0x204));

	/* All four done: the other two follow and nothing more is asked. */
	memset(lrs.lr, 0, sizeof lrs.lr);
	resync(0);
	assert_int_equal(0x7050002a0000002a, lrs.lr[0]);
	assert_int_equal(0x7060002800000028, lrs.lr[1]);
	assert_int_equal(0, lrs.lr[2]);
	assert_int_equal(1, lrs.hcr);
}

static void equal_priorities_go_by_number(void **state)
{
	(void)state;
	start(1);
	for (hv_u32 n = 6; n-- > 0;) {
		if (inject(0, 40 + n, n == 5 ? 1 : 0) == HV_VGIC_RESYNC)
			resync(0);
		else
			lrs.lr[0] = slot.value;
	}
	for (hv_u32 n = 0; n < 6; n++) {
		assert_int_equal(0x7000002800000028 + n * 0x100000001, lrs.lr[0]);
		assert_int_equal(n < 5 ? 0x9 : 0x1, lrs.hcr);
		lrs.lr[0] = 0;
		resync(0);
	}
	assert_int_equal(0, lrs.lr[0]);
}

static void the_lowest_pending_makes_room(void **state)
{
	(void)state;
	for (hv_u32 n = 0; n < 4; n++) {
		wr(0x428 + n, 1, 0x80 + 8 * n);
		inject(0, 40 + n, 0xfu << n & 0xf);
		lrs.lr[n] = slot.value;
	}
	wr(0x42c, 1, 0x10);
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 44, 0));
	resync(0);
	assert_int_equal(0x7010002c0000002c, lrs.lr[0]);
	assert_int_equal(0x708000280000002a - 2, lrs.lr[1]);
	assert_int_equal(0x708800290000002b - 2, lrs.lr[2]);
	assert_int_equal(0x7090002a0000002c - 2, lrs.lr[3]);
	assert_int_equal(0x9, lrs.hcr);
}

/* Four nested active ones fill the registers; a fifth preempts them. */
static void active_ones_spill_and_their_eoi_is_counted(void **state)
{
	(void)state;
	for (hv_u32 n = 0; n < 4; n++) {
		wr(0x428 + n, 1, 0x80 - 8 * n);
		inject(0, 40 + n, 0xfu << n & 0xf);
		lrs.lr[n] = slot.value ^ PA; /* acknowledged */
	}
	wr(0x42c, 1, 0x10);
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 44, 0));
	resync(0);
	assert_int_equal(0x7010002c0000002c, lrs.lr[0]);
	assert_int_equal(0xb068002b0000002b, lrs.lr[1]);
	assert_int_equal(0xb070002a0000002a, lrs.lr[2]);
	assert_int_equal(0xb078002900000029, lrs.lr[3]);
	assert_int_equal(0x4005, lrs.hcr); /* En, LRENPIE, TDIR */
	assert_int_equal(0x0f00, rd(0x304));

	/* The guest ends all five before EL2 looks: the last EOI finds no register. */
	memset(lrs.lr, 0, sizeof lrs.lr);
	lrs.hcr |= 1ull << 27;
	resync(0);
	assert_int_equal(1, sfx.count);
	assert_int_equal(40, sfx.deactivate[0]);
	assert_int_equal(1, lrs.hcr);
	assert_int_equal(0, rd(0x304));
	assert_int_equal(0, lrs.lr[0] | lrs.lr[1] | lrs.lr[2] | lrs.lr[3]);
}

/* With VEOIM set an EOI deactivates nothing, even where the hardware counts it. */
static void counted_eois_mean_nothing_in_eoimode_1(void **state)
{
	(void)state;
	wr(0x304, 4, 0xff00); /* eight active ones, four registers */
	resync(0);
	assert_int_equal(0x4005, lrs.hcr);
	lrs.vmcr = 0x200;
	lrs.hcr |= 2ull << 27;
	resync(0);
	assert_int_equal(0, sfx.count);
	assert_int_equal(0xff00, rd(0x304));
	assert_int_equal(0x4005, lrs.hcr);
	lrs.vmcr = 0;
	lrs.hcr |= 2ull << 27;
	resync(0);
	assert_int_equal(2, sfx.count);
}

static void one_register_serves_nesting_too(void **state)
{
	(void)state;
	start(1);
	wr(0x428, 1, 0x80);
	inject(0, 40, 1);
	lrs.lr[0] = slot.value ^ PA;
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 41, 0)); /* priority 0 */
	resync(0);
	assert_int_equal(0x7000002900000029, lrs.lr[0]);
	assert_int_equal(0x4005, lrs.hcr);
	/* A pending one of lower priority waits in the register, not outside of it. */
	lrs.lr[0] ^= PA;
	wr(0x42a, 1, 0xf8);
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 42, 0));
	resync(0);
	assert_int_equal(0x70f8002a0000002a, lrs.lr[0]);
	assert_int_equal(0x4005, lrs.hcr);
	/* Two EOIs: highest priority first. */
	lrs.hcr |= 1ull << 27;
	resync(0);
	assert_int_equal(1, sfx.count);
	assert_int_equal(41, sfx.deactivate[0]);
	lrs.hcr |= 1ull << 27;
	resync(0);
	assert_int_equal(40, sfx.deactivate[0]);
	assert_int_equal(1, lrs.hcr);
	assert_int_equal(0x70f8002a0000002a, lrs.lr[0]);
}

static void eois_are_worked_off_in_steps(void **state)
{
	(void)state;
	wr(0x304, 4, 0xff00); /* eight active ones, four registers */
	resync(0);
	assert_int_equal(0x4005, lrs.hcr);
	wr(0x304, 4, 0x000e); /* three more, emulated */
	lrs.hcr |= 31ull << 27;
	resync(0); /* two at a time: 33 and 34 */
	assert_int_equal(0, sfx.count);
	assert_int_equal(0xff08, rd(0x304));
	assert_int_equal(0x4005, lrs.hcr);
	/* Registers: 35, 40, 41, 42. */
	lrs.hcr |= 2ull << 27;
	resync(0);
	assert_int_equal(2, sfx.count);
	assert_int_equal(43, sfx.deactivate[0]);
	assert_int_equal(44, sfx.deactivate[1]);
	assert_int_equal(0xe708, rd(0x304));
	/* More than there are. */
	wr(0x384, 4, 0xc000);
	lrs.hcr |= 2ull << 27;
	resync(0);
	assert_int_equal(1, sfx.count);
	assert_int_equal(45, sfx.deactivate[0]);
	assert_int_equal(1, lrs.hcr);
	/* A count that was not asked for means nothing. */
	lrs.hcr = 1 | 5ull << 27;
	resync(0);
	assert_int_equal(0, sfx.count);
	assert_int_equal(1, lrs.hcr);
}

static void a_trapped_dir_ends_exactly_that_one(void **state)
{
	(void)state;
	wr(0x304, 4, 0xff02);
	hv_vgic_sync(&gic, 0, &lrs, &sfx);
	hv_vgic_dir(&gic, 0, 46, &sfx);
	hv_vgic_dir(&gic, 0, 46, &sfx);
	hv_vgic_dir(&gic, 0, 33, &sfx);
	hv_vgic_dir(&gic, 0, 3, &sfx);
	hv_vgic_dir(&gic, 0, 48, &sfx);
	hv_vgic_dir(&gic, 0, 128, &sfx);
	hv_vgic_dir(&gic, 0, 0xffffffff, &sfx);
	hv_vgic_dir(&gic, 1, 45, &sfx); /* another vCPU's */
	hv_vgic_flush(&gic, 0, &lrs);
	assert_int_equal(1, sfx.count);
	assert_int_equal(46, sfx.deactivate[0]);
	assert_int_equal(0xbf00, rd(0x304));
}

static void a_high_line_is_presented_again(void **state)
{
	(void)state;
	assert_int_equal(1, hv_vgic_set_level(&gic, 0, 33, true));
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	/* State pending, Group 1, EOI maintenance, vINTID 33. */
	assert_int_equal(0x5000020000000021, slot.value);
	assert_int_equal(0, hv_vgic_set_level(&gic, 0, 33, true));
	/* Active, line still high: active and pending for the guest to read. */
	lrs.lr[0] = slot.value ^ PA;
	resync(0);
	assert_int_equal(0x9000020000000021, lrs.lr[0]);
	assert_int_equal(0x2, rd(0x204));
	assert_int_equal(0x2, rd(0x304));
	/* EOI, line still high. */
	lrs.lr[0] &= ~PA;
	resync(0);
	assert_int_equal(0x5000020000000021, lrs.lr[0]);
	/* EOI, line low. */
	lrs.lr[0] ^= PA;
	assert_int_equal(1, hv_vgic_set_level(&gic, 0, 33, false));
	lrs.lr[0] &= ~PA;
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(0, rd(0x204));
}

static void a_dropped_line_is_taken_back(void **state)
{
	(void)state;
	hv_vgic_set_level(&gic, 0, 33, true);
	hv_vgic_deliver(&gic, 0, 0xf, &slot);
	lrs.lr[0] = slot.value;
	assert_int_equal(1, hv_vgic_set_level(&gic, 0, 33, false));
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	/* But what the guest latched by ISPENDR stays. */
	wr(0x204, 4, 0x2);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	lrs.lr[0] = slot.value;
	resync(0);
	assert_int_equal(0x5000020000000021, lrs.lr[0]);
	lrs.lr[0] ^= PA;
	resync(0);
	assert_int_equal(0, rd(0x204)); /* the acknowledge used it up */
}

static void an_edge_while_active_is_latched(void **state)
{
	(void)state;
	assert_int_equal(1, hv_vgic_set_level(&gic, 1, 34, true));
	hv_vgic_deliver(&gic, 0, 0xf, &slot);
	assert_int_equal(0x5000000000000022, slot.value);
	lrs.lr[0] = slot.value ^ PA;
	assert_int_equal(0, hv_vgic_set_level(&gic, 1, 34, false)); /* a fall is nothing */
	assert_int_equal(1, hv_vgic_set_level(&gic, 1, 34, true));
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	resync(0);
	assert_int_equal(0xd000000000000022, lrs.lr[0]);
	/* Disabled meanwhile: the pending half must not sit in the register. */
	wr(0x184, 4, 0x4);
	resync(0);
	assert_int_equal(0x9000000000000022, lrs.lr[0]);
	assert_int_equal(0x4, rd(0x204));
}

static void sgis_reach_their_targets_only(void **state)
{
	bool denied;

	(void)state;
	assert_int_equal(3, hv_vgic_sgi(&gic, 0, 0x05000003, &denied));
	assert_false(denied);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 1, 0xf, &slot));
	assert_int_equal(0x5000000000000005, slot.value);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	assert_int_equal(0x5000000000000005, slot.value);
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	/* IRM: all but self; the list is ignored. */
	assert_int_equal(1, hv_vgic_sgi(&gic, 1, 0x1000f00ffff | 0x0f000000, &denied));
	assert_false(denied);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	assert_int_equal(0x500000000000000f, slot.value);
	/* Two at once take the long way. */
	hv_vgic_sgi(&gic, 0, 0x01000002, &denied);
	hv_vgic_sgi(&gic, 0, 0x02000002, &denied);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 1, 0xe, &slot));
	/* Again before it was acknowledged: still one. */
	lrs.lr[0] = 0x5000000000000005;
	resync(1);
	hv_vgic_sgi(&gic, 0, 0x01000002, &denied);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 1, 0, &slot));
	resync(1);
	assert_int_equal(0x5000000000000001, lrs.lr[0]);
	assert_int_equal(0x5000000000000002, lrs.lr[1]);
	assert_int_equal(0x5000000000000005, lrs.lr[2]);
	assert_int_equal(0, lrs.lr[3]);
}

static void foreign_sgi_targets_are_denied(void **state)
{
	static const struct {
		const char *why;
		hv_u64 value;
		hv_u32 kick;
		bool denied;
	} rows[] = {
		{ "nobody is nobody", 0, 0, false },
		{ "a vCPU that is not there", 0x0004, 0, true },
		{ "that one and ours: ours gets it", 0x0005, 1, true },
		{ "all of a list", 0xffff, 3, true },
		{ "another cluster", 0x00010001, 0, true },
		{ "another Aff2", 0x100000001, 0, true },
		{ "another Aff3", 0x1000000000001, 0, true },
		{ "range 16..31", 0x100000000001, 0, true },
		{ "another cluster, nobody in it", 0x00010000, 0, false },
		{ "RES0 bits", 0xff0e0000f0000001 & ~0x0e0000f0000000ull, 1, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool denied = !rows[i].denied;

		if (hv_vgic_sgi(&gic, 0, rows[i].value, &denied) != rows[i].kick ||
		    denied != rows[i].denied)
			fail_msg("%s", rows[i].why);
	}
}

static void an_sgi_waits_for_its_enable(void **state)
{
	bool denied;

	(void)state;
	wr_redist(0x10180, 4, 0x8);
	hv_vgic_sgi(&gic, 1, 0x03000001, &denied);
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	wr_redist(0x10100, 4, 0x8);
	assert_int_equal(1, fx.kick);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
}

static void a_new_route_moves_the_pending_one(void **state)
{
	(void)state;
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));
	lrs.lr[0] = slot.value;
	wr(0x6140, 8, 1);
	assert_int_equal(40, fx.route_intid);
	assert_int_equal(1, fx.kick); /* first its holder gives it back */
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(2, sfx.kick);
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 1, 0xf, &slot));
	assert_int_equal(0x7000002800000028, slot.value);
	/* Finished there, not yet noticed, and routed back. */
	assert_int_equal(HV_VGIC_IDLE, hv_vgic_deliver(&gic, 1, 0xf, &slot));
	wr(0x6140, 8, 0);
	assert_int_equal(2, fx.kick);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 1, 0xf, &slot));
	lrs.lr[0] = 0;
	resync(1);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));
}

static void an_active_one_ends_where_it_began(void **state)
{
	(void)state;
	inject(0, 40, 0xf);
	lrs.lr[0] = slot.value ^ PA;
	wr(0x6140, 8, 1);
	resync(0);
	assert_int_equal(0xb000002800000028, lrs.lr[0]);
	assert_int_equal(0, sfx.kick);
	/* The guest's deactivation is the hardware's; it comes again on the new CPU. */
	assert_int_equal(HV_VGIC_WRITE_LR, inject(1, 40, 0xf));
	assert_int_equal(0, rd(0x304));
	/* What vCPU 0 still remembers of it must not count. */
	lrs.lr[0] = 0;
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(0x100, rd(0x204));
	/* In flight while the route changed: delivered, though the route says 1. */
	lrs.lr[0] = 0;
	resync(1);
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));
	assert_int_equal(1, rd(0x6140));
	/* An emulated one goes over at its EOI, which is asked for. */
	hv_vgic_set_level(&gic, 0, 34, true);
	hv_vgic_deliver(&gic, 0, 0xe, &slot);
	assert_int_equal(1, slot.index);
	lrs.lr[0] = 0x7000002800000028;
	lrs.lr[1] = slot.value ^ PA;
	wr(0x6110, 8, 1);
	wr(0x204, 4, 0x4);
	resync(0);
	assert_int_equal(0x9000020000000022, lrs.lr[0]);
	lrs.lr[0] &= ~PA;
	resync(0);
	assert_int_equal(2, sfx.kick & 2);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 1, 0xf, &slot)); /* and 40 */
	resync(1);
	assert_int_equal(0x5000000000000022, lrs.lr[0]);
	assert_int_equal(0x7000002800000028, lrs.lr[1]);
}

static void a_moved_one_that_is_let_go_settles(void **state)
{
	(void)state;
	hv_vgic_set_level(&gic, 0, 33, true);
	wr(0x304, 4, 0x2); /* active, in no register */
	wr(0x6108, 8, 1);
	assert_int_equal(1, fx.kick);
	wr(0x384, 4, 0x2);
	assert_int_equal(2, fx.kick); /* inactive: pending on the new vCPU */
	/* The same by DIR. */
	wr(0x6108, 8, 0);
	assert_int_equal(1, fx.kick);
	wr(0x304, 4, 0x2);
	wr(0x6108, 8, 1);
	lrs.hcr = 1;
	hv_vgic_sync(&gic, 0, &lrs, &sfx);
	hv_vgic_dir(&gic, 0, 33, &sfx);
	assert_int_equal(2, sfx.kick);
}

/* A finished one with an open request is left to the sync. */
static void requests_of_other_vcpus_are_honoured(void **state)
{
	(void)state;
	inject(0, 40, 0xf);
	lrs.lr[0] = slot.value;
	wr(0x284, 4, 0x100); /* written by vCPU 1, which cannot see the register */
	assert_int_equal(1, fx.kick);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xe, &slot));
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(1, sfx.count);
	assert_int_equal(40, sfx.deactivate[0]);

	inject(0, 40, 0xf);
	lrs.lr[0] = slot.value ^ PA;
	wr(0x384, 4, 0x100);
	assert_int_equal(1, fx.kick);
	resync(0);
	assert_int_equal(0, lrs.lr[0]);
	assert_int_equal(40, sfx.deactivate[0]);

	inject(0, 40, 0xf);
	wr(0x384, 4, 0x100);
	/* The guest was faster: nothing is left to deactivate. */
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	lrs.lr[0] = 0;
	resync(0);
	assert_int_equal(0, sfx.count);
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));

	/* An emulated one: no hardware to tell. */
	hv_vgic_set_level(&gic, 0, 35, true);
	hv_vgic_deliver(&gic, 0, 0xe, &slot);
	lrs.lr[0] = 0x7000002800000028;
	lrs.lr[slot.index] = slot.value;
	wr(0x284, 4, 0x8);
	resync(0);
	assert_int_equal(0, sfx.count);
	assert_int_equal(0, lrs.lr[1]);
}

static void two_words_take_the_long_way(void **state)
{
	(void)state;
	hv_vgic_set_level(&gic, 0, 100, true);
	hv_vgic_set_level(&gic, 0, 34, true);
	wr(0x428, 1, 0);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	resync(0);
	assert_int_equal(0x5000000000000022, lrs.lr[0]);
	assert_int_equal(0x5000000000000064, lrs.lr[1]);
}

static void a_latch_while_finished_is_seen(void **state)
{
	(void)state;
	hv_vgic_set_level(&gic, 0, 34, true);
	hv_vgic_deliver(&gic, 0, 0xf, &slot);
	/* Pending again, while the finished register was not yet noticed. */
	wr(0x204, 4, 0x4);
	assert_int_equal(1, fx.kick);
	lrs.lr[0] = 0;
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	resync(0);
	assert_int_equal(0x5000000000000022, lrs.lr[0]);
}

static void sixteen_registers_of_eight_vcpus(void **state)
{
	struct hv_vgic_lrs many = { .hcr = 0 };
	bool denied;

	(void)state;
	assert_int_equal(0, hv_vgic_init(&gic, 8, 32, 16));
	wr(0, 4, 2);
	wr_redist(7 * 0x20000 + 0x10100, 4, 0xffff);
	for (hv_u64 id = 0; id < 16; id++)
		assert_int_equal(0x80, hv_vgic_sgi(&gic, 0, id << 24 | 0x80, &denied));
	hv_vgic_sync(&gic, 7, &many, &sfx);
	hv_vgic_flush(&gic, 7, &many);
	for (hv_u64 id = 0; id < 16; id++)
		assert_int_equal(0x5000000000000000 + id, many.lr[id]);
	assert_int_equal(0xffff, hv_vgic_used(&gic, 7));
	assert_int_equal(1, many.hcr);
}

/* disable_irq() of Linux polls this bit from another CPU. */
static void polling_the_active_bit_asks_its_holder(void **state)
{
	(void)state;
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 40, 0xf));
	memset(&lrs, 0, sizeof lrs);
	lrs.lr[0] = slot.value ^ PA;
	resync(0);
	assert_int_equal(0x100, rd(0x304));
	assert_int_equal(1, fx.kick);
	lrs.lr[0] = 0; /* the guest has ended it */
	memset(&slot, 0xff, sizeof slot);
	assert_int_equal(HV_VGIC_RESYNC, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	resync(0);
	assert_int_equal(0, rd(0x304));
	assert_int_equal(0, fx.kick);
}

/* A vCPU whose list registers are in memory: what comes is latched, and told afterwards. */
static void what_arrived_meanwhile_is_undelivered(void **state)
{
	bool denied;

	(void)state;
	assert_false(hv_vgic_undelivered(&gic, 0));
	/* No list register counts as free. */
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 40, 0));
	assert_true(hv_vgic_undelivered(&gic, 0));
	assert_false(hv_vgic_undelivered(&gic, 1));
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	assert_int_equal(0x7000002800000028, slot.value);
	assert_false(hv_vgic_undelivered(&gic, 0));
	/* An SGI waits in the inbox, which another CPU fills without the lock. */
	assert_int_equal(2, hv_vgic_sgi(&gic, 0, 0x01000002, &denied));
	assert_true(hv_vgic_undelivered(&gic, 1));
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 1, 0xf, &slot));
	assert_false(hv_vgic_undelivered(&gic, 1));
	/* Another vCPU disables what is in a list register. */
	wr(0x184, 4, 0x100);
	assert_true(hv_vgic_undelivered(&gic, 0));
	resync(0);
	assert_false(hv_vgic_undelivered(&gic, 0));
}

/* Once it has been finished, it comes again and waits beside its old list register. */
static void a_second_arrival_meanwhile_replaces_the_first(void **state)
{
	(void)state;
	assert_int_equal(HV_VGIC_WRITE_LR, inject(0, 27, 0xf));
	lrs.lr[0] = slot.value & ~PA; /* ended by the guest; then the vCPU left the CPU */
	assert_int_equal(HV_VGIC_RESYNC, inject(0, 27, 0));
	assert_true(hv_vgic_undelivered(&gic, 0));
	assert_int_equal(HV_VGIC_WRITE_LR, hv_vgic_deliver(&gic, 0, 0xf, &slot));
	assert_int_equal(0x7000001b0000001b, slot.value);
	assert_false(hv_vgic_undelivered(&gic, 0));
}

static void enabled_ppis_are_the_hardwares_alone(void **state)
{
	(void)state;
	assert_int_equal(0x08000000, hv_vgic_ppi_enabled(&gic, 0)); /* 27; SGIs are not */
	wr_redist(0x10180, 4, 0x08000000);
	assert_int_equal(0, hv_vgic_ppi_enabled(&gic, 0));
	assert_int_equal(0x08000000, hv_vgic_ppi_enabled(&gic, 1));
}

static void enabled_spis_are_the_hardwares_alone(void **state)
{
	(void)state;
	assert_int_equal(0xff00, hv_vgic_enabled_word(&gic, 1)); /* 40..47; 33 to 35 are emulated */
	wr(0x184, 4, 0x100);
	assert_int_equal(0xfe00, hv_vgic_enabled_word(&gic, 1));
	assert_int_equal(0, hv_vgic_enabled_word(&gic, 3)); /* 100 is emulated */
	assert_int_equal(0, hv_vgic_enabled_word(&gic, 0));
	assert_int_equal(0, hv_vgic_enabled_word(&gic, 4));
}

static void pending_is_a_bit_of_the_list_register(void **state)
{
	(void)state;
	assert_false(hv_vgic_lr_pending(0x30a0001b0000001b));
	assert_true(hv_vgic_lr_pending(P));
	assert_false(hv_vgic_lr_pending(A));
	assert_true(hv_vgic_lr_pending(PA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_timer_goes_straight_into_a_list_register, four),
		cmocka_unit_test_setup(repeated_ones_keep_their_list_register, four),
		cmocka_unit_test_setup(foreign_interrupts_are_not_taken, four),
		cmocka_unit_test_setup(a_disabled_one_waits, four),
		cmocka_unit_test_setup(disabling_takes_it_out_again, four),
		cmocka_unit_test_setup(a_switched_off_group_holds_all_back, four),
		cmocka_unit_test_setup(overflow_is_kept_and_refilled_in_order, four),
		cmocka_unit_test(equal_priorities_go_by_number),
		cmocka_unit_test_setup(the_lowest_pending_makes_room, four),
		cmocka_unit_test_setup(active_ones_spill_and_their_eoi_is_counted, four),
		cmocka_unit_test_setup(counted_eois_mean_nothing_in_eoimode_1, four),
		cmocka_unit_test(one_register_serves_nesting_too),
		cmocka_unit_test_setup(eois_are_worked_off_in_steps, four),
		cmocka_unit_test_setup(a_trapped_dir_ends_exactly_that_one, four),
		cmocka_unit_test_setup(a_high_line_is_presented_again, four),
		cmocka_unit_test_setup(a_dropped_line_is_taken_back, four),
		cmocka_unit_test_setup(an_edge_while_active_is_latched, four),
		cmocka_unit_test_setup(sgis_reach_their_targets_only, four),
		cmocka_unit_test_setup(foreign_sgi_targets_are_denied, four),
		cmocka_unit_test_setup(an_sgi_waits_for_its_enable, four),
		cmocka_unit_test_setup(a_new_route_moves_the_pending_one, four),
		cmocka_unit_test_setup(an_active_one_ends_where_it_began, four),
		cmocka_unit_test_setup(a_moved_one_that_is_let_go_settles, four),
		cmocka_unit_test_setup(requests_of_other_vcpus_are_honoured, four),
		cmocka_unit_test_setup(two_words_take_the_long_way, four),
		cmocka_unit_test_setup(a_latch_while_finished_is_seen, four),
		cmocka_unit_test_setup(sixteen_registers_of_eight_vcpus, four),
		cmocka_unit_test_setup(polling_the_active_bit_asks_its_holder, four),
		cmocka_unit_test_setup(what_arrived_meanwhile_is_undelivered, four),
		cmocka_unit_test_setup(a_second_arrival_meanwhile_replaces_the_first, four),
		cmocka_unit_test_setup(enabled_ppis_are_the_hardwares_alone, four),
		cmocka_unit_test_setup(enabled_spis_are_the_hardwares_alone, four),
		cmocka_unit_test_setup(pending_is_a_bit_of_the_list_register, four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
