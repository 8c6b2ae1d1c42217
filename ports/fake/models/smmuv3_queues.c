/* SPDX-License-Identifier: Apache-2.0 */
/* Command queue, event queue and global errors of the SMMUv3 model: IHI 0070, 3.5, 4, 7. */
#include "fake_bus.h"
#include "fake_dram.h"
#include "smmuv3_private.h"

#define ADDRESS(base) ((base) & UINT64_C(0x00ffffffffffffe0))
#define OVFLG         0x80000000u

hv_u32 smmu_queue_log2(hv_u64 base, hv_u32 most)
{
	const hv_u32 log2 = (hv_u32)bits(base, 4, 0);

	return log2 < most ? log2 : most;
}

static hv_u32 used(hv_u32 log2, hv_u32 prod, hv_u32 cons)
{
	return (prod - cons) & ((2u << log2) - 1);
}

bool smmu_queue_consistent(hv_u32 log2, hv_u32 prod, hv_u32 cons)
{
	return used(log2, prod, cons) <= 1u << log2;
}

static hv_u64 entry(hv_u64 base, hv_u32 log2, hv_u32 index, hv_u32 bytes)
{
	const hv_u64 size = (hv_u64)bytes << log2;
	const hv_u64 aligned = ADDRESS(base) & ~((size < 32 ? 32 : size) - 1);

	return aligned + (hv_u64)(index & ((1u << log2) - 1)) * bytes;
}

static hv_u32 advance(hv_u32 log2, hv_u32 index)
{
	return (index & OVFLG) | ((index + 1) & ((2u << log2) - 1));
}

void fake_smmu_raise(struct fake_smmu *smmu, hv_u32 errors)
{
	const hv_u32 fresh = errors & ~smmu_errors(smmu);

	smmu->gerror ^= fresh;
	if ((fresh & ~GERROR_MSI_GERROR) == 0 || (smmu->irq_ctrl.effective & 1) == 0)
		return;
	if (bits(smmu->idr[0], 13, 13) != 0 && bits(smmu->gerror_irq_cfg0, 55, 2) != 0)
		smmu->msis++;
	else
		smmu->gerror_irqs++;
}

/*
 * Is the command well formed? Only the bits that IHI 0070 chapter 4 gives a meaning to may
 * be set: word 0 and word 1 of each opcode that this model knows.
 */
static bool legal(const struct fake_smmu *smmu, const hv_u64 word[2])
{
	static const struct {
		hv_u32 opcode;
		hv_u64 mask[2];
	} known[] = {
		{0x03, {0xffffffff000000ff, 0x1}},                /* CFGI_STE: StreamID, Leaf */
		{0x04, {0xffffffff000000ff, 0x1f}},               /* CFGI_STE_RANGE: Range */
		{0x28, {0x0000ffff000000ff, 0}},                  /* TLBI_S12_VMALL: VMID */
		{0x2a, {0x0000ffff000000ff, 0x00fffffffffff001}}, /* TLBI_S2_IPA: VMID, IPA, Leaf */
		{0x30, {0xff, 0}},                                /* TLBI_NSNH_ALL */
		{0x46, {0xffffffff0fc030ff, 0x00fffffffffffffc}}, /* SYNC: CS, MSH, MSIAttr, MSI* */
	};
	const hv_u32 opcode = (hv_u32)bits(word[0], 7, 0);

	if ((opcode == 0x28 || opcode == 0x2a) && bits(smmu->idr[0], 0, 0) == 0)
		return false; /* no stage 2 */
	if (opcode == 0x46 && bits(word[0], 13, 12) == 3)
		return false;
	for (hv_u32 i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].opcode == opcode)
			return (word[0] & ~known[i].mask[0]) == 0 && (word[1] & ~known[i].mask[1]) == 0;
	}
	return false;
}

