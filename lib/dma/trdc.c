/* SPDX-License-Identifier: Apache-2.0 */
/* Where the TRDC's words are, and what its error captures say. */
#include "trdc_layout.h"

#define MBC_ERRORS 0x400u
#define MRC_ERRORS 0x480u

#define ERROR_DID     HV_BITS(3, 0)
#define ERROR_DATA    HV_BIT(8)
#define ERROR_PRIV    HV_BIT(9)
#define ERROR_NS      HV_BIT(10)
#define ERROR_WRITE   HV_BIT(11)
#define ERROR_PORT    HV_BITS(26, 24)
#define ERROR_STATE   HV_BITS(31, 30)
#define STATE_SINGLE  2u
#define STATE_MULTIPLE 3u

hv_u32 hv_trdc_region_offset(hv_u32 mbc_count, hv_u32 mrc, hv_u32 did, hv_u32 region, hv_u32 word)
{
	return hv_trdc_mrc_offset(mbc_count, mrc) + DOMAINS + MRC_DOMAIN * did + 8 * region + 4 * word;
}

hv_u32 hv_trdc_block_offset(hv_u32 mbc, hv_u32 did, hv_u32 memory, hv_u32 block)
{
	static const hv_u32 config[HV_FW_MEMORIES] = {0x000, 0x140, 0x168, 0x190};

	return hv_trdc_mbc_offset(mbc) + DOMAINS + MBC_DOMAIN * did +
	       config[memory % HV_FW_MEMORIES] + 4 * (block / 8);
}

hv_u32 hv_trdc_error_offset(bool mrc, hv_u32 checker)
{
	return (mrc ? MRC_ERRORS : MBC_ERRORS) + 0x10 * checker;
}

void hv_trdc_error_decode(hv_u32 w0, hv_u32 w1, struct hv_trdc_error *out)
{
	const hv_u64 state = HV_GET(ERROR_STATE, w1);

	*out = (struct hv_trdc_error){
		.valid = state >= STATE_SINGLE,
		.multiple = state == STATE_MULTIPLE,
		.address = w0,
		.did = (hv_u32)HV_GET(ERROR_DID, w1),
		.port = (hv_u32)HV_GET(ERROR_PORT, w1),
		.write = (w1 & ERROR_WRITE) != 0,
		.secure = (w1 & ERROR_NS) == 0,
		.privileged = (w1 & ERROR_PRIV) != 0,
		.data = (w1 & ERROR_DATA) != 0,
	};
}
