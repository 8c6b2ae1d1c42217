/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC against a flat reference: one record per interrupt, no words, no
 * list registers. Random guests drive both; a simulated CPU interface and physical
 * GIC follow what the library puts into list registers and effects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <haven/vgic.h>

#define VCPUS 3
#define WORDS 4
#define IDS   (32 * WORDS)
#define LR_P  0x4000000000000000ull
#define LR_A  0x8000000000000000ull
#define LR_HW 0x2000000000000000ull

/* One interrupt as the specification tells it; private ones exist per vCPU. */
struct ref {
	bool exists, hw, edge, enable, group1, latch, line, active;
	int prio, vcpu, route;
};

/* The physical side of a hardware interrupt. */
struct phys {
	bool enable, latch, line, active;
	int cpu;
};

static struct hv_vgic gic;
static struct ref ref[VCPUS][IDS]; /* SPIs: [0] */
static struct phys phys[VCPUS][IDS];
static struct hv_vgic_lrs hw[VCPUS];
static int stack[VCPUS][64], dropped[VCPUS][64], depth[VCPUS], drops[VCPUS];
static int ctlr, lr_count, eoimode;
static hv_u64 seed;
static unsigned long acks, spills, overflows, resyncs, fasts;

static unsigned rnd(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 11) % n;
}

static struct ref *r_of(int v, int id)
{
	return &ref[id < 32 ? v : 0][id];
}

static struct phys *p_of(int v, int id)
{
	return &phys[id < 32 ? v : 0][id];
}

static bool ref_pending(const struct ref *r)
{
	return r->latch || (!r->edge && r->line);
}

static bool ref_ready(const struct ref *r, int v)
{
	return r->exists && ref_pending(r) && r->enable && !r->active && r->vcpu == v &&
	       (ctlr >> (r->group1 ? 1 : 0) & 1);
}

/* Highest priority that the reference would signal to a vCPU; 256 if none. */
static int ref_best(int v)
{
	int best = 256;

	for (int id = 0; id < IDS; id++)
		if (ref_ready(r_of(v, id), v) && r_of(v, id)->prio < best)
			best = r_of(v, id)->prio;
	return best;
}

/* ---- simulated hardware ---- */

static hv_u64 elrsr(int v)
{
	hv_u64 mask = 0;

	for (int i = 0; i < lr_count; i++) {
		const hv_u64 lr = hw[v].lr[i];

		if (!(lr & (LR_P | LR_A)) && ((lr & LR_HW) || !(lr >> 41 & 1)))
			mask |= 1ull << i;
	}
	return mask;
}

static void check_lrs(int v)
{
	for (int i = 0; i < lr_count; i++) {
		const hv_u64 a = hw[v].lr[i];

		if (!(a & (LR_P | LR_A)))
			continue;
		assert_true((a & 0xffffffff) < IDS);
		if (a & LR_HW) {
			assert_true((a & (LR_P | LR_A)) != (LR_P | LR_A));
			assert_int_equal(a >> 32 & 0x1fff, a & 0xffffffff);
		}
		for (int j = 0; j < i; j++)
			if (hw[v].lr[j] & (LR_P | LR_A))
				assert_true((hw[v].lr[j] & 0xffffffff) != (a & 0xffffffff));
	}
}

static void kick(hv_u32 mask);

static void resync(int v, int dir)
{
	struct hv_vgic_lrs lrs;
	struct hv_vgic_sync_fx fx;

	memset(&lrs, 0xee, sizeof lrs); /* only used ones may be looked at */
	for (int i = 0; i < lr_count; i++)
		if (hv_vgic_used(&gic, (hv_u32)v) >> i & 1)
			lrs.lr[i] = hw[v].lr[i];
	lrs.hcr = hw[v].hcr;
	lrs.vmcr = eoimode ? 0x2ff : 0xff; /* VEOIM is bit 9 */
	hv_vgic_sync(&gic, (hv_u32)v, &lrs, &fx);
	if (dir >= 0)
		hv_vgic_dir(&gic, (hv_u32)v, (hv_u32)dir, &fx);
	hv_vgic_flush(&gic, (hv_u32)v, &lrs);
	for (hv_u32 i = 0; i < fx.count; i++) {
		assert_true(p_of(v, fx.deactivate[i])->active);
		p_of(v, fx.deactivate[i])->active = false;
	}
	memcpy(hw[v].lr, lrs.lr, sizeof lrs.lr[0] * (unsigned)lr_count);
	hw[v].hcr = lrs.hcr;
	spills += (lrs.hcr & 4) != 0;
	overflows += (lrs.hcr & 8) != 0;
	resyncs++;
	check_lrs(v);
	kick(fx.kick);
}

