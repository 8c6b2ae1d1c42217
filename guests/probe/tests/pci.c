/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration space: own functions and nothing else; what is not a guest's business
 * stays as it is, however it is written. The runner compares the hardware before and after.
 */
#include "../edu.h"
#include "../psci.h"
#include "access.h"
#include "tests.h"

#define BAR_SIZE 0x100000u

static bool is_own(u32 devfn)
{
	return devfn % 8 == 0 && (arg("slots", 0) >> devfn / 8 & 1) != 0;
}

static void test_scan(void)
{
	bool hidden = true, shown = true, narrow = true;

	for (u32 devfn = 0; devfn < FUNCTIONS; devfn++) {
		const u64 config = pci_config(devfn);
		const u32 id = read32(config);

		if (is_own(devfn)) {
			shown &= quiet_eq("identification", devfn, id != PCI_ABSENT, true);
			continue;
		}
		hidden &= quiet_eq("foreign function", devfn, id, PCI_ABSENT);
		hidden &= quiet_eq("its BAR", devfn, read32(config + PCI_BAR0), PCI_ABSENT);
		narrow &= quiet_eq("its vendor", devfn, read16(config), 0xffff);
		narrow &= quiet_eq("its header type", devfn, read8(config + 0x0e), 0xff);
	}
	check("own functions are there", shown);
	check("no other function is there", hidden);
	check("nor by bytes and halfwords", narrow);
}

/* What must not answer may abort or be ignored. */
static void poke(u64 address, u32 value)
{
	trap_expect();
	write32(address, value);
	(void)trap_taken();
}

static void poke_foreign(u32 devfn)
{
	static const u32 offsets[] = {PCI_COMMAND, PCI_BAR0, 0x14, 0x20, PCI_ROM, 0x44};

	for (u32 i = 0; i < COUNT(offsets); i++)
		poke(pci_config(devfn) + offsets[i], i % 2 == 0 ? 0x7 : 0xffffffff);
}

/* Neighbours of own functions and the host bridge: writes to them must go nowhere. */
static void test_foreign_writes(void)
{
	bool ok = true;

	for (u32 devfn = 0; devfn < FUNCTIONS; devfn++) {
		if (is_own(devfn) || (devfn > 48 && devfn != 255))
			continue;
		poke_foreign(devfn);
		ok &= quiet_eq("foreign function", devfn, read32(pci_config(devfn)), PCI_ABSENT);
	}
	check("a foreign function takes no write", ok);
}

static void test_sizing(const struct edu *edu)
{
	const u64 bar = edu->config + PCI_BAR0;
	const u32 before = read32(bar);

	check_eq("BAR0 is 32-bit memory", before & 0xf, 0);
	write32(bar, 0xffffffff);
	check_eq("BAR0 has 1 MB", read32(bar), ~(BAR_SIZE - 1));
	check_eq("registers answer meanwhile", read32(edu->bar), EDU_VERSION);
	write32(bar, before);
	check_eq("BAR0 is back", read32(bar), before);
	write32(bar + 4, 0xffffffff);
	check_eq("BAR1 is not there", read32(bar + 4), 0);
	write32(edu->config + PCI_ROM, 0xffffffff);
	check_eq("ROM is not there", read32(edu->config + PCI_ROM), 0);
}

/* Onto a neighbour, over RAM, over the interrupt controller: the registers stay. */
static void test_moves(const struct edu *edu)
{
	static const u32 places[] = {0x10000000, 0x10100000, 0x10200000, 0x50000000, 0x08000000, 0};
	const u64 bar = edu->config + PCI_BAR0;
	const u32 before = read32(bar);
	bool ok = true;

	for (u32 i = 0; i < COUNT(places); i++) {
		write32(bar, places[i]);
		ok &= quiet_eq("registers", places[i], read32(edu->bar), EDU_VERSION);
		write8(bar + 3, 0x3f);
		write16(bar + 2, 0x1040);
		ok &= quiet_eq("registers", places[i], read32(edu->bar), EDU_VERSION);
	}
	write32(bar, before);
	check("BAR0 does not move", ok);
	check_eq("and reads back", read32(bar), before);
}

