/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>
#include <haven/hal/its.h>

#include <arm64/barrier.h>
#include <arm64/mmio.h>

#define GITS_CTLR    0x0000
#define GITS_TYPER   0x0008
#define GITS_CBASER  0x0080
#define GITS_CWRITER 0x0088
#define GITS_CREADR  0x0090
#define GITS_BASER   0x0100
#define BASERS       8u

#define CTLR_ENABLED   0x1u
#define CTLR_QUIESCENT 0x80000000u
#define CREADR_STALLED HV_BIT(0)
#define CREADR_OFFSET  HV_BITS(19, 5)
#define CMDQ_ALIGN     UINT64_C(0x10000)

/* 64 commands take microseconds; this many polls mean that the ITS is broken. */
#define POLLS 100000

hv_u64 hv_hal_its_typer(hv_u64 base)
{
	return mmio_read64(base + GITS_TYPER);
}

static bool disable(hv_u64 base)
{
	mmio_write32(base + GITS_CTLR, mmio_read32(base + GITS_CTLR) & ~CTLR_ENABLED);
	for (int i = 0; i < POLLS; i++) { /* bound: POLLS */
		if ((mmio_read32(base + GITS_CTLR) & CTLR_QUIESCENT) != 0)
			return true;
	}
	return false;
}

static enum hv_its_reply ask(hv_u64 address, hv_u64 value)
{
	mmio_write64(address, value);
	return hv_its_reply(value, mmio_read64(address));
}

static bool give_table(struct hv_hal_its *its, hv_u64 address, const void *table)
{
	const hv_u64 as_read = mmio_read64(address);
	enum hv_its_reply reply = ask(address, hv_its_baser(as_read, (hv_u64)table, its->coherent));

	if (reply == HV_ITS_NONCOHERENT) {
		its->coherent = false;
		reply = ask(address, hv_its_baser(as_read, (hv_u64)table, false));
	}
	return reply == HV_ITS_TAKEN;
}

static bool give_tables(struct hv_hal_its *its)
{
	for (hv_u64 i = 0; i < BASERS; i++) { /* bound: BASERS */
		const hv_u64 address = its->base + GITS_BASER + 8 * i;
		const hv_u64 as_read = mmio_read64(address);
		bool taken = true;

		switch (hv_its_baser_type(as_read)) {
		case HV_ITS_TABLE_DEVICES:
			taken = give_table(its, address, its->device_table);
			its->devices = hv_its_baser_entries(as_read);
			break;
		case HV_ITS_TABLE_COLLECTIONS:
			taken = give_table(its, address, its->collection_table);
			its->collections = hv_its_baser_entries(as_read);
			break;
		default:
			mmio_write64(address, 0);
			break;
		}
		if (!taken)
			return false;
	}
	return its->devices != 0 && its->collections != 0;
}

static bool give_queue(struct hv_hal_its *its)
{
	const hv_u64 address = its->base + GITS_CBASER;
	enum hv_its_reply reply = ask(address, hv_its_cbaser((hv_u64)its->cmdq, its->coherent));

	if (reply == HV_ITS_NONCOHERENT) {
		its->coherent = false;
		reply = ask(address, hv_its_cbaser((hv_u64)its->cmdq, false));
	}
	its->write = 0;
	mmio_write64(its->base + GITS_CWRITER, 0);
	return reply == HV_ITS_TAKEN;
}

bool hv_hal_its_enable(struct hv_hal_its *its, const struct hv_its_caps *caps)
{
	const hv_u64 ctlr = its->base + GITS_CTLR;

	if (((hv_u64)its->cmdq & (CMDQ_ALIGN - 1)) != 0 || !disable(its->base))
		return false;
	hv_hal_cache_clean_invalidate(its->cmdq, HV_ITS_CMDQ_BYTES);
	hv_hal_cache_clean_invalidate(its->device_table, HV_ITS_TABLE_BYTES);
	hv_hal_cache_clean_invalidate(its->collection_table, HV_ITS_TABLE_BYTES);
	its->devices = 0;
	its->collections = caps->collections;
	if (!give_tables(its) || !give_queue(its))
		return false;
	mmio_write32(ctlr, mmio_read32(ctlr) | CTLR_ENABLED);
	return (mmio_read32(ctlr) & CTLR_ENABLED) != 0;
}

static bool wait_consumed(const struct hv_hal_its *its)
{
	for (int i = 0; i < POLLS; i++) { /* bound: POLLS */
		const hv_u64 creadr = mmio_read64(its->base + GITS_CREADR);

		if ((creadr & CREADR_STALLED) != 0)
			return false;
		if ((creadr & CREADR_OFFSET) == its->write)
			return true;
	}
	return false;
}

bool hv_hal_its_issue(struct hv_hal_its *its, const struct hv_its_cmd *commands, hv_u32 count)
{
	if (count > HV_ITS_ISSUE_MAX)
		return false;
	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_ITS_ISSUE_MAX */
		its->cmdq[its->write / HV_ITS_CMD_BYTES] = commands[i];
		its->write = (its->write + HV_ITS_CMD_BYTES) % HV_ITS_CMDQ_BYTES;
	}
	if (!its->coherent)
		hv_hal_cache_clean(its->cmdq, HV_ITS_CMDQ_BYTES);
	dsb(ishst);
	mmio_write64(its->base + GITS_CWRITER, its->write);
	return wait_consumed(its);
}