static void step(int v, enum hv_vgic_step s, const struct hv_vgic_slot *slot)
{
	assert_true(s != HV_VGIC_FOREIGN);
	if (s == HV_VGIC_WRITE_LR) {
		assert_true(elrsr(v) >> slot->index & 1);
		hw[v].lr[slot->index] = slot->value;
		fasts++;
		check_lrs(v);
	} else if (s == HV_VGIC_RESYNC) {
		resync(v, -1);
	}
}

static void kick(hv_u32 mask)
{
	assert_true(mask >> VCPUS == 0);
	for (int v = 0; v < VCPUS; v++) {
		struct hv_vgic_slot slot;

		if (mask >> v & 1)
			step(v, hv_vgic_deliver(&gic, (hv_u32)v, elrsr(v), &slot), &slot);
	}
}

static bool maintenance(int v)
{
	bool pending = false;

	for (int i = 0; i < lr_count; i++) {
		const hv_u64 lr = hw[v].lr[i];

		pending |= (lr & (LR_P | LR_A)) == LR_P;
		if (!(lr & (LR_P | LR_A | LR_HW)) && (lr >> 41 & 1))
			return true; /* EOI */
	}
	return ((hw[v].hcr & 8) && !pending) || ((hw[v].hcr & 4) && hw[v].hcr >> 27);
}

/* Let physical interrupts and maintenance interrupts happen until all is quiet. */
static void settle(void)
{
	for (int round = 0; round < 200; round++) {
		bool quiet = true;

		for (int v = 0; v < VCPUS; v++) {
			if (maintenance(v)) {
				resync(v, -1);
				assert_false(maintenance(v) && !(hw[v].hcr >> 27));
				quiet = false;
			}
			for (int id = 16; id < IDS; id++) {
				struct phys *p = p_of(v, id);
				struct hv_vgic_slot slot;

				if (!p->enable || p->active || (id >= 32 && p->cpu != v) ||
				    !(p->latch || (p->line && !r_of(v, id)->edge)))
					continue;
				p->active = true;
				p->latch = false;
				step(v, hv_vgic_inject(&gic, (hv_u32)v, (hv_u32)id, elrsr(v), &slot),
				     &slot);
				quiet = false;
			}
		}
		if (quiet)
			return;
	}
	fail_msg("never quiet");
}

/* ---- guest actions ---- */

static void apply(const struct hv_vgic_fx *fx)
{
	assert_true(fx->pokes <= 2);
	for (hv_u32 i = 0; i < fx->pokes; i++) {
		const hv_u32 off = fx->poke[i].offset, base = (off & 0x7f) / 4 * 32;

		assert_true(fx->redist ? base == 0 : base != 0);
		for (int n = 0; n < 32; n++) {
			struct phys *p = p_of((int)fx->redist - 1, (int)base + n);

			if (!(fx->poke[i].value >> n & 1))
				continue;
			assert_true(r_of((int)fx->redist - 1, (int)base + n)->hw);
			switch (off & 0xf80) {
			case 0x100: p->enable = true; break;
			case 0x180: p->enable = false; break;
			case 0x200: p->latch = true; break;
			case 0x280: p->latch = false; break;
			case 0x300: p->active = true; break;
			case 0x380: p->active = false; break;
			default: fail();
			}
		}
	}
	if (fx->route_intid)
		phys[0][fx->route_intid].cpu = (int)fx->route_vcpu;
}

