/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm SMMUv3, Non-secure programming interface: IHI 0070, chapter 6. EL2 sees memory at
 * its physical address, so pointers are what the SMMU gets.
 */
#include <haven/hal/cache.h>
#include <haven/hal/cpu.h>
#include <haven/hal/smmu.h>

#include <arm64/barrier.h>
#include <arm64/mmio.h>

#define SMMU_IDR0            0x000
#define SMMU_IDR1            0x004
#define SMMU_IDR3            0x00c
#define SMMU_IDR5            0x014
#define SMMU_CR0             0x020
#define SMMU_CR0ACK          0x024
#define SMMU_CR1             0x028
#define SMMU_CR2             0x02c
#define SMMU_GBPA            0x044
#define SMMU_IRQ_CTRL        0x050
#define SMMU_IRQ_CTRLACK     0x054
#define SMMU_GERROR          0x060
#define SMMU_GERRORN         0x064
#define SMMU_GERROR_IRQ_CFG0 0x068
#define SMMU_STRTAB_BASE     0x080
#define SMMU_STRTAB_BASE_CFG 0x088
#define SMMU_CMDQ_BASE       0x090
#define SMMU_CMDQ_PROD       0x098
#define SMMU_CMDQ_CONS       0x09c
#define SMMU_EVENTQ_BASE     0x0a0
#define SMMU_EVENTQ_IRQ_CFG0 0x0b0
#define SMMU_EVENTQ_PROD     0x100a8 /* page 1 */
#define SMMU_EVENTQ_CONS     0x100ac

#define GBPA_DONE ((hv_u32)(HV_SMMU_GBPA_UPDATE | HV_SMMU_GBPA_ABORT))

static hv_u64 longest_wait(void)
{
	return hv_hal_counter_frequency() * HV_SMMU_WAIT_US / 1000000 + 1;
}

/* The time is taken before each look, so the last look comes when all of it has passed. */
static bool wait_for(hv_u64 address, hv_u32 mask, hv_u32 value)
{
	const hv_u64 start = hv_hal_counter(), most = longest_wait();
	hv_u64 waited;

	do { /* bound: HV_SMMU_WAIT_US */
		waited = hv_hal_counter() - start;
		if ((mmio_read32(address) & mask) == value)
			return true;
	} while (waited < most);
	return false;
}

static bool set_cr0(hv_u64 base, hv_u32 value)
{
	mmio_write32(base + SMMU_CR0, value);
	return wait_for(base + SMMU_CR0ACK, ~0u, value);
}

static bool set_irq_ctrl(hv_u64 base, hv_u32 value)
{
	mmio_write32(base + SMMU_IRQ_CTRL, value);
	return wait_for(base + SMMU_IRQ_CTRLACK, ~0u, value);
}

/* Translation goes off before the queues: ATSCHK must not end while streams are looked up. */
static bool disable(hv_u64 base)
{
	const hv_u32 untranslated = mmio_read32(base + SMMU_CR0) & ~(hv_u32)HV_SMMU_CR0_SMMUEN;

	mmio_write32(base + SMMU_CR0, untranslated);
	return wait_for(base + SMMU_CR0ACK, (hv_u32)HV_SMMU_CR0_SMMUEN, 0) && set_cr0(base, 0);
}

bool hv_hal_smmu_abort_all(hv_u64 base)
{
	if (!wait_for(base + SMMU_GBPA, (hv_u32)HV_SMMU_GBPA_UPDATE, 0))
		return false;
	mmio_write32(base + SMMU_GBPA, hv_smmu_gbpa_abort(mmio_read32(base + SMMU_GBPA)));
	return wait_for(base + SMMU_GBPA, GBPA_DONE, (hv_u32)HV_SMMU_GBPA_ABORT) && disable(base);
}

void hv_hal_smmu_identify(hv_u64 base, struct hv_smmu_idr *idr)
{
	idr->idr0 = mmio_read32(base + SMMU_IDR0);
	idr->idr1 = mmio_read32(base + SMMU_IDR1);
	idr->idr3 = mmio_read32(base + SMMU_IDR3);
	idr->idr5 = mmio_read32(base + SMMU_IDR5);
}

void hv_hal_smmu_publish(const struct hv_hal_smmu *smmu, const void *start, hv_u64 size)
{
	if (smmu->coherent)
		dsb(st);
	else
		hv_hal_cache_clean(start, size);
}

static hv_u32 active_errors(const struct hv_hal_smmu *smmu)
{
	return hv_smmu_gerror_active(mmio_read32(smmu->base + SMMU_GERROR),
				     mmio_read32(smmu->base + SMMU_GERRORN));
}

