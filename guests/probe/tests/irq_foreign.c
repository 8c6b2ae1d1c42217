/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that could raise, route or silence an interrupt of another partition. Each
 * register bit must read as zero and ignore writes; that nothing arrives is what the
 * victim watches, who has all its interrupts enabled.
 */
#include "../gic.h"
#include "tests.h"

#define FIRST_WORD 1u
#define WORDS      9u /* INTIDs 32..287 */

/* INTID 33 is this partition's console, 39 its doorbell if it has one. */
static u32 own_bits(u32 word)
{
	return word == 1 ? 1u << (UART_INTID - 32) | (u32)arg("ownspis", 0) : 0;
}

static void test_bits(const char *what, u32 offset)
{
	bool ok = true;

	for (u32 word = FIRST_WORD; word < WORDS; word++) {
		const u64 address = GICD + offset + 4 * word;

		write32(address, ~own_bits(word));
		ok &= quiet_eq(what, word, read32(address) & ~own_bits(word), 0);
	}
	check(what, ok);
}

static void test_bytes(void)
{
	bool ok = true;

	for (u32 intid = 34; intid < 288; intid++) {
		if ((own_bits(intid / 32) >> intid % 32 & 1) != 0)
			continue;
		gic_priority(intid, 0x08);
		ok &= quiet_eq("priority", intid,
			       read32(GICD + IPRIORITYR + (intid & ~3u)) >> intid % 4 * 8 & 0xff, 0);
	}
	check("priorities", ok);
}

static void test_routes(void)
{
	bool ok = true;

	for (u32 intid = 34; intid < 288; intid++) {
		if ((own_bits(intid / 32) >> intid % 32 & 1) != 0)
			continue;
		write64(GICD + IROUTER + 8 * intid, 1);
		ok &= quiet_eq("route", intid, read64(GICD + IROUTER + 8 * intid), 0);
	}
	check("routes", ok);
}

static void test_own_route(void)
{
	const u64 address = GICD + IROUTER + 8 * UART_INTID;

	write64(address, 0);
	write64(address, 2);
	check_eq("own route to a foreign CPU", read64(address), 0);
	write64(address, UINT64_C(1) << 31);
	check_eq("own route to any CPU", read64(address), 0);
	write64(address, UINT64_C(1) << 32);
	check_eq("own route to another cluster", read64(address), 0);
}

static void test_sgis(void)
{
	for (u64 intid = 0; intid < 16; intid++) {
		gic_sgi_raw(intid << 24 | 0xfffc);             /* vCPUs that are not there */
		gic_sgi_raw(intid << 24 | UINT64_C(1) << 40);  /* all but self */
		gic_sgi_raw(intid << 24 | UINT64_C(1) << 16 | 0xf);  /* Aff1 */
		gic_sgi_raw(intid << 24 | UINT64_C(1) << 32 | 0xf);  /* Aff2 */
		gic_sgi_raw(intid << 24 | UINT64_C(1) << 48 | 0xf);  /* Aff3 */
		gic_sgi_raw(intid << 24 | UINT64_C(1) << 44 | 0xffff);  /* range selector */
	}
	check("no SGI comes back", gic_wait(0, 20));
}

/* Redistributors behind this partition's own: the victim's, physically. */
static void test_redistributors(void)
{
	bool ok = true;

	for (u32 vcpu = 2; vcpu < 4; vcpu++) {
		const u64 frame = SGI_FRAME(vcpu);

		trap_expect();
		write32(frame + ICENABLER, 0xffffffff);
		write32(frame + ISPENDR, 0xffffffff);
		write32(frame + ISENABLER, 0);
		const u32 value = read32(frame + ISENABLER);
		const struct trap t = trap_taken();

		ok &= t.count == 4 || quiet_eq("redistributor", vcpu, value, 0);
	}
	check("redistributors of others", ok);
}

void test_foreign(void)
{
	gic_init();
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	test_sgis();
	test_bits("enable", ISENABLER);
	test_bits("disable", ICENABLER);
	test_bits("set pending", ISPENDR);
	test_bits("clear pending", ICPENDR);
	test_bits("set active", ISACTIVER);
	test_bits("clear active", ICACTIVER);
	test_bits("group", IGROUPR);
	test_bytes();
	test_routes();
	test_own_route();
	test_redistributors();
	check("nothing arrives", gic_wait(0, 50));
}
