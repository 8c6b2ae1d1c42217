/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_SYSREG_H
#define HAVEN_ARM64_SYSREG_H
/**
 * @file
 * System registers as read_<name>() and write_<name>(), one line each.
 * Registers that old assemblers do not know are named by encoding.
 */
#include <haven/types.h>

#define SYSREG_RO_AS(name, reg)                                  \
	static inline hv_u64 read_##name(void)                   \
	{                                                        \
		hv_u64 value;                                    \
		__asm__ volatile("mrs %0, " reg : "=r"(value));  \
		return value;                                    \
	}
#define SYSREG_AS(name, reg)                                          \
	SYSREG_RO_AS(name, reg)                                       \
	static inline void write_##name(hv_u64 value)                 \
	{                                                             \
		__asm__ volatile("msr " reg ", %x0" : : "rZ"(value)); \
	}
#define SYSREG(name)    SYSREG_AS(name, #name)
#define SYSREG_RO(name) SYSREG_RO_AS(name, #name)

/* Identification */
SYSREG_RO(midr_el1)
SYSREG_RO(mpidr_el1)
SYSREG_RO(ctr_el0)
SYSREG_RO(dczid_el0)
SYSREG_RO(id_aa64mmfr0_el1)
SYSREG_RO(id_aa64mmfr1_el1)

/* EL2 */
SYSREG(hcr_el2)
SYSREG(cptr_el2)
SYSREG(mdcr_el2)
SYSREG(hstr_el2)
SYSREG(cnthctl_el2)
SYSREG(cntvoff_el2)
SYSREG(cnthp_ctl_el2)
SYSREG(cnthp_cval_el2)
SYSREG(vpidr_el2)
SYSREG(vmpidr_el2)
SYSREG(vtcr_el2)
SYSREG(vttbr_el2)
SYSREG(tpidr_el2)
SYSREG(esr_el2)
SYSREG(far_el2)
SYSREG(hpfar_el2)
SYSREG(elr_el2)
SYSREG(spsr_el2)
SYSREG(par_el1)
SYSREG_RO(cntpct_el0)
SYSREG_RO(cntfrq_el0)

/* EL1 state that belongs to a vCPU */
SYSREG(sctlr_el1)
SYSREG(actlr_el1)
SYSREG(cpacr_el1)
SYSREG(ttbr0_el1)
SYSREG(ttbr1_el1)
SYSREG(tcr_el1)
SYSREG(esr_el1)
SYSREG(far_el1)
SYSREG(afsr0_el1)
SYSREG(afsr1_el1)
SYSREG(mair_el1)
SYSREG(amair_el1)
SYSREG(vbar_el1)
SYSREG(contextidr_el1)
SYSREG(tpidr_el0)
SYSREG(tpidrro_el0)
SYSREG(tpidr_el1)
SYSREG(cntkctl_el1)
SYSREG(cntv_ctl_el0)
SYSREG(cntv_cval_el0)
SYSREG(cntp_ctl_el0)
SYSREG(cntp_cval_el0)
SYSREG(csselr_el1)
SYSREG(mdscr_el1)
SYSREG(mdccint_el1)
SYSREG(sp_el0)
SYSREG(sp_el1)
SYSREG(elr_el1)
SYSREG(spsr_el1)

/* EL2 trap controls that not every CPU has */
SYSREG_AS(hcrx_el2, "s3_4_c1_c2_2")
SYSREG_AS(hfgrtr_el2, "s3_4_c1_c1_4")
SYSREG_AS(hfgwtr_el2, "s3_4_c1_c1_5")
SYSREG_AS(hfgitr_el2, "s3_4_c1_c1_6")
SYSREG_AS(hdfgrtr_el2, "s3_4_c3_c1_4")
SYSREG_AS(hdfgwtr_el2, "s3_4_c3_c1_5")

static inline void write_oslar_el1(hv_u64 value)
{
	__asm__ volatile("msr oslar_el1, %x0" : : "rZ"(value));
}

/* GICv3 CPU interface and virtualization control */
SYSREG_AS(icc_sre_el2, "s3_4_c12_c9_5")
SYSREG_AS(icc_pmr_el1, "s3_0_c4_c6_0")
SYSREG_AS(icc_bpr1_el1, "s3_0_c12_c12_3")
SYSREG_AS(icc_ctlr_el1, "s3_0_c12_c12_4")
SYSREG_AS(icc_igrpen1_el1, "s3_0_c12_c12_7")
SYSREG_AS(icc_iar1_el1, "s3_0_c12_c12_0")
SYSREG_AS(icc_eoir1_el1, "s3_0_c12_c12_1")
SYSREG_AS(icc_dir_el1, "s3_0_c12_c11_1")
SYSREG_AS(icc_sgi1r_el1, "s3_0_c12_c11_5")
SYSREG_AS(ich_hcr_el2, "s3_4_c12_c11_0")
SYSREG_AS(ich_vtr_el2, "s3_4_c12_c11_1")
SYSREG_AS(ich_elrsr_el2, "s3_4_c12_c11_5")
SYSREG_AS(ich_vmcr_el2, "s3_4_c12_c11_7")
SYSREG_AS(ich_ap0r0_el2, "s3_4_c12_c8_0")
SYSREG_AS(ich_ap0r1_el2, "s3_4_c12_c8_1")
SYSREG_AS(ich_ap0r2_el2, "s3_4_c12_c8_2")
SYSREG_AS(ich_ap0r3_el2, "s3_4_c12_c8_3")
SYSREG_AS(ich_ap1r0_el2, "s3_4_c12_c9_0")
SYSREG_AS(ich_ap1r1_el2, "s3_4_c12_c9_1")
SYSREG_AS(ich_ap1r2_el2, "s3_4_c12_c9_2")
SYSREG_AS(ich_ap1r3_el2, "s3_4_c12_c9_3")

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

#define dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")

#endif