static void sync(struct fake_smmu *smmu)
{
	for (hv_u32 i = 0; i < smmu->pending_count; i++)
		smmu_invalidate(smmu, &smmu->pending[i]);
	smmu->pending_count = 0;
	smmu->syncs++;
}

static void execute(struct fake_smmu *smmu, const struct fake_smmu_command *command)
{
	fake_access_note(FAKE_DEVICE, "command", command->word[0], command->word[1], 16);
	if (bits(command->word[0], 7, 0) == 0x46)
		sync(smmu);
	else if (smmu->pending_count == FAKE_SMMU_PENDING)
		fake_fail("more than %u invalidations without CMD_SYNC", FAKE_SMMU_PENDING);
	else
		smmu->pending[smmu->pending_count++] = *command;
	smmu->commands++;
}

static void stop(struct fake_smmu *smmu, hv_u32 error)
{
	smmu->cmdq_cons = (smmu->cmdq_cons & 0xfffff) | error << 24;
	fake_smmu_raise(smmu, GERROR_CMDQ);
}

/* One command. Returns false if none can be consumed. */
static bool consume_one(struct fake_smmu *smmu)
{
	const hv_u32 log2 = smmu_queue_log2(smmu->cmdq_base, (hv_u32)bits(smmu->idr[1], 25, 21));
	struct fake_smmu_command command;

	if ((smmu->cr0.effective & CR0_CMDQEN) == 0 || (smmu_errors(smmu) & GERROR_CMDQ) != 0 ||
	    smmu->sfm || (smmu->stuck & FAKE_SMMU_STUCK_CMDQ) != 0)
		return false;
	if (used(log2, smmu->cmdq_prod, smmu->cmdq_cons) == 0)
		return false;
	if (!fake_dram_read(entry(smmu->cmdq_base, log2, smmu->cmdq_cons, 16), command.word, 16,
			    smmu_queues_snoop(smmu))) {
		stop(smmu, CERROR_ABT);
		return false;
	}
	if (!legal(smmu, command.word)) {
		stop(smmu, CERROR_ILL);
		return false;
	}
	if ((smmu->stuck & FAKE_SMMU_STUCK_SYNC) != 0 && bits(command.word[0], 7, 0) == 0x46)
		return false;
	execute(smmu, &command);
	smmu->cmdq_cons = advance(log2, smmu->cmdq_cons) & 0xfffff;
	return true;
}

void smmu_consume(struct fake_smmu *smmu)
{
	while (consume_one(smmu) && !smmu->lazy)
		;
}

static void event_interrupt(struct fake_smmu *smmu)
{
	if ((smmu->irq_ctrl.effective & 4) == 0)
		return;
	if (bits(smmu->idr[0], 13, 13) != 0 && bits(smmu->eventq_irq_cfg0, 55, 2) != 0)
		smmu->msis++;
	else
		smmu->event_irqs++;
}

void fake_smmu_record(struct fake_smmu *smmu, const hv_u64 record[4])
{
	const hv_u32 log2 = smmu_queue_log2(smmu->eventq_base, (hv_u32)bits(smmu->idr[1], 20, 16));
	const hv_u32 waiting = used(log2, smmu->eventq_prod, smmu->eventq_cons);

	if ((smmu->cr0.effective & CR0_EVENTQEN) == 0 || smmu->sfm ||
	    (smmu_errors(smmu) & GERROR_EVENTQ_ABT) != 0)
		return;
	if (waiting >= 1u << log2) {
		if (((smmu->eventq_prod ^ smmu->eventq_cons) & OVFLG) == 0)
			smmu->eventq_prod ^= OVFLG;
		return;
	}
	if (!fake_dram_write(entry(smmu->eventq_base, log2, smmu->eventq_prod, 32), record, 32,
			     smmu_queues_snoop(smmu))) {
		fake_smmu_raise(smmu, GERROR_EVENTQ_ABT);
		return;
	}
	smmu->eventq_prod = advance(log2, smmu->eventq_prod);
	if (waiting == 0)
		event_interrupt(smmu);
}