static hv_u64 mmio(int v, int frame, hv_u32 offset, hv_u32 size, bool write, hv_u64 value)
{
	struct hv_vgic_fx fx;
	const bool sync = hv_vgic_needs_sync(offset, frame >= 0);
	struct hv_vgic_lrs lrs;
	struct hv_vgic_sync_fx sfx = { 0 };

	if (sync) {
		lrs = hw[v];
		hv_vgic_sync(&gic, (hv_u32)v, &lrs, &sfx);
	}
	if (frame >= 0)
		assert_int_equal(HV_VGIC_DONE, hv_vgic_redist_access(&gic,
			(hv_u32)frame * 0x20000 + offset, size, write, &value, &fx));
	else
		assert_int_equal(HV_VGIC_DONE,
			hv_vgic_dist_access(&gic, offset, size, write, &value, &fx));
	if (!write && fx.merge)
		for (int n = 0; n < 32; n++) {
			const struct phys *p = p_of(frame, (int)(fx.merge_offset & 0x7f) * 8 + n);

			if ((fx.merge >> n & 1) && (p->latch || (p->line &&
			    !r_of(frame, (int)(fx.merge_offset & 0x7f) * 8 + n)->edge)))
				value |= 1ull << n;
		}
	if (sync) {
		hv_vgic_flush(&gic, (hv_u32)v, &lrs);
		for (hv_u32 i = 0; i < sfx.count; i++)
			p_of(v, sfx.deactivate[i])->active = false;
		memcpy(hw[v].lr, lrs.lr, sizeof lrs.lr[0] * (unsigned)lr_count);
		hw[v].hcr = lrs.hcr;
		check_lrs(v);
	}
	apply(&fx);
	kick(sfx.kick | fx.kick);
	return value;
}

/* Interrupts of a word that another vCPU than @v may have in a list register. */
static hv_u32 remote(int v, int frame, int word)
{
	const struct hv_vgic_bank *b = word ? &gic.spi[word] : &gic.cpu[frame].priv;

	return b->queued & ~b->at[v];
}

static void unstack(int v, int id)
{
	for (int list = 0; list < 2; list++) {
		int *s = list ? dropped[v] : stack[v], *n = list ? &drops[v] : &depth[v], out = 0;

		for (int i = 0; i < *n; i++)
			if (s[i] != id)
				s[out++] = s[i];
		*n = out;
	}
}

static void guest_write_bitmap(int v)
{
	const int word = (int)rnd(WORDS), frame = word ? -1 : (int)rnd(VCPUS);
	const int f = frame < 0 ? 0 : frame;
	int reg = 1 + (int)rnd(7);
	hv_u32 value = (hv_u32)(rnd(1u << 16) << 16 | rnd(1u << 16));
	const struct hv_vgic_bank *b = word ? &gic.spi[word] : &gic.cpu[f].priv;

	value &= (hv_u32)(rnd(1u << 16) << 16 | rnd(1u << 16));
	if (reg == 6 && eoimode == 0)
		reg = 2; /* an EOI could not tell which one it ends */
	if (reg == 6)
		value &= ~remote(v, f, word);
	if (reg == 4)
		value &= ~(remote(v, f, word) & b->hw);
	mmio(v, frame, (hv_u32)(reg << 7) + (hv_u32)word * 4 + (frame >= 0 ? 0x10000 : 0), 4, true,
	     value);
	for (int n = 0; n < 32; n++) {
		struct ref *r = r_of(f, word * 32 + n);
		const bool bit = value >> n & 1;

		if (!r->exists)
			continue;
		if (reg == 1)
			r->group1 = bit;
		if (!bit)
			continue;
		switch (reg) {
		case 2: r->enable = true; break;
		case 3: r->enable = false; break;
		case 4: r->latch = true; break;
		case 5: r->latch = false; break;
		case 6: r->active = true; break;
		case 7:
			r->active = false;
			for (int x = 0; x < VCPUS; x++)
				if (word || x == f)
					unstack(x, word * 32 + n);
			break;
		default: break;
		}
		if (!r->active)
			r->vcpu = r->route;
	}
}

static void guest_write_prio(int v)
{
	const int id = (int)rnd(IDS), frame = id < 32 ? (int)rnd(VCPUS) : -1;
	struct ref *r = r_of(frame, id);
	const hv_u32 value = rnd(256);

	if (r->active)
		return; /* may take effect at once or later */
	mmio(v, frame, 0x400 + (hv_u32)id + (frame >= 0 ? 0x10000 : 0), 1, true, value);
	if (r->exists)
		r->prio = value & 0xf8;
}

static void guest_route(int v)
{
	const int id = 32 + (int)rnd(IDS - 32), to = (int)rnd(VCPUS + 1);
	struct ref *r = &ref[0][id];

	mmio(v, -1, 0x6000 + (hv_u32)id * 8, rnd(2) ? 8 : 4, true, (hv_u64)to);
	if (!r->exists || to >= VCPUS)
		return;
	r->route = to;
	if (!r->active)
		r->vcpu = to;
}

