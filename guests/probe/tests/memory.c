/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads, writes and fetches outside what the configuration gives. Under policy inject
 * each must be a synchronous external abort at EL1 that names the instruction and the
 * address, and leave the register alone.
 */
#include "access.h"
#include "tests.h"

static const struct {
	const char *what;
	u64 address;
} fixed[] = {
	{"flash hole", 0x00000000},
	{"interrupt translation service", 0x08080000},
	{"interrupt translation, second page", 0x08090000},
	{"clock chip of the other", 0x09010000},
	{"firmware configuration", 0x09020000},
	{"UART of the other", 0x09040000},
	{"SMMU", 0x09050000},
	{"SMMU page 1", 0x09060000},
	{"virtio", 0x0a000000},
	{"PCI memory", 0x10000000},
	{"PCI ports", 0x3eff0000},
	{"start of RAM", 0x40000000},
	{"hypervisor image", 0x40200000},
	{"hypervisor data", 0x40220000},
	{"journal", 0x4ffff000},
	{"RAM of nobody", 0x7f000000},
	{"beyond RAM", 0xc0000000},
	{"PCI configuration", 0x4010000000},
	{"PCI high memory", 0x8000000000},
	{"last page of the address space", 0xfffffffff8},
};

static bool is_abort(const struct attempt *a, u32 class, u64 address, bool write)
{
	const u64 esr = a->trap.esr;
	bool ok = quiet_eq("aborts", address, a->trap.count, 1);

	if (!ok)
		return false;
	ok &= quiet_eq("exception class", address, ESR_EC(esr), class);
	ok &= quiet_eq("fault status", address, ESR_FSC(esr), FSC_SEA);
	ok &= quiet_eq("IL", address, esr & ESR_IL, ESR_IL);
	ok &= quiet_eq("FAR", address, a->trap.far, address);
	ok &= quiet_eq("ELR", address, a->trap.elr, a->pc);
	if (class == EC_DABT)
		ok &= quiet_eq("WnR", address, esr & ESR_WNR, write ? ESR_WNR : 0);
	return ok;
}

static bool read_refused(u64 address)
{
	const struct attempt a = try_read(address);

	return is_abort(&a, EC_DABT, address, false) &&
	       quiet_eq("register", address, a.value, CANARY);
}

static bool write_refused(u64 address)
{
	const struct attempt a = try_write(address, CANARY);

	return is_abort(&a, EC_DABT, address, true);
}

static bool fetch_refused(u64 address)
{
	const struct attempt a = try_call(address);

	return is_abort(&a, EC_IABT, address, false);
}

static void refuse(const char *what, u64 address)
{
	bool ok = read_refused(address);

	ok &= write_refused(address);
	ok &= fetch_refused(address);
	check(what, ok);
}

static void sweep(const char *what, u64 start, u64 end, u64 step)
{
	bool ok = true;

	for (u64 address = start; address < end; address += step)
		ok &= read_refused(address);
	check(what, ok);
}

static void test_own(void)
{
	const u64 last = ram_base() + ram_size() - 8;
	struct attempt a = try_write(last, CANARY);

	check("own last word is writable", a.trap.count == 0);
	a = try_read(last);
	check("own last word is readable", a.trap.count == 0 && a.value == CANARY);
	refuse("behind own RAM", last + 8);
	refuse("before own RAM", ram_base() - 8);
}

static void test_shared(u64 shared)
{
	struct attempt a = try_write32(shared, INSTRUCTION_RET);

	check("shared memory is writable", a.trap.count == 0);
	a = try_read32(shared);
	check("shared memory is readable", a.trap.count == 0 && a.value == INSTRUCTION_RET);
	check("shared memory is not executable", fetch_refused(shared));
}

static void test_read_only(u64 address)
{
	const struct attempt a = try_read(address);

	check("read-only memory is readable", a.trap.count == 0);
	check("read-only memory is not writable", write_refused(address));
	check("read-only memory keeps its value", try_read(address).value == a.value);
	check("read-only memory is not executable", fetch_refused(address));
}

void test_memory(void)
{
	const u64 victim = arg("victim", 0), size = arg("victimsize", 0x200000);
	const u64 shared = arg("shared", 0), constant = arg("constant", 0);

	test_own();
	for (u32 i = 0; i < COUNT(fixed); i++)
		refuse(fixed[i].what, fixed[i].address);
	sweep("hypervisor image, 64 KB steps", 0x40200000, 0x40300000, 0x10000);
	sweep("hypervisor memory, 32 MB steps", 0x40000000, 0x50000000, 0x2000000);
	if (victim != 0) {
		refuse("first page of the other", victim);
		refuse("last word of the other", victim + size - 8);
		sweep("RAM of the other, 64 KB steps", victim, victim + size, 0x10000);
	}
	if (shared != 0)
		test_shared(shared);
	if (constant != 0)
		test_read_only(constant);
}
