/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hardware interrupt that a guest moves between two vCPUs while its handler runs, as a
 * balancing daemon does. Four list registers for each vCPU, and what the CPU interface
 * does to them, are modelled; the kicks that the library asks for are followed at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <haven/vgic.h>

#define PENDING (UINT64_C(1) << 62)
#define ACTIVE  (UINT64_C(1) << 63)
#define HW      (UINT64_C(1) << 61)
#define SPI     40u
#define TIMER   27u

static struct hv_vgic gic;
static hv_u64 lr[2][4];
static bool physically_active[288];

static hv_u64 empty(hv_u32 v)
{
	hv_u64 mask = 0;

	for (hv_u32 i = 0; i < 4; i++)
		mask |= (lr[v][i] & (PENDING | ACTIVE)) == 0 ? UINT64_C(1) << i : 0;
	return mask;
}

static void resync(hv_u32 v)
{
	struct hv_vgic_lrs lrs = {.hcr = 1};
	struct hv_vgic_sync_fx fx;

	memcpy(lrs.lr, lr[v], sizeof(lr[v]));
	hv_vgic_sync(&gic, v, &lrs, &fx);
	for (hv_u32 i = 0; i < fx.count; i++)
		physically_active[fx.deactivate[i]] = false;
	hv_vgic_flush(&gic, v, &lrs);
	memcpy(lr[v], lrs.lr, sizeof(lr[v]));
}

static void act(hv_u32 v, enum hv_vgic_step step, const struct hv_vgic_slot *slot)
{
	if (step == HV_VGIC_WRITE_LR)
		lr[v][slot->index] = slot->value;
	else if (step == HV_VGIC_RESYNC)
		resync(v);
}

static void kick(hv_u32 vcpus)
{
	struct hv_vgic_slot slot;

	for (hv_u32 v = 0; v < 2; v++) {
		if ((vcpus >> v & 1) != 0)
			act(v, hv_vgic_deliver(&gic, v, empty(v), &slot), &slot);
	}
}

static void write(hv_u32 offset, hv_u32 size, hv_u64 value)
{
	struct hv_vgic_fx fx;

	assert_int_equal(hv_vgic_dist_access(&gic, offset, size, true, &value, &fx), HV_VGIC_DONE);
	kick(fx.kick);
}

static void fire(hv_u32 v, hv_u32 intid)
{
	struct hv_vgic_slot slot;

	assert_false(physically_active[intid]);
	physically_active[intid] = true;
	act(v, hv_vgic_inject(&gic, v, intid, empty(v), &slot), &slot);
}

static void send(hv_u32 v, hv_u32 sgi)
{
	bool denied;

	kick(hv_vgic_sgi(&gic, v, (UINT64_C(1) << v) | (hv_u64)sgi << 24, &denied));
}

static hv_u64 *find(hv_u32 v, hv_u32 intid, hv_u64 state)
{
	for (hv_u32 i = 0; i < 4; i++) {
		if ((hv_u32)lr[v][i] == intid && (lr[v][i] & state) != 0)
			return &lr[v][i];
	}
	fail_msg("vCPU %u has no list register for %u in this state", v, intid);
	return NULL;
}

static void acknowledge(hv_u32 v, hv_u32 intid)
{
	*find(v, intid, PENDING) ^= PENDING | ACTIVE;
}

static void end(hv_u32 v, hv_u32 intid)
{
	hv_u64 *entry = find(v, intid, ACTIVE);

	*entry &= ~ACTIVE;
	if ((*entry & HW) != 0)
		physically_active[intid] = false;
}

static void handle(hv_u32 v, hv_u32 intid)
{
	acknowledge(v, intid);
	end(v, intid);
}

static int start(void **state)
{
	hv_u64 all = 0xffffffff;
	struct hv_vgic_fx fx;

	(void)state;
	memset(lr, 0, sizeof(lr));
	memset(physically_active, 0, sizeof(physically_active));
	assert_int_equal(hv_vgic_init(&gic, 2, 9, 4), 0);
	assert_int_equal(hv_vgic_add(&gic, TIMER, HV_VGIC_HW, 0), 0);
	assert_int_equal(hv_vgic_add(&gic, SPI, HV_VGIC_HW, 0), 0);
	write(0x000, 4, 0x53);
	write(0x104, 4, 0xffffffff);
	for (hv_u32 v = 0; v < 2; v++) {
		(void)hv_vgic_redist_access(&gic, 0x10100 + 0x20000 * v, 4, true, &all, &fx);
		resync(v);
	}
	return 0;
}

/* The list register that it leaves behind on its first vCPU is not taken for its new one. */
static void there_and_back_again(void **state)
{
	(void)state;
	fire(0, SPI);
	acknowledge(0, SPI);
	write(0x6000 + 8 * SPI, 8, 1);
	end(0, SPI);
	fire(1, SPI);
	handle(1, SPI);
	write(0x6000 + 8 * SPI, 8, 0);
	fire(0, SPI);
	acknowledge(0, SPI);
	for (hv_u32 sgi = 1; sgi < 3; sgi++) {
		send(0, sgi);
		handle(0, sgi);
	}
	fire(0, TIMER);
	handle(0, TIMER);
	send(0, 3);
	write(0x6000 + 8 * SPI, 8, 1);
	resync(0); /* any maintenance interrupt */
	end(0, SPI);
	resync(0);
	assert_false(physically_active[SPI]);
	fire(1, SPI);
	handle(1, SPI);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(there_and_back_again, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