static bool wait_consumed(const struct hv_hal_smmu *smmu)
{
	const hv_u64 start = hv_hal_counter(), most = longest_wait();
	enum hv_smmu_progress progress;
	hv_u64 waited;

	do { /* bound: HV_SMMU_WAIT_US */
		waited = hv_hal_counter() - start;
		const hv_u32 cons = mmio_read32(smmu->base + SMMU_CMDQ_CONS);

		progress = hv_smmu_cmdq_progress(smmu->cmdq_log2, smmu->cmdq_prod, cons,
						 active_errors(smmu));
	} while (progress == HV_SMMU_BUSY && waited < most);
	return progress == HV_SMMU_DONE;
}

static void put(struct hv_hal_smmu *smmu, const struct hv_smmu_cmd *command)
{
	struct hv_smmu_cmd *entry =
		&smmu->cmdq[hv_smmu_queue_index(smmu->cmdq_log2, smmu->cmdq_prod)];

	*entry = *command;
	hv_hal_smmu_publish(smmu, entry, sizeof(*entry));
	smmu->cmdq_prod = hv_smmu_queue_next(smmu->cmdq_log2, smmu->cmdq_prod);
}

bool hv_hal_smmu_issue(struct hv_hal_smmu *smmu, const struct hv_smmu_cmd *commands, hv_u32 count)
{
	const struct hv_smmu_cmd sync = hv_smmu_cmd_sync();

	/* Something is left only if an earlier call waited in vain. */
	if (count >= 1u << smmu->cmdq_log2 || !wait_consumed(smmu))
		return false;
	for (hv_u32 i = 0; i < count; i++) /* bound: 2^cmdq_log2 - 1 */
		put(smmu, &commands[i]);
	put(smmu, &sync);
	mmio_write32(smmu->base + SMMU_CMDQ_PROD, smmu->cmdq_prod);
	if (!wait_consumed(smmu))
		return false;
	dsb(sy); /* what follows sees what devices wrote before the SYNC */
	return true;
}

static bool issue_one(struct hv_hal_smmu *smmu, struct hv_smmu_cmd command)
{
	return hv_hal_smmu_issue(smmu, &command, 1);
}

/* Base first, then the indices: 6.3.26. */
static bool set_queues(struct hv_hal_smmu *smmu)
{
	hv_u64 cmdq, eventq;

	if (hv_smmu_queue_base((hv_u64)(uintptr_t)smmu->cmdq, smmu->cmdq_log2, HV_SMMU_CMD_BYTES,
			       &cmdq) != HV_OK ||
	    hv_smmu_queue_base((hv_u64)(uintptr_t)smmu->eventq, smmu->eventq_log2,
			       HV_SMMU_EVENT_BYTES, &eventq) != HV_OK)
		return false;
	if (!smmu->coherent) /* no line may come back later and overwrite an event */
		hv_hal_cache_clean_invalidate(smmu->eventq,
					      (hv_u64)HV_SMMU_EVENT_BYTES << smmu->eventq_log2);
	smmu->cmdq_prod = 0;
	smmu->eventq_cons = 0;
	mmio_write64(smmu->base + SMMU_CMDQ_BASE, cmdq);
	mmio_write32(smmu->base + SMMU_CMDQ_PROD, 0);
	mmio_write32(smmu->base + SMMU_CMDQ_CONS, 0);
	mmio_write64(smmu->base + SMMU_EVENTQ_BASE, eventq);
	mmio_write32(smmu->base + SMMU_EVENTQ_PROD, 0);
	mmio_write32(smmu->base + SMMU_EVENTQ_CONS, 0);
	return true;
}

/* No message, but a wire: IRQ_CFG0 may name an address from a life before this one. */
static bool enable_interrupts(hv_u64 base)
{
	mmio_write64(base + SMMU_GERROR_IRQ_CFG0, 0);
	mmio_write64(base + SMMU_EVENTQ_IRQ_CFG0, 0);
	return set_irq_ctrl(base, hv_smmu_irq_ctrl_run());
}

/* Configurations first: a cached one could bring translations back (4.3.6). */
static bool forget_all(struct hv_hal_smmu *smmu)
{
	return issue_one(smmu, hv_smmu_cmd_cfgi_all()) &&
	       issue_one(smmu, hv_smmu_cmd_tlbi_nsnh_all());
}