static void guest_sgi(int v)
{
	const hv_u32 id = rnd(16), list = rnd(1u << VCPUS);
	const bool irm = rnd(4) == 0;
	bool denied;
	hv_u32 who = irm ? ((1u << VCPUS) - 1) & ~(1u << v) : list;

	kick(hv_vgic_sgi(&gic, (hv_u32)v, (hv_u64)irm << 40 | (hv_u64)id << 24 | list, &denied));
	assert_false(denied);
	for (int x = 0; x < VCPUS; x++)
		if (who >> x & 1)
			ref[x][id].latch = true;
}

static void device(void)
{
	const int v = (int)rnd(VCPUS), id = 16 + (int)rnd(IDS - 16);
	struct ref *r = r_of(v, id);

	if (!r->exists)
		return;
	if (!r->hw) {
		const bool high = rnd(2);

		kick(hv_vgic_set_level(&gic, (hv_u32)v, (hv_u32)id, high));
		if (r->edge && high && !r->line)
			r->latch = true;
		r->line = high;
	} else if (r->edge) {
		if (!r->latch)
			r->latch = p_of(v, id)->latch = true;
	} else {
		r->line = p_of(v, id)->line = true; /* dropped by its handler */
	}
}

static int running(int v)
{
	return depth[v] ? r_of(v, stack[v][depth[v] - 1])->prio : 256;
}

static void guest_ack(int v)
{
	int best = -1;

	for (int i = 0; i < lr_count; i++)
		if ((hw[v].lr[i] & (LR_P | LR_A)) == LR_P &&
		    (best < 0 || (hw[v].lr[i] >> 48 & 0xff) < (hw[v].lr[best] >> 48 & 0xff)))
			best = i;
	if (best < 0 || (int)(hw[v].lr[best] >> 48 & 0xff) >= running(v))
		return;
	const int id = (int)(hw[v].lr[best] & 0xffffffff);
	struct ref *r = r_of(v, id);

	assert_true(ref_ready(r, v));
	assert_int_equal(r->group1, hw[v].lr[best] >> 60 & 1);
	hw[v].lr[best] ^= LR_P | LR_A;
	r->active = true;
	r->latch = false;
	stack[v][depth[v]++] = id;
	acks++;
}

static void guest_deactivate(int v, int id)
{
	struct ref *r = r_of(v, id);
	bool found = false;

	if (eoimode && (hw[v].hcr & 0x4000)) {
		resync(v, id);
		found = true;
	}
	for (int i = 0; i < lr_count && !found; i++) {
		if (!(hw[v].lr[i] & LR_A) || (int)(hw[v].lr[i] & 0xffffffff) != id)
			continue;
		hw[v].lr[i] &= ~LR_A;
		if (hw[v].lr[i] & LR_HW)
			p_of(v, id)->active = false;
		found = true;
	}
	if (!found)
		hw[v].hcr += 1ull << 27;
	r->active = false;
	r->vcpu = r->route;
}

static void guest_eoi(int v)
{
	if (!depth[v])
		return;
	const int id = stack[v][--depth[v]];
	struct ref *r = r_of(v, id);

	if (r->hw && !r->edge)
		r->line = p_of(v, id)->line = rnd(4) == 0; /* mostly served */
	if (eoimode) {
		dropped[v][drops[v]++] = id;
		if (rnd(2)) /* some implementations count it, too, when no register matches */
			hw[v].hcr += 1ull << 27;
	} else
		guest_deactivate(v, id);
}

static void guest_dir(int v)
{
	if (!drops[v])
		return;
	const int pick = (int)rnd((unsigned)drops[v]), id = dropped[v][pick];

	dropped[v][pick] = dropped[v][--drops[v]];
	guest_deactivate(v, id);
}

/* ---- comparison ---- */

static void compare(void)
{
	for (int v = 0; v < VCPUS; v++) {
		int best = 256;

		for (int i = 0; i < lr_count; i++) {
			const hv_u64 lr = hw[v].lr[i];

			if ((lr & (LR_P | LR_A)) != LR_P)
				continue;
			const struct ref *r = r_of(v, (int)(lr & 0xffffffff));

			assert_true(ref_ready(r, v));
			assert_int_equal(r->prio, lr >> 48 & 0xff);
			if (r->prio < best)
				best = r->prio;
		}
		assert_int_equal(ref_best(v), best);
	}
}

