/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated devices under every kind of access: what is allowed has the right value in the
 * right part of the register; what is not is refused and has no effect.
 */
#include "../gic.h"
#include "access.h"
#include "tests.h"

#define UART        UINT64_C(0x09000000)
#define SPARE_VA    (200 * GIGABYTE)
#define UART_CR     0x30u
#define UART_IFLS   0x34u
#define UART_PERIPH 0xfe0u
#define GICD_TYPER  4u
#define PRIORITIES  (SGI_FRAME(0) + IPRIORITYR + 4)

/* Loads of each width and extension from a byte register that holds f8 a0 08 80. */
static void test_extension(void)
{
	write32(PRIORITIES, 0xf8a00880);
	check_eq("LDR W", TRY_INSTRUCTION("ldr w1, [x0]", PRIORITIES).value, 0xf8a00880);
	check_eq("LDRSW", TRY_INSTRUCTION("ldrsw x1, [x0]", PRIORITIES).value,
		 UINT64_C(0xfffffffff8a00880));
	check_eq("LDRB", TRY_INSTRUCTION("ldrb w1, [x0]", PRIORITIES).value, 0x80);
	check_eq("LDRSB W", TRY_INSTRUCTION("ldrsb w1, [x0]", PRIORITIES).value, 0xffffff80);
	check_eq("LDRSB X", TRY_INSTRUCTION("ldrsb x1, [x0]", PRIORITIES).value,
		 UINT64_C(0xffffffffffffff80));
	check_eq("LDRSB positive",
		 TRY_INSTRUCTION("ldrsb x1, [x0]", PRIORITIES + 1).value, 0x08);
	check_eq("LDRB of the third byte",
		 TRY_INSTRUCTION("ldrb w1, [x0]", PRIORITIES + 2).value, 0xa0);
	write8(PRIORITIES + 3, 0x10);
	check_eq("STRB changes one byte", read32(PRIORITIES), 0x10a00880);
	TRY_INSTRUCTION("strb wzr, [x0]", PRIORITIES);
	check_eq("store of the zero register", read32(PRIORITIES), 0x10a00800);
	struct attempt a = TRY_INSTRUCTION("ldr wzr, [x0]", PRIORITIES);
	check("load to the zero register", a.trap.count == 0);
	write32(PRIORITIES, 0x80808080);
}

