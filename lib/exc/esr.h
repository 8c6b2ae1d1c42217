/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_EXC_ESR_H
#define HAVEN_EXC_ESR_H
/* Fields of ESR_ELx, HPFAR_EL2 and SPSR_ELx as the Arm ARM prints them. */
#include <haven/bits.h>

#define ESR_EC  HV_BITS(31, 26)
#define ESR_IL  HV_BIT(25)
#define ESR_IMM HV_BITS(15, 0) /* HVC, SMC */

enum {
	EC_UNKNOWN = 0x00,
	EC_WFX = 0x01,
	EC_CP15_32 = 0x03, /* AArch32 MCR, MRC */
	EC_CP15_64 = 0x04, /* AArch32 MCRR, MRRC */
	EC_CP14_32 = 0x05,
	EC_CP14_LS = 0x06, /* AArch32 LDC, STC */
	EC_FP = 0x07,
	EC_CP10_ID = 0x08, /* AArch32 VMRS */
	EC_PAUTH = 0x09,
	EC_LS64 = 0x0a,
	EC_CP14_64 = 0x0c,
	EC_SVC32 = 0x11,
	EC_HVC32 = 0x12,
	EC_SMC32 = 0x13,
	EC_SYSREG128 = 0x14,
	EC_HVC64 = 0x16,
	EC_SMC64 = 0x17,
	EC_SYSREG = 0x18,
	EC_SVE = 0x19,
	EC_ERET = 0x1a,
	EC_TSTART = 0x1b,
	EC_SME = 0x1d,
	EC_IABT_LOWER = 0x20,
	EC_IABT_SAME = 0x21,
	EC_DABT_LOWER = 0x24,
	EC_DABT_SAME = 0x25,
	EC_MOPS = 0x27,
};

/* ISS of EC_SYSREG */
#define ISS_OP0  HV_BITS(21, 20)
#define ISS_OP2  HV_BITS(19, 17)
#define ISS_OP1  HV_BITS(16, 14)
#define ISS_CRN  HV_BITS(13, 10)
#define ISS_RT   HV_BITS(9, 5)
#define ISS_CRM  HV_BITS(4, 1)
#define ISS_READ HV_BIT(0)

/* ISS of aborts; instruction aborts have FNV, S1PTW and FSC only */
#define ISS_ISV   HV_BIT(24)
#define ISS_SAS   HV_BITS(23, 22)
#define ISS_SSE   HV_BIT(21)
#define ISS_SRT   HV_BITS(20, 16)
#define ISS_SF    HV_BIT(15)
#define ISS_FNV   HV_BIT(10) /* defined for FSC_EXTERNAL only */
#define ISS_CM    HV_BIT(8)
#define ISS_S1PTW HV_BIT(7)
#define ISS_WNR   HV_BIT(6)
#define ISS_FSC   HV_BITS(5, 0)
#define FSC_TYPE  HV_BITS(5, 2) /* [1:0] is the level, for the four types below */
#define FSC_LEVEL HV_BITS(1, 0)

enum { FSC_ADDRESS_SIZE = 0, FSC_TRANSLATION = 1, FSC_ACCESS_FLAG = 2, FSC_PERMISSION = 3 };
enum {
	FSC_EXTERNAL = 0x10, /* up to 0x1f, but for two: */
	FSC_TAG_CHECK = 0x11,
	FSC_RESERVED_19 = 0x19,
	FSC_PAST_EXTERNAL = 0x20,
};

#define HPFAR_FIPA HV_BITS(43, 4) /* IPA[51:12] */

_Static_assert(HV_PUT(ESR_EC, EC_DABT_LOWER) == UINT64_C(0x90000000), "EC");
_Static_assert(ESR_IL == 0x02000000, "IL");
_Static_assert((ISS_OP0 | ISS_OP2 | ISS_OP1 | ISS_CRN | ISS_RT | ISS_CRM | ISS_READ) == 0x3fffff,
	       "MSR and MRS: no gap");
_Static_assert(HV_PUT(ISS_OP0, 3) == 0x300000 && HV_PUT(ISS_OP2, 7) == 0xe0000 &&
		       HV_PUT(ISS_OP1, 7) == 0x1c000 && HV_PUT(ISS_CRN, 15) == 0x3c00 &&
		       HV_PUT(ISS_RT, 31) == 0x3e0 && HV_PUT(ISS_CRM, 15) == 0x1e,
	       "MSR and MRS");
_Static_assert((ISS_ISV | ISS_SAS | ISS_SSE | ISS_SRT | ISS_SF) == 0x1ff8000, "access syndrome");
_Static_assert((ISS_FNV | ISS_CM | ISS_S1PTW | ISS_WNR | ISS_FSC) == 0x5ff, "abort syndrome");
_Static_assert(HPFAR_FIPA == UINT64_C(0x00000ffffffffff0), "FIPA");

#endif