static void compare_registers(int v)
{
	const int word = (int)rnd(WORDS), frame = word ? -1 : v, f = frame < 0 ? 0 : frame;
	const hv_u32 base = (hv_u32)word * 4 + (frame >= 0 ? 0x10000 : 0);
	/* Before the reads: they kick whoever holds some, and so change what is known. */
	const hv_u32 unknown = remote(v, f, word);
	const hv_u64 pend = mmio(v, frame, base + 0x200 + rnd(2) * 0x80, 4, false, 0);
	const hv_u64 active = mmio(v, frame, base + 0x300 + rnd(2) * 0x80, 4, false, 0);
	const hv_u64 enable = mmio(v, frame, base + 0x100 + rnd(2) * 0x80, 4, false, 0);
	const hv_u64 group = mmio(v, frame, base + 0x80, 4, false, 0);

	for (int n = 0; n < 32; n++) {
		const struct ref *r = r_of(f, 32 * word + n);
		const hv_u64 prio = mmio(v, frame, 0x400 + (hv_u32)(32 * word + n) +
					 (frame >= 0 ? 0x10000 : 0), 1, false, 0);

		assert_int_equal(r->exists && r->enable, enable >> n & 1);
		assert_int_equal(r->exists && r->group1, group >> n & 1);
		assert_int_equal(r->exists ? r->prio : 0, prio);
		if (unknown >> n & 1)
			continue;
		assert_int_equal(r->exists && ref_pending(r), pend >> n & 1);
		assert_int_equal(r->exists && r->active, active >> n & 1);
	}
}

static void setup(int lrs, int mode, hv_u64 s)
{
	memset(&gic, 0xa5, sizeof gic);
	memset(ref, 0, sizeof ref);
	memset(phys, 0, sizeof phys);
	memset(hw, 0, sizeof hw);
	memset(depth, 0, sizeof depth);
	memset(drops, 0, sizeof drops);
	ctlr = 0;
	lr_count = lrs;
	eoimode = mode;
	seed = s;
	assert_int_equal(HV_OK, hv_vgic_init(&gic, VCPUS, WORDS, (hv_u32)lrs));
	for (int id = 0; id < IDS; id++) {
		const int home = (int)rnd(VCPUS);
		const bool is_hw = id >= 16 && rnd(2), edge = id < 16 || rnd(2);

		if (id >= 16 && rnd(3) == 0)
			continue;
		if (id >= 16)
			assert_int_equal(HV_OK, hv_vgic_add(&gic, (hv_u32)id,
							    (is_hw ? 1u : 0) | (edge ? 2u : 0),
							    (hv_u32)home));
		for (int v = 0; v < (id < 32 ? VCPUS : 1); v++) {
			ref[v][id] = (struct ref){ .exists = true, .hw = is_hw, .edge = edge,
				.group1 = true, .vcpu = id < 32 ? v : home, .route = id < 32 ? v : home };
			phys[v][id].cpu = home;
		}
	}
}

static void run(int lrs, int mode, hv_u64 s, int steps)
{
	setup(lrs, mode, s);
	for (int i = 0; i < steps; i++) {
		const int v = (int)rnd(VCPUS);
		const unsigned what = rnd(100);

		if (what < 12)
			guest_write_bitmap(v);
		else if (what < 20)
			guest_write_prio(v);
		else if (what < 24)
			guest_route(v);
		else if (what < 34)
			guest_sgi(v);
		else if (what < 50)
			device();
		else if (what < 70)
			guest_ack(v);
		else if (what < 84)
			guest_eoi(v);
		else if (what < 94)
			guest_dir(v);
		else if (what < 96)
			compare_registers(v);
		else if (what < 97 || ctlr != 3)
			mmio(v, -1, 0, 4, true, (hv_u64)(ctlr = (int)(rnd(4) | rnd(4))));
		settle();
		compare();
	}
}

static void random_guests_eoimode0(void **state)
{
	static const int lrs[] = { 1, 2, 4, 16 };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned s = 1; s <= 30; s++)
			run(lrs[i], 0, s * 0x9e3779b97f4a7c15ull, 1500);
	assert_true(acks > 1000 && spills > 100 && overflows > 1000 && fasts > 1000 && resyncs > 1000);
}

static void random_guests_eoimode1(void **state)
{
	static const int lrs[] = { 1, 2, 4, 16 };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned s = 1; s <= 30; s++)
			run(lrs[i], 1, s * 0xd1342543de82ef95ull, 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_guests_eoimode0),
		cmocka_unit_test(random_guests_eoimode1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
