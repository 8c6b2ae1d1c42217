/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus master costs EL2: configuration space, interrupts of both kinds, faults. The
 * device acts at once where a register raises its interrupt, and 100 ms later for DMA.
 */
#include "../edu.h"
#include "../gic.h"
#include "../psci.h"
#include "bench.h"
#include "tests.h"

#define FOREIGN UINT64_C(0x40200000)
#define FAULTS  4u
#define DMA_MS  250

static struct edu edu;

static void on_irq(u32 intid)
{
	if (intid == VTIMER) {
		bench_on_timer();
		return;
	}
	write32(edu.bar + EDU_IRQ_ACK, 0xffffffff);
	dsb();
	(void)read32(edu.bar + EDU_IRQ);
}

static u64 time_raise(void)
{
	u64 from;

	irq_on();
	__asm__ volatile("mrs %0, cntvct_el0\n\tstr %w1, [%2]\n\tisb"
			 : "=&r"(from)
			 : "r"(1), "r"(edu.bar + EDU_IRQ_RAISE)
			 : "memory");
	irq_off();
	return bench_from(from);
}

static void measure(void)
{
	const u32 spi = v2m_first();

	SERIES("pci-read", , bench_read(edu.config, 0));
	SERIES("pci-read-foreign", , bench_read(pci_config(edu.devfn ^ 0x80), 0));
	SERIES("pci-write-command", ,
	       bench_write(edu.config + PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER));
	SERIES("pci-write-bar", , bench_write(edu.config + PCI_BAR0, edu.bar));
	gic_enable(edu.intx);
	SERIES("intx", , time_raise());
	gic_disable(edu.intx);
	gic_enable(spi);
	edu_set_msi(&edu, V2M + V2M_SETSPI, spi);
	SERIES("msi", , time_raise());
	edu_no_msi(&edu);
}

/* Two events each, one a word; nothing else happens meanwhile. */
static void make_faults(void)
{
	for (u32 i = 0; i < FAULTS; i++) {
		edu_start(&edu, FOREIGN, 8, DMA_OUT);
		bench_sleep(DMA_MS);
	}
}

void test_benchdma(void)
{
	gic_init();
	gic_handler = on_irq;
	gic_enable(VTIMER);
	sysreg_write(vbar_el1, (u64)bench_vectors);
	isb();
	check("a device", edu_open(&edu, 0));
	bench_sleep(BENCH_QUIET_MS);
	bench_begin();
	measure();
	make_faults();
	bench_report();
	say("end");
	bench_sleep(BENCH_QUIET_MS);
	power_off();
}
