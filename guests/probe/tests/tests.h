/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_TESTS_H
#define PROBE_TESTS_H
/** @file The programs that main.c offers by name. */

/* victim.c: beats for ever, and looks whether anything reaches it. */
void test_victim(void);
/* memory.c: each kind of access to each kind of foreign memory. */
void test_memory(void);
/* walk.c: stage-1 tables that point outside, straddling and syndrome-less accesses. */
void test_walk(void);
/* life.c: one fault for the partition's policy;
 * a fault that cannot be injected; reset; power off. */
void test_fault(void);
void test_vector(void);
void test_reset(void);
void test_off(void);
/* irq_sgi.c, irq_order.c, irq_timer.c, irq_spi.c, irq_foreign.c, irq_smp.c */
void test_sgi(void);
void test_order(void);
void test_nest(void);
void test_eoimode(void);
void test_timer(void);
void test_uart(void);
void test_spi(void);
void test_foreign(void);
void test_smp(void);
/* leak.c: registers of two partitions on one CPU. */
void test_leak(void);
/* psci.c */
void test_psci(void);
void test_powerdown(void);
void test_hotplug(void);
/* calls.c */
void test_calls(void);
void test_storm(void);
/* bench.c: what exits cost, for tools/bench. */
void test_bench(void);
void test_benchdma(void);
/* emul.c, regs.c, flood.c */
void test_emul(void);
void test_sysreg(void);
void test_flood(void);
/* periodic.c: a task with a deadline; hostile.c: who it shares a CPU with;
 * quiet.c: who must not notice either. */
void test_periodic(void);
void test_hostile(void);
void test_quiet(void);
/* scmi.c: a channel to a platform that is not there. */
void test_scmi(void);
/* pci.c: configuration space. */
void test_pci(void);
void test_pcirace(void);
/* dma.c: DMA where it may go and where not, floods, a transfer that outlives its partition. */
void test_dma(void);
void test_dmaself(void);
void test_dmaattack(void);
void test_dmaflood(void);
void test_dmaalive(void);
void test_dmaflight(void);
void test_dmarest(void);
/* dma_irq.c: interrupts of a PCI device, and foreign messages. */
void test_intx(void);
void test_intxstorm(void);
void test_msi(void);
void test_msiforeign(void);
void test_msiplace(void);
void test_msistorm(void);

#endif
