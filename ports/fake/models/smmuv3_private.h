/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_SMMUV3_PRIVATE_H
#define HAVEN_FAKE_SMMUV3_PRIVATE_H
/* Between the files smmuv3_*.c. Numbers are those that IHI 0070 prints. */
#include "fake_smmuv3.h"

/* Bits hi..lo of a register, command, descriptor or record. */
static inline hv_u64 bits(hv_u64 value, hv_u32 hi, hv_u32 lo)
{
	return (value >> lo) & (~UINT64_C(0) >> (63 - (hi - lo)));
}

/* 6.3.9 SMMU_CR0 */
#define CR0_SMMUEN   0x01u
#define CR0_PRIQEN   0x02u
#define CR0_EVENTQEN 0x04u
#define CR0_CMDQEN   0x08u
#define CR0_ATSCHK   0x10u

/* 6.3.19 SMMU_GERROR */
#define GERROR_CMDQ       0x001u
#define GERROR_EVENTQ_ABT 0x004u
#define GERROR_MSI_GERROR 0x080u
#define GERROR_SFM        0x100u

/* 7.1: SMMU_CMDQ_CONS.ERR */
#define CERROR_ILL 1u
#define CERROR_ABT 2u

/* 7.3: event numbers */
#define C_BAD_STREAMID 0x02u
#define F_STE_FETCH    0x03u
#define C_BAD_STE      0x04u
#define F_WALK_EABT    0x0bu
#define F_TRANSLATION  0x10u
#define F_ADDR_SIZE    0x11u
#define F_ACCESS       0x12u
#define F_PERMISSION   0x13u

static inline hv_u32 smmu_errors(const struct fake_smmu *smmu)
{
	return smmu->gerror ^ smmu->gerrorn;
}

/* Output address size in bits, from SMMU_IDR5.OAS or an S2PS. */
hv_u32 smmu_address_bits(hv_u64 encoded);
/* Do accesses with these inner and outer attributes see the CPU's caches? */
bool smmu_snoops(const struct fake_smmu *smmu, hv_u64 inner, hv_u64 outer);
bool smmu_tables_snoop(const struct fake_smmu *smmu);
bool smmu_queues_snoop(const struct fake_smmu *smmu);

/* Command queue: consume what can be consumed; at most one command if lazy. */
void smmu_consume(struct fake_smmu *smmu);

/* Event queue */
bool smmu_queue_consistent(hv_u32 log2, hv_u32 prod, hv_u32 cons);
hv_u32 smmu_queue_log2(hv_u64 base, hv_u32 most);

/* Caches */
void smmu_invalidate(struct fake_smmu *smmu, const struct fake_smmu_command *command);
bool smmu_find_ste(struct fake_smmu *smmu, hv_u32 stream, hv_u64 ste[8]);
void smmu_keep_ste(struct fake_smmu *smmu, hv_u32 stream, const hv_u64 ste[8]);
bool smmu_find_l1std(struct fake_smmu *smmu, hv_u32 index, hv_u64 *descriptor);
void smmu_keep_l1std(struct fake_smmu *smmu, hv_u32 index, hv_u64 descriptor);
const struct fake_smmu_translation *smmu_find_leaf(const struct fake_smmu *smmu, hv_u32 vmid,
						   hv_u64 ipa);
const struct fake_smmu_translation *smmu_find_walk(const struct fake_smmu *smmu, hv_u32 vmid,
						   hv_u64 ipa);
void smmu_keep_leaf(struct fake_smmu *smmu, const struct fake_smmu_translation *leaf);
void smmu_keep_walk(struct fake_smmu *smmu, const struct fake_smmu_translation *pointer);

/* Why a lookup or walk ended without a translation. */
struct smmu_fault {
	hv_u32 event; /* 0: none */
	bool silent;  /* Config abort, or not to be recorded by S2R or RECINVSID */
	bool stage2;
	hv_u64 fetch; /* address of F_STE_FETCH, F_WALK_EABT */
};

/* Stream table lookup: the STE that an access of this stream uses. */
bool smmu_lookup(struct fake_smmu *smmu, hv_u32 stream, hv_u64 ste[8], struct smmu_fault *fault);
/* Stage 2 alone: translate by a legal STE. */
bool smmu_translate(struct fake_smmu *smmu, const hv_u64 ste[8], hv_u64 iova, bool write, hv_u64 *pa,
		    struct smmu_fault *fault);
bool smmu_ste_illegal(const struct fake_smmu *smmu, const hv_u64 ste[8]);

#endif
