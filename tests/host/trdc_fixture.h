/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRDC_FIXTURE_H
#define TRDC_FIXTURE_H
/**
 * @file
 * The firewalls of firewall_fixture.h as models on the bus, and the stock policy's sibling
 * mx95evkrpmsg, as far as it differs: application cores reach the M7's memories, and the M7
 * has more DDR.
 */
#include "fake_trdc.h"
#include "firewall_fixture.h"

static struct fake_trdc models[TRDC_COUNT];
static struct fake_trdc *const all_models[TRDC_COUNT] = {&models[0], &models[1], &models[2]};

static void model_of(hv_u32 t)
{
	struct fake_trdc *m = &models[t];

	*m = (struct fake_trdc){.base = trdcs[t].frame.base, .masters = trdcs[t].masters,
				.mbc_count = trdcs[t].mbc_count, .mrc_count = trdcs[t].mrc_count};
	for (hv_u32 i = 0; i < m->mbc_count; i++) {
		for (hv_u32 k = 0; k < 4; k++) {
			const struct hv_fw_mbc_memory *from = &mbcs[trdcs[t].mbc_first + i].memory[k];

			m->mbc[i].memory[k] =
				(struct fake_trdc_memory){from->base, from->blocks, from->block_log2};
		}
	}
	for (hv_u32 i = 0; i < m->mrc_count; i++) {
		const struct hv_fw_mrc *from = &mrcs[trdcs[t].mrc_first + i];

		m->mrc[i] = (struct fake_trdc_mrc){from->aperture.base, from->aperture.size,
						   from->regions, from->big};
	}
	fake_trdc_init(m);
}

static void models_on(void)
{
	for (hv_u32 t = 0; t < TRDC_COUNT; t++)
		model_of(t);
}

static bool passes(hv_u32 did, hv_u64 address, bool secure, hv_u32 op)
{
	return fake_trdc_access(all_models, TRDC_COUNT, &(struct fake_trdc_access){
		.did = did, .address = address, .secure = secure, .privileged = true, .op = op});
}

/* Two regions of A55 share a granule, with one permission: so does the shipped file. */
static const struct hv_fw_region rpmsg_regions[] = {
	{MRC_N0, ELE, {0x80000000, DDR_END - 0x80000000}, 0x6666, true},
	{MRC_N0, M7, {0x80000000, 0x0a000000}, 0x7777, true},
	{MRC_N0, M7, {0xc0000000, 0x10000000}, 0x7777, true},
	{MRC_N0, A55, {0x80000000, 0x08004000}, 0x6666, true},
	{MRC_N0, A55, {0x88000000, 0x02000000}, 0x6666, true},
	{MRC_N0, A55, {0x8a000000, 0x04000000}, 0x7700, false},
	{MRC_N0, A55, {0x8e000000, DDR_END - 0x8e000000}, 0x7777, true},
	{MRC_W2, SM, {0x4a050000, 0x00060000}, 0x6600, false},
	{MRC_W2, M7, {0x4a060000, 0x00040000}, 0x6666, true},
	{MRC_W2, M7, {0x20380000, 0x00100000}, 0x6666, true},
	{MRC_W2, A55, {0x20380000, 0x00100000}, 0x6666, true},
};
static const struct hv_fw_policy rpmsg = {
	&chip, stock_masters, COUNT(stock_masters), rpmsg_regions, COUNT(rpmsg_regions),
	stock_blocks, COUNT(stock_blocks),
};

#endif
