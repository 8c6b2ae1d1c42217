/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_GIC_H
#define PROBE_GIC_H
/**
 * @file
 * GICv3 as one partition sees it, and a log of the interrupts that each vCPU took.
 */
#include "sysreg.h"

#define GICD UINT64_C(0x08000000)
#define GICR(vcpu) (UINT64_C(0x080a0000) + (u64)(vcpu) * 0x20000)
#define SGI_FRAME(vcpu) (GICR(vcpu) + 0x10000)

/* Offsets that distributor and SGI frame share. */
#define IGROUPR    0x080u
#define ISENABLER  0x100u
#define ICENABLER  0x180u
#define ISPENDR    0x200u
#define ICPENDR    0x280u
#define ISACTIVER  0x300u
#define ICACTIVER  0x380u
#define IPRIORITYR 0x400u
#define ICFGR      0xc00u
#define IROUTER    0x6000u

#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_HPPIR1_EL1  S3_0_C12_C12_2
#define ICC_DIR_EL1     S3_0_C12_C11_1
#define ICC_RPR_EL1     S3_0_C12_C11_3
#define ICC_SGI1R_EL1   S3_0_C12_C11_5
#define ICC_ASGI1R_EL1  S3_0_C12_C11_6
#define ICC_SGI0R_EL1   S3_0_C12_C11_7
#define ICC_AP1R0_EL1   S3_0_C12_C9_0

#define EOIMODE      2u
#define SPURIOUS     1023u
#define IDLE_PRIORITY 0xffu
#define VTIMER       27u
#define PTIMER       30u
#define UART_INTID   33u

#define LOG_SIZE 64u
struct irq_log {
	volatile u32 count;           /**< Taken since gic_clear_log(). */
	volatile u32 foreign;         /**< Of those, without a handler. */
	volatile u32 intid[LOG_SIZE]; /**< The first ones, in order. */
	volatile u32 per_id[64];      /**< INTIDs below 64. */
};
extern struct irq_log irq_logs[MAX_VCPUS];

/** Called between acknowledge and EOI. */
extern void (*volatile gic_handler)(u32 intid);

/** Distributor and this vCPU's interface: Group 1 on, all masked, priority 0x80 each. */
void gic_init(void);
void gic_init_vcpu(void);
void gic_clear_log(void);
void gic_enable(u32 intid);
void gic_disable(u32 intid);
void gic_priority(u32 intid, u32 priority);
/** Bit of a set register such as ISPENDR, ISACTIVER; private ones of this vCPU. */
bool gic_bit(u32 offset, u32 intid);
void gic_set(u32 offset, u32 intid);
void gic_sgi(u32 intid, u32 target_list);
void gic_sgi_raw(u64 value);
/** Take the highest pending interrupt by hand, without the vector. */
u32 gic_ack(void);
void gic_eoi(u32 intid);
/** Wait with interrupts on until this vCPU's log holds `count`, or a time is over. */
bool gic_wait(u32 count, u32 ms);

#endif
