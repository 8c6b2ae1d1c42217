/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an exit costs, in ticks of the counter: tools/bench makes one tick one instruction.
 * Each sample has the cost of the guest's own instructions taken off, which the same code
 * with a NOP in the exit's place shows.
 */
#include "../gic.h"
#include "../psci.h"
#include "bench.h"
#include "tests.h"

#define BELLS   8u
#define HAVEN_VERSION  0xc6000000u
#define HAVEN_DOORBELL 0xc6000005u
#define SPI_WORD       4u /* INTIDs 32 to 63 */
#define UART_BIT       (1u << (UART_INTID - 32))
#define BELL_MS        2

/* Its first instructions keep the time of an interrupt in TPIDRRO_EL0 and change nothing else. */
__asm__("	.pushsection .text.bench, \"ax\"\n"
	"	.balign	2048\n"
	"	.global	bench_vectors\n"
	"bench_vectors:\n"
	"	.org	bench_vectors + 0x200\n"
	"	b	vectors + 0x200\n"
	"	.org	bench_vectors + 0x280\n"
	"	msr	tpidr_el0, x0\n"
	"	mrs	x0, cntvct_el0\n"
	"	msr	tpidrro_el0, x0\n"
	"	mrs	x0, tpidr_el0\n"
	"	b	vectors + 0x280\n"
	"	.popsection\n");

/*
 * Ticks between two readings of the counter: with nothing in between, which is right for an
 * access that aborts and so never completes; with a NOP; with a NOP and the vector's start.
 */
static u64 own_back_to_back, own_one, own_vector;
static u64 bells[BELLS];
static volatile u32 bell_count, timer_fired;