bool hv_hal_smmu_enable(struct hv_hal_smmu *smmu, const struct hv_smmu_strtab *strtab,
			hv_u64 strtab_base, const struct hv_smmu_caps *caps)
{
	const hv_u64 base = smmu->base;

	if (!set_irq_ctrl(base, 0) || !set_queues(smmu))
		return false;
	mmio_write32(base + SMMU_GERRORN, mmio_read32(base + SMMU_GERROR));
	mmio_write32(base + SMMU_CR1, hv_smmu_cr1(smmu->coherent));
	mmio_write32(base + SMMU_CR2, HV_SMMU_CR2);
	mmio_write32(base + SMMU_STRTAB_BASE_CFG, strtab->base_cfg);
	mmio_write64(base + SMMU_STRTAB_BASE, strtab_base);
	dsb(sy);
	return set_cr0(base, hv_smmu_cr0_queues()) && forget_all(smmu) && enable_interrupts(base) &&
	       set_cr0(base, hv_smmu_cr0_run(caps));
}

bool hv_hal_smmu_replace(struct hv_hal_smmu *smmu, struct hv_smmu_ste *entry, hv_u32 stream_id,
			 const struct hv_smmu_ste *value)
{
	volatile hv_u64 *const first = &entry->word[0];
	const struct hv_smmu_cmd forget = hv_smmu_cmd_cfgi_ste(stream_id);

	*first = 0;
	hv_hal_smmu_publish(smmu, entry, sizeof(*entry));
	if (!issue_one(smmu, forget))
		return false;
	for (hv_u32 i = 1; i < 8; i++) /* bound: 7 */
		entry->word[i] = value->word[i];
	hv_hal_smmu_publish(smmu, entry, sizeof(*entry));
	if (!issue_one(smmu, forget)) /* a fetch may have words of before and of now */
		return false;
	*first = value->word[0];
	hv_hal_smmu_publish(smmu, entry, sizeof(*entry));
	return issue_one(smmu, forget);
}

static void read_event(const struct hv_hal_smmu *smmu, hv_u64 record[4])
{
	const hv_u64 *entry =
		smmu->eventq[hv_smmu_queue_index(smmu->eventq_log2, smmu->eventq_cons)];

	if (smmu->coherent)
		dsb(sy); /* PROD was read before */
	else
		hv_hal_cache_clean_invalidate(entry, HV_SMMU_EVENT_BYTES);
	for (hv_u32 i = 0; i < 4; i++) /* bound: 4 */
		record[i] = entry[i];
	dmb(sy); /* CONS gives the entry back */
}

bool hv_hal_smmu_event(struct hv_hal_smmu *smmu, hv_u64 record[4], bool *lost)
{
	const hv_u32 prod = mmio_read32(smmu->base + SMMU_EVENTQ_PROD);
	const bool overflowed = hv_smmu_queue_overflowed(prod, smmu->eventq_cons);
	const bool any = !hv_smmu_queue_empty(smmu->eventq_log2, prod, smmu->eventq_cons);

	if (overflowed) {
		*lost = true;
		smmu->eventq_cons = hv_smmu_queue_ack(prod, smmu->eventq_cons);
	}
	if (any) {
		read_event(smmu, record);
		smmu->eventq_cons = hv_smmu_queue_next(smmu->eventq_log2, smmu->eventq_cons);
	}
	if (any || overflowed)
		mmio_write32(smmu->base + SMMU_EVENTQ_CONS, smmu->eventq_cons);
	return any;
}

/* The command that the queue stopped at becomes a CMD_SYNC; it is fetched again (7.1). */
static hv_u32 step_over(struct hv_hal_smmu *smmu)
{
	const hv_u32 cons = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
	struct hv_smmu_cmd *entry = &smmu->cmdq[hv_smmu_queue_index(smmu->cmdq_log2, cons)];

	*entry = hv_smmu_cmd_sync();
	hv_hal_smmu_publish(smmu, entry, sizeof(*entry));
	return hv_smmu_cmdq_error(cons);
}

hv_u32 hv_hal_smmu_errors(struct hv_hal_smmu *smmu, hv_u32 *cmd_error)
{
	const hv_u32 gerror = mmio_read32(smmu->base + SMMU_GERROR);
	const hv_u32 gerrorn = mmio_read32(smmu->base + SMMU_GERRORN);
	const hv_u32 active = hv_smmu_gerror_active(gerror, gerrorn);

	*cmd_error = (active & HV_SMMU_GERROR_CMDQ) != 0 ? step_over(smmu) : 0;
	if (active != 0)
		mmio_write32(smmu->base + SMMU_GERRORN, gerror);
	return active;
}
