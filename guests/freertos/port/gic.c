/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 as one EL1 guest sees it: Group 1 interrupts only, affinity routing, the CPU
 * interface through system registers.
 *
 * Source: Arm GIC architecture specification IHI 0069, chapter 12.
 */
#include <stdbool.h>

#include "FreeRTOS.h"
#include "port.h"
#include "sysreg.h"

#define GICD_CTLR            0x0000
#define   CTLR_ENABLE_GRP1   0x2U
#define   CTLR_ARE           0x10U
#define   CTLR_RWP           0x80000000U
#define GICD_IGROUPR         0x0080
#define GICD_ISENABLER       0x0100
#define GICD_IPRIORITYR      0x0400
#define GICD_IROUTER         0x6000
#define   IROUTER_AFFINITY   0xff00ffffffUL

#define GICR_STRIDE          0x20000UL
#define GICR_TYPER           0x0008
#define   TYPER_LAST         0x10UL
#define GICR_WAKER           0x0014
#define   PROCESSOR_SLEEP    0x2U
#define   CHILDREN_ASLEEP    0x4U
#define GICR_IGROUPR0        0x10080
#define GICR_ISENABLER0      0x10100
#define GICR_IPRIORITYR      0x10400

#define PRIORITY             0xa0U
#define INTID_SPECIAL        1020U
#define MAX_REDISTRIBUTORS   512

static uint32_t mmio_read32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void mmio_write32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static void mmio_write8(uintptr_t address, uint8_t value)
{
	*(volatile uint8_t *)address = value;
}

/* Affinity as GICR_TYPER[63:32] holds it: Aff3.Aff2.Aff1.Aff0. */
static uint64_t own_affinity(void)
{
	const uint64_t mpidr = sysreg_read(mpidr_el1);

	return ((mpidr >> 8) & 0xff000000U) | (mpidr & 0x00ffffffU);
}

static uintptr_t own_redistributor(void)
{
	uintptr_t frame = configGICR_BASE;

	for (unsigned int n = 0; n < MAX_REDISTRIBUTORS; n++) {
		const uint64_t typer = *(volatile uint64_t *)(frame + GICR_TYPER);

		if ((typer >> 32) == own_affinity())
			return frame;
		if ((typer & TYPER_LAST) != 0)
			break;
		frame += GICR_STRIDE;
	}
	configASSERT(false && "no redistributor has this core's affinity");
	return 0;
}

void gic_init_distributor(void)
{
	mmio_write32(configGICD_BASE + GICD_CTLR, CTLR_ARE | CTLR_ENABLE_GRP1);
	while ((mmio_read32(configGICD_BASE + GICD_CTLR) & CTLR_RWP) != 0)
		;
}

static void wake_redistributor(uintptr_t frame)
{
	const uint32_t waker = mmio_read32(frame + GICR_WAKER);

	mmio_write32(frame + GICR_WAKER, waker & ~PROCESSOR_SLEEP);
	while ((mmio_read32(frame + GICR_WAKER) & CHILDREN_ASLEEP) != 0)
		;
}

void gic_init_core(void)
{
	const uintptr_t frame = own_redistributor();

	wake_redistributor(frame);
	mmio_write32(frame + GICR_IGROUPR0, 0xffffffffU);
	mmio_write8(frame + GICR_IPRIORITYR + PORT_YIELD_SGI, PRIORITY);
	mmio_write8(frame + GICR_IPRIORITYR + PORT_TICK_INTID, PRIORITY);
	mmio_write32(frame + GICR_ISENABLER0, 1U << PORT_YIELD_SGI | 1U << PORT_TICK_INTID);

	sysreg_write(ICC_SRE_EL1, sysreg_read(ICC_SRE_EL1) | 1);
	isb();
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_BPR1_EL1, 0);
	sysreg_write(ICC_CTLR_EL1, 0); /* EOImode 0: one write drops priority and deactivates */
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gic_enable_spi(uint32_t intid)
{
	const uintptr_t word = 4UL * (intid / 32);
	const uint32_t bit = 1U << (intid % 32);
	const uint32_t group = mmio_read32(configGICD_BASE + GICD_IGROUPR + word);

	mmio_write32(configGICD_BASE + GICD_IGROUPR + word, group | bit);
	mmio_write8(configGICD_BASE + GICD_IPRIORITYR + intid, PRIORITY);
	*(volatile uint64_t *)(configGICD_BASE + GICD_IROUTER + 8UL * intid) =
		sysreg_read(mpidr_el1) & IROUTER_AFFINITY;
	mmio_write32(configGICD_BASE + GICD_ISENABLER + word, bit);
}

void gic_send_sgi(uint32_t sgi, long core)
{
	/* What this core stored must be seen by the core that takes the SGI. */
	__asm__ volatile("dsb ishst" ::: "memory");
	sysreg_write(ICC_SGI1R_EL1, (uint64_t)sgi << 24 | 1UL << core);
	isb();
}

uint32_t gic_acknowledge(void)
{
	const uint32_t intid = (uint32_t)sysreg_read(ICC_IAR1_EL1) & 0xffffffU;

	dsb_sy();
	return intid;
}

void gic_end(uint32_t intid)
{
	/* The device's own "no longer pending" must be out before the interrupt can come again. */
	dsb_sy();
	if (intid < INTID_SPECIAL)
		sysreg_write(ICC_EOIR1_EL1, intid);
	isb();
}