/* One load into each register: the syndrome names it. x29 is the frame. */
#define LOAD_INTO(n)                                                                           \
	do {                                                                                   \
		u64 got_;                                                                      \
		__asm__ volatile("ldr w" #n ", [%1]\n\tmov %0, x" #n                          \
				 : "=r"(got_) : "r"(PRIORITIES) : "x" #n, "memory");           \
		ok &= quiet_eq("value in x", n, got_, 0xf8a00880);                             \
	} while (0)

static bool load_into_lower(void)
{
	bool ok = true;

	LOAD_INTO(0); LOAD_INTO(1); LOAD_INTO(2); LOAD_INTO(3); LOAD_INTO(4);
	LOAD_INTO(5); LOAD_INTO(6); LOAD_INTO(7); LOAD_INTO(8); LOAD_INTO(9);
	LOAD_INTO(10); LOAD_INTO(11); LOAD_INTO(12); LOAD_INTO(13); LOAD_INTO(14);
	return ok;
}

static bool load_into_upper(void)
{
	bool ok = true;

	LOAD_INTO(15); LOAD_INTO(16); LOAD_INTO(17); LOAD_INTO(18); LOAD_INTO(19);
	LOAD_INTO(20); LOAD_INTO(21); LOAD_INTO(22); LOAD_INTO(23); LOAD_INTO(24);
	LOAD_INTO(25); LOAD_INTO(26); LOAD_INTO(27); LOAD_INTO(28); LOAD_INTO(30);
	return ok;
}

static void test_each_register(void)
{
	write32(PRIORITIES, 0xf8a00880);
	check("a load into each of x0-x14", load_into_lower());
	check("a load into each of x15-x28 and x30", load_into_upper());
	write32(PRIORITIES, 0x80808080);
}

static bool refused(const struct attempt *a)
{
	return a->trap.count == 1 && ESR_EC(a->trap.esr) == EC_DABT &&
	       ESR_FSC(a->trap.esr) == FSC_SEA && a->trap.elr == a->pc;
}

#define REFUSED(what, text, address)                              \
	do {                                                      \
		const struct attempt b_ = TRY_INSTRUCTION(text, address); \
		check(what, refused(&b_));                        \
	} while (0)

/* On a device type the CPU refuses by itself; as normal memory it comes to the hypervisor. */
static void test_unaligned(void)
{
	const u64 before = mmu_descriptor(SPARE_VA);

	mmu_map_gigabyte(SPARE_VA, MMU_NORMAL);
	REFUSED("GICD: unaligned word", "ldr w1, [x0]", SPARE_VA + GICD + GICD_TYPER + 1);
	REFUSED("GICD: unaligned store", "str w1, [x0]", SPARE_VA + GICD + ISENABLER + 2);
	REFUSED("GICR: unaligned word", "ldr w1, [x0]", SPARE_VA + GICR(0) + 0x16);
	REFUSED("UART: unaligned word", "ldr w1, [x0]", SPARE_VA + UART + UART_CR + 2);
	REFUSED("UART: unaligned store over the end", "str w1, [x0]", SPARE_VA + UART + 0xffe);
	const struct attempt a = TRY_INSTRUCTION("ldr w1, [x0]", SPARE_VA + UART + UART_PERIPH);
	check_eq("aligned, as normal memory", a.value, 0x11);
	mmu_map_gigabyte(SPARE_VA, before);
}

static void test_widths(void)
{
	REFUSED("GICD: halfword", "ldrh w1, [x0]", GICD + GICD_TYPER);
	REFUSED("GICD: byte of a word register", "ldrb w1, [x0]", GICD + GICD_TYPER);
	REFUSED("GICD: doubleword of a word register", "ldr x1, [x0]", GICD + ISENABLER);
	REFUSED("GICD: store of a byte", "strb w1, [x0]", GICD + ISENABLER + 4);
	REFUSED("GICD: store of a halfword", "strh w1, [x0]", GICD + IPRIORITYR + 32);
	REFUSED("GICR: halfword", "ldrh w1, [x0]", GICR(0) + 0x14);
	REFUSED("GICR: doubleword of a word register", "ldr x1, [x0]", SGI_FRAME(0) + ISENABLER);
	test_unaligned();
	struct attempt a = TRY_INSTRUCTION("ldr x1, [x0]", GICR(0) + 8);
	check("GICR_TYPER takes a doubleword", a.trap.count == 0);
	a = TRY_INSTRUCTION("ldrb w1, [x0]", UART + UART_CR);
	check("UART takes a byte", a.trap.count == 0);
	a = TRY_INSTRUCTION("ldrh w1, [x0]", UART + UART_CR);
	check("UART takes a halfword", a.trap.count == 0);
}

static void test_no_syndrome(u64 address, const char *what)
{
	say(what);
	REFUSED("load pair", "ldp w1, w2, [x0]", address);
	REFUSED("store pair", "stp w1, w2, [x0]", address);
	REFUSED("post-indexed load", "ldr w1, [x0], #4", address);
	REFUSED("pre-indexed store", "str w1, [x0, #4]!", address);
	REFUSED("vector load", "ldr s0, [x0]", address);
	REFUSED("vector store", "str q0, [x0]", address & ~UINT64_C(15));
	REFUSED("load exclusive", "ldxr w1, [x0]", address);
	REFUSED("atomic add", "ldadd w1, w2, [x0]", address);
	REFUSED("compare and swap", "cas w1, w2, [x0]", address);
	const struct attempt zeroed = TRY_INSTRUCTION("dc zva, x0", address);
	check("zero a block", zeroed.trap.count == 1);
	const struct attempt cleaned = TRY_INSTRUCTION("dc civac, x0", address);
	check("clean and invalidate", cleaned.trap.count <= 1);
	check("execute", try_call(address).trap.count == 1);
}

static void test_unchanged(void)
{
	const u32 enabled = read32(SGI_FRAME(0) + ISENABLER), control = read32(GICD);

	test_no_syndrome(GICD + ISENABLER, "distributor");
	test_no_syndrome(SGI_FRAME(0) + ISENABLER, "redistributor");
	test_no_syndrome(UART + UART_CR, "UART");
	check_eq("enabled interrupts are unchanged", read32(SGI_FRAME(0) + ISENABLER), enabled);
	check_eq("distributor control is unchanged", read32(GICD), control);
}

/* Whole frames read without a surprise: reserved registers are RAZ. */
static void test_frames(void)
{
	trap_expect();
	for (u64 offset = 0; offset < 0x10000; offset += 4)
		(void)read32(GICD + offset);
	for (u64 offset = 0; offset < 0x20000; offset += 4)
		(void)read32(GICR(0) + offset);
	for (u64 offset = 0x40; offset < 0x1000; offset += 4)
		(void)read32(UART + offset);
	check_eq("every word of each frame answers", trap_taken().count, 0);
	check_eq("PL011 identification", read32(UART + UART_PERIPH) & 0xff, 0x11);
	check_eq("GICD_PIDR2 says GICv3", read32(GICD + 0xffe8) & 0xf0, 0x30);
	check_eq("GICR_PIDR2 says GICv3", read32(GICR(0) + 0xffe8) & 0xf0, 0x30);
	check_eq("GICR_TYPER affinity", read64(GICR(0) + 8) >> 32, 0);
	check_eq("second redistributor is the last", read64(GICR(1) + 8) >> 4 & 1, 1);
	check_eq("second redistributor affinity", read64(GICR(1) + 8) >> 32, 1);
}

void test_emul(void)
{
	gic_init();
	test_extension();
	test_each_register();
	test_widths();
	test_unchanged();
	test_frames();
}
