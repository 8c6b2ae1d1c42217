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
/* psci.c */
void test_psci(void);
void test_powerdown(void);
void test_hotplug(void);
/* calls.c */
void test_calls(void);
void test_storm(void);
/* bench.c: what exits cost, for tools/bench. */
void test_bench(void);
/* emul.c, regs.c, flood.c */
void test_emul(void);
void test_sysreg(void);
void test_flood(void);

#endif
