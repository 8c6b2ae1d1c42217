/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H
/**
 * @file
 * System register access. GICv3 registers are spelled by encoding because
 * assemblers differ in whether they know the names without extra flags.
 */
#include <stdint.h>

#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_SGI1R_EL1   S3_0_C12_C11_5
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

#define SYSREG_NAME(reg) #reg

#define sysreg_read(reg) __extension__({ \
	uint64_t sysreg_value; \
	__asm__ volatile("mrs %0, " SYSREG_NAME(reg) : "=r"(sysreg_value) : : "memory"); \
	sysreg_value; \
})

#define sysreg_write(reg, value) \
	__asm__ volatile("msr " SYSREG_NAME(reg) ", %0" : : "r"((uint64_t)(value)) : "memory")

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}

/** The count that the virtual timer compares with; the ISB keeps it from being read early. */
static inline uint64_t counter_read(void)
{
	isb();
	return sysreg_read(cntvct_el0);
}
#endif