static void test_widths(const struct edu *edu)
{
	check_eq("vendor by halfword", read16(edu->config), 0x1234);
	check_eq("device by halfword", read16(edu->config + 2), 0x11e8);
	check_eq("second byte", read8(edu->config + 1), 0x12);
	check_eq("fourth byte", read8(edu->config + 3), 0x11);
	write32(edu->config + PCI_INTERRUPT, 0xffffff00);
	check_eq("interrupt pin is fixed", read8(edu->config + PCI_INTERRUPT + 1), 1);
}

static bool fruitless(const struct attempt *a)
{
	return a->trap.count == 1 || (u32)a->value == PCI_ABSENT || (u32)a->value == 0;
}

#define FRUITLESS(what, text, address)                            \
	do {                                                      \
		const struct attempt b_ = TRY_INSTRUCTION(text, address); \
		check(what, fruitless(&b_));                      \
	} while (0)

/* Not of a configuration cycle's width, or not aligned to it. */
static void test_odd_accesses(const struct edu *edu)
{
	const u64 command = edu->config + PCI_COMMAND;
	const u32 before = read32(command);
	const u64 spare = 200 * GIGABYTE, plain = mmu_descriptor(spare);

	FRUITLESS("doubleword load", "ldr x1, [x0]", edu->config);
	FRUITLESS("pair", "ldp w1, w2, [x0]", edu->config);
	FRUITLESS("exclusive", "ldxr w1, [x0]", edu->config);
	TRY_INSTRUCTION("str x1, [x0]", command - 4);
	TRY_INSTRUCTION("stp x1, x2, [x0]", command - 4);
	TRY_INSTRUCTION("dc zva, x0", edu->config);
	mmu_map_gigabyte(spare, ECAM | MMU_NORMAL);
	FRUITLESS("unaligned word", "ldr w1, [x0]", spare + (command - ECAM) - 2);
	FRUITLESS("unaligned over two functions", "ldr w1, [x0]", spare + (edu->config - ECAM) - 2);
	TRY_INSTRUCTION("str w1, [x0]", spare + (command - ECAM) + 1);
	mmu_map_gigabyte(spare, plain);
	check_eq("command and status stay", read32(command), before);
}

static void test_command(const struct edu *edu)
{
	const u64 command = edu->config + PCI_COMMAND;

	write16(command, 0xffff);
	check_eq("no port space", read16(command) & COMMAND_IO, 0);
	check_eq("memory and mastering", read16(command) & 6, 6);
	write16(command, 0);
	check_eq("off", read16(command) & 7, 0);
	write8(command, COMMAND_MEMORY);
	check_eq("on by a byte", read16(command) & 7, COMMAND_MEMORY);
	pci_enable(edu->config);
	check_eq("registers answer", read32(edu->bar), EDU_VERSION);
}

/* All of the function's 4 KB, with zeros and ones and by each width. */
static void test_everything(const struct edu *edu)
{
	const u64 cap = edu->config + pci_find_cap(edu->config, CAP_MSI);

	trap_expect();
	for (u64 at = 0; at < 0x1000; at += at < 0x100 ? 4 : 0x44) {
		write32(edu->config + at, 0xffffffff);
		write16(edu->config + at + 2, 0xffff);
		write8(edu->config + at + 1, 0xff);
		write32(edu->config + at, 0);
	}
	write16(cap + 2, 0);
	(void)trap_taken();
	pci_enable(edu->config);
	check_eq("identification after all writes", read32(edu->config), EDU_ID);
	write32(edu->config + PCI_BAR0, (u32)edu->bar);
	check_eq("BAR0 after all writes", read32(edu->config + PCI_BAR0), edu->bar);
	check_eq("registers answer after all writes", read32(edu->bar), EDU_VERSION);
}

static void test_extended(const struct edu *edu)
{
	bool ok = true;

	for (u64 at = 0x100; at < 0x1000; at += 4) {
		const u32 value = read32(edu->config + at);

		ok &= quiet_eq("extended space", at, value == 0 || value == PCI_ABSENT, true);
	}
	check("no extended capability", ok);
}

