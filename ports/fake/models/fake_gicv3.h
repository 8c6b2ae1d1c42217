/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_GICV3_H
#define HAVEN_FAKE_GICV3_H
/**
 * @file
 * A GICv3 with two Security states, as Non-secure software sees it: distributor, one
 * redistributor for each CPU, CPU interfaces and virtual CPU interfaces. After IHI 0069 alone:
 * it shares no code and no constant with lib/irq or the drivers. LPIs are fake_its.h.
 *
 * Secure firmware has been there: all interrupts are Group 1, redistributors are awake, ARE is
 * set. What is UNPREDICTABLE or has no effect fails the test: ARE cleared, or set while a group
 * is enabled; registers of word 0 in the distributor; INTIDs that are not implemented;
 * a CPU interface without ICC_SRE_EL2.SRE; EOI of another interrupt than the running one; a list
 * register that is not implemented.
 */
#include <haven/types.h>

#define FAKE_GICV3_CPUS   8u
#define FAKE_GICV3_INTIDS 1024u
#define FAKE_GICV3_WORDS  (FAKE_GICV3_INTIDS / 32)

struct fake_gicv3_cpu {
	bool present;         /**< For the test to clear: this core is fused off, its frame is not. */
	hv_u64 affinity;      /**< Aff3 [39:32], Aff2, Aff1, Aff0 [23:0]. */
	hv_u32 enable, pending, active, lines, cfg; /**< SGIs and PPIs. */
	hv_u8 priority[32];
	hv_u32 rwp;           /**< Looks until GICR_CTLR.RWP is 0. */
	hv_u64 sre, pmr, bpr, icc_ctlr, igrpen1;
	hv_u32 running[32];   /**< INTIDs between acknowledge and EOI. */
	hv_u32 depth;
	hv_u64 lr[16], hcr, vmcr, apr[2];
};

struct fake_gicv3 {
	/* For the test to set, after fake_gicv3_init(). */
	hv_u32 intids;        /**< Implemented, a multiple of 32. */
	hv_u32 list_registers;
	hv_u32 latency;       /**< Looks until RWP is 0. */
	/* For the test to look at. */
	hv_u32 ctlr;
	hv_u32 enable[FAKE_GICV3_WORDS], pending[FAKE_GICV3_WORDS], active[FAKE_GICV3_WORDS];
	hv_u32 lines[FAKE_GICV3_WORDS], cfg[FAKE_GICV3_WORDS * 2];
	hv_u8 priority[FAKE_GICV3_INTIDS];
	hv_u64 route[FAKE_GICV3_INTIDS];
	struct fake_gicv3_cpu cpu[FAKE_GICV3_CPUS];
	hv_u32 cpus, rwp;
};

/** Firmware has left it; frames at @p gicd (64 KB) and @p gicr (128 KB for each CPU). */
void fake_gicv3_init(struct fake_gicv3 *gic, hv_u64 gicd, hv_u64 gicr, const hv_u64 *affinities,
		     hv_u32 cpus);
/** The line of an SPI, or of a CPU's PPI, changes. */
void fake_gicv3_line(struct fake_gicv3 *gic, hv_u32 cpu, hv_u32 intid, bool high);
/** Is an interrupt signalled to this CPU? */
bool fake_gicv3_signals(const struct fake_gicv3 *gic, hv_u32 cpu);

/** ICC_* and ICH_* of a CPU. @return false: not a register of the GIC. */
bool fake_gicv3_sysreg_read(struct fake_gicv3 *gic, hv_u32 cpu, const char *name, hv_u64 *value);
bool fake_gicv3_sysreg_write(struct fake_gicv3 *gic, hv_u32 cpu, const char *name, hv_u64 value);

#endif