#define TIMED_CALL(name, instruction)                                                       \
	static u64 name(u64 function)                                                       \
	{                                                                                   \
		register u64 x0 __asm__("x0") = function;                                   \
		u64 from, to;                                                               \
                                                                                            \
		__asm__ volatile("mrs %1, cntvct_el0\n\t" instruction                       \
				 "\n\tmrs %2, cntvct_el0"                                   \
				 : "+r"(x0), "=&r"(from), "=&r"(to)                         \
				 :                                                          \
				 : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9",    \
				   "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",  \
				   "memory");                                               \
		return to - from - own_one;                                                 \
	}
TIMED_CALL(time_nop, "nop")
TIMED_CALL(time_hvc, "hvc #0")
TIMED_CALL(time_smc, "smc #0")

#define TIMED_ACCESS(name, instruction)                                                     \
	u64 name(u64 address, u64 value)                                                    \
	{                                                                                   \
		u64 from, to;                                                               \
                                                                                            \
		__asm__ volatile("mrs %1, cntvct_el0\n\t" instruction                       \
				 " %w0, [%3]\n\tmrs %2, cntvct_el0"                         \
				 : "+r"(value), "=&r"(from), "=&r"(to)                      \
				 : "r"(address)                                             \
				 : "memory");                                               \
		return to - from - own_back_to_back;                                        \
	}
TIMED_ACCESS(bench_read, "ldr")
TIMED_ACCESS(bench_write, "str")

static u64 time_nothing(void)
{
	u64 from, to;

	__asm__ volatile("mrs %0, cntvct_el0\n\tmrs %1, cntvct_el0" : "=&r"(from), "=r"(to));
	return to - from;
}

static u64 time_own_vector(void)
{
	u64 from, to;

	__asm__ volatile("mrs %0, cntvct_el0\n\tnop\n\tmsr tpidr_el0, %0\n\tmrs %1, cntvct_el0"
			 : "=&r"(from), "=r"(to));
	return to - from;
}

static u64 time_sgi(void)
{
	const u64 value = 5u << 24 | 1;
	u64 from;

	irq_on();
	__asm__ volatile("mrs %0, cntvct_el0\n\tmsr s3_0_c12_c11_5, %1\n\tisb"
			 : "=&r"(from)
			 : "r"(value)
			 : "memory");
	irq_off();
	return bench_from(from);
}

static void set_timer(u64 deadline)
{
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
	isb();
}

void bench_sleep(u64 ms)
{
	timer_fired = 0;
	set_timer(counter() + ticks_of_ms(ms));
	while (timer_fired == 0) {
		irq_off();
		if (timer_fired == 0)
			wfi();
		irq_on();
	}
	irq_off();
}

static u64 time_timer(void)
{
	const u64 deadline = counter() + 2000;

	timer_fired = 0;
	set_timer(deadline);
	irq_on();
	while (timer_fired == 0)
		;
	irq_off();
	/* The vector's MSR and MRS; there is no instruction that asked for the interrupt. */
	return sysreg_read(tpidrro_el0) - deadline - (own_vector - own_one + own_back_to_back);
}

void bench_on_timer(void)
{
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	timer_fired = 1;
}

static void on_irq(u32 intid)
{
	if (intid == VTIMER)
		bench_on_timer();
	else if (intid >= 32 && bell_count < BELLS)
		bells[bell_count++] = sysreg_read(tpidrro_el0);
}

struct series {
	const char *name;
	u64 least, most;
};
static struct series all[16];
static u32 all_count;

void bench_add(const char *name, u64 ticks)
{
	struct series *s = &all[all_count == 0 ? 0 : all_count - 1];

	if (all_count == 0 || s->name != name) {
		s = &all[all_count++];
		*s = (struct series){name, ticks, ticks};
	}
	s->least = ticks < s->least ? ticks : s->least;
	s->most = ticks > s->most ? ticks : s->most;
}

void bench_begin(void)
{
	own_back_to_back = time_nothing();
	own_one = 0;
	own_one = time_nop(0);
	own_vector = time_own_vector();
	SERIES("nop", , time_nop(0));
}

void bench_report(void)
{
	for (u32 i = 0; i < all_count; i++)
		print("probe: bench: %s least %u most %u\n", all[i].name, all[i].least, all[i].most);
}

u64 bench_from(u64 from)
{
	return sysreg_read(tpidrro_el0) - from - own_vector;
}

static void measure_exits(void)
{
	SERIES("null-hvc", , time_hvc(HAVEN_VERSION));
	SERIES("psci-version-hvc", , time_hvc(PSCI_VERSION));
	SERIES("psci-version-smc", , time_smc(PSCI_VERSION));
	SERIES("gicd-ctlr-read", , bench_read(GICD, 0));
	SERIES("gicd-typer-read", , bench_read(GICD + 4, 0));
	SERIES("gicd-isenabler-read", , bench_read(GICD + ISENABLER + SPI_WORD, 0));
	SERIES("gicd-isenabler-write", write32(GICD + ICENABLER + SPI_WORD, UART_BIT),
	       bench_write(GICD + ISENABLER + SPI_WORD, UART_BIT));
	SERIES("gicr-isenabler-write", write32(SGI_FRAME(0) + ICENABLER, 1u << PTIMER),
	       bench_write(SGI_FRAME(0) + ISENABLER, 1u << PTIMER));
	SERIES("gicd-ispendr-read", , bench_read(GICD + ISPENDR + SPI_WORD, 0));
	SERIES("vtimer", , time_timer());
	SERIES("self-sgi", , time_sgi());
}

/* More interrupts at once than list registers: for the longest exit alone. */
static void fill_list_registers(void)
{
	for (u32 i = 0; i < 16; i++)
		gic_sgi(i, 1);
	gic_wait(irq_logs[0].count + 16, 1);
}

static void ring(u64 peer)
{
	for (u32 i = 0; i < BELLS; i++) {
		bells[i] = counter();
		hvc(HAVEN_DOORBELL, peer, 0, 0);
		bench_sleep(BELL_MS);
	}
}

static void measure(u64 peer)
{
	bench_sleep(BENCH_QUIET_MS);
	bench_begin();
	measure_exits();
	fill_list_registers();
	ring(peer);
	bench_report();
	for (u32 i = 0; i < BELLS; i++)
		print("probe: bench: rang %u at %u\n", (u64)i, bells[i]);
}

static void listen(void)
{
	while (bell_count < BELLS) {
		irq_off();
		if (bell_count < BELLS)
			wfi();
		irq_on();
	}
	irq_off();
	bench_sleep(BENCH_QUIET_MS);
	for (u32 i = 0; i < BELLS; i++)
		print("probe: bench: heard %u at %u\n", (u64)i, bells[i]);
}

void test_bench(void)
{
	const u64 peer = arg("peer", 0);

	gic_init();
	gic_handler = on_irq;
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	gic_enable(VTIMER);
	for (u32 word = 1; word < 9 && peer == 0; word++)
		write32(GICD + ISENABLER + word * 4, 0xffffffff);
	sysreg_write(vbar_el1, (u64)bench_vectors);
	isb();
	if (peer != 0)
		measure(peer);
	else
		listen();
	say("end");
	bench_sleep(BENCH_QUIET_MS);
	power_off();
}