static void test_end(void)
{
	struct attempt a = try_read32(ECAM + (FUNCTIONS << 12));

	check("second bus", fruitless(&a));
	a = try_read32(ECAM - 4);
	check("before the first function", fruitless(&a));
}

void test_pci(void)
{
	struct edu edu;

	test_scan();
	test_foreign_writes();
	test_end();
	if (!edu_open(&edu, 0)) {
		check("an edu", false);
		return;
	}
	check_eq("version", read32(edu.bar), EDU_VERSION);
	write32(edu.bar + EDU_LIVENESS, 0x12345678);
	check_eq("liveness", read32(edu.bar + EDU_LIVENESS), 0xedcba987);
	test_sizing(&edu);
	test_moves(&edu);
	test_widths(&edu);
	test_odd_accesses(&edu);
	test_command(&edu);
	test_extended(&edu);
	test_everything(&edu);
}

static volatile bool race_ends;
static volatile u64 lost; /* bytes that were not what this vCPU alone writes there */

static void resize(struct vcpu_start *start)
{
	struct edu edu;
	const bool found = edu_open(&edu, 0);

	start->state = 1;
	while (!race_ends && found) {
		write32(edu.config + PCI_BAR0, 0xffffffff);
		write16(edu.config + PCI_COMMAND, COMMAND_MEMORY);
		write32(edu.config + PCI_BAR0, (u32)edu.bar);
	}
	hvc(PSCI_CPU_OFF, 0, 0, 0);
}

/* A value in a byte of BAR0 that nobody else writes. */
static void write_byte(u64 address, u32 value)
{
	write8(address, value);
	if (read8(address) != value)
		lost++;
}

static void write_third_byte(struct vcpu_start *start)
{
	struct edu edu;
	const bool found = edu_open(&edu, 0);

	start->state = 1;
	for (u32 i = 0; !race_ends && found; i++)
		write_byte(edu.config + PCI_BAR0 + 2, i << 4 & 0xf0);
	hvc(PSCI_CPU_OFF, 0, 0, 0);
}

static bool begin_race(struct vcpu_start *second)
{
	race_ends = false;
	lost = 0;
	return vcpu_run(second);
}

static void end_race(const struct edu *edu)
{
	race_ends = true;
	check("second vCPU ends", vcpu_wait_off(1));
	write32(edu->config + PCI_BAR0, (u32)edu->bar);
	pci_enable(edu->config);
}

/* Each read is one of the two values that are written. */
static void race_words(const struct edu *edu, u64 ms)
{
	static struct vcpu_start second = {.index = 1, .run = resize};
	const u64 end = counter() + ticks_of_ms(ms);
	u64 sized = 0, based = 0;
	bool ok = begin_race(&second);

	while (ok && counter() < end) {
		const u32 bar = read32(edu->config + PCI_BAR0);

		sized += bar == ~(BAR_SIZE - 1);
		based += bar == edu->bar;
		ok &= quiet_eq("BAR0", bar, bar == ~(BAR_SIZE - 1) || bar == edu->bar, true);
		pci_enable(edu->config);
		ok &= quiet_eq("identification", bar, read32(edu->config), EDU_ID);
		ok &= quiet_eq("registers", bar, read32(edu->bar), EDU_VERSION);
	}
	end_race(edu);
	check("two vCPUs at one function", ok);
	print("probe: pcirace: %u times sized, %u times at its place\n", sized, based);
}

static void race_bytes(const struct edu *edu, u64 ms)
{
	static struct vcpu_start second = {.index = 1, .run = write_third_byte};
	const u64 end = counter() + ticks_of_ms(ms);
	const bool ok = begin_race(&second);

	for (u32 i = 0; ok && counter() < end; i++)
		write_byte(edu->config + PCI_BAR0 + 3, i & 0xff);
	end_race(edu);
	check("second vCPU ran", ok);
	check_eq("no byte is lost", lost, 0);
}

void test_pcirace(void)
{
	const u64 ms = arg("ms", 1500);
	struct edu edu;

	if (!edu_open(&edu, 0)) {
		check("a device", false);
		return;
	}
	race_words(&edu, ms);
	race_bytes(&edu, ms);
}
