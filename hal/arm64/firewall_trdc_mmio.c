/* SPDX-License-Identifier: Apache-2.0 */
/* The TRDC by its registers: writes in the order of hv_trdc_compile(), then all of it read back. */
#include <haven/bits.h>
#include <haven/hal/firewall.h>

#include <arm64/barrier.h>
#include <arm64/mmio.h>

#define TRDC_CR      0x000
#define TRDC_HWCFG0  0x0f0
#define CR_LK1       0x40000000u
#define HWCFG0_NMSTR HV_BITS(15, 8)
#define HWCFG0_NMBC  HV_BITS(19, 16)
#define HWCFG0_NMRC  HV_BITS(28, 24)

static enum hv_attest probe_one(struct hv_hal_fw *fw, const struct hv_fw_trdc *trdc)
{
	const hv_u32 found = mmio_read32(trdc->frame.base + TRDC_HWCFG0);

	if (HV_GET(HWCFG0_NMSTR, found) == trdc->masters &&
	    HV_GET(HWCFG0_NMBC, found) == trdc->mbc_count &&
	    HV_GET(HWCFG0_NMRC, found) == trdc->mrc_count)
		return HV_ATTEST_OK;
	fw->address = trdc->frame.base + TRDC_HWCFG0;
	fw->value = found;
	return HV_ATTEST_ABSENT;
}

enum hv_attest hv_hal_fw_probe(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config)
{
	const struct hv_fw_chip *chip = config->policy->chip;
	enum hv_attest verdict = HV_ATTEST_OK;

	*fw = (struct hv_hal_fw){.config = config};
	for (hv_u32 i = 0; i < chip->trdc_count && verdict == HV_ATTEST_OK; i++) /* bound: the chip */
		verdict = probe_one(fw, &chip->trdcs[i]);
	return verdict;
}

static bool compile(const struct hv_hal_fw *fw, hv_u32 trdc, hv_u32 *count)
{
	const struct hv_hal_fw_config *config = fw->config;

	return hv_trdc_compile(config->policy, trdc, config->words, config->word_capacity, count) == HV_OK;
}

static bool apply_one(struct hv_hal_fw *fw, hv_u32 trdc)
{
	const hv_u64 base = fw->config->policy->chip->trdcs[trdc].frame.base;
	const struct hv_trdc_word *words = fw->config->words;
	hv_u32 count;

	if (!compile(fw, trdc, &count))
		return false;
	for (hv_u32 i = 0; i < count; i++) /* bound: the image */
		mmio_write32(base + words[i].offset, words[i].value);
	if (fw->config->lock)
		mmio_write32(base + TRDC_CR, HV_TRDC_CR_VALID | CR_LK1);
	dsb(sy);
	return true;
}

/* TRDC_CR has status bits beside those that were written. */
static hv_u32 compared(hv_u32 offset)
{
	return offset == TRDC_CR ? HV_TRDC_CR_VALID : ~0u;
}

static bool verify_one(struct hv_hal_fw *fw, hv_u32 trdc)
{
	const hv_u64 base = fw->config->policy->chip->trdcs[trdc].frame.base;
	hv_u32 count;

	if (!compile(fw, trdc, &count))
		return false;
	for (hv_u32 i = 0; i < count; i++) { /* bound: the image */
		const struct hv_trdc_word *word = &fw->config->words[i];

		fw->address = base + word->offset;
		fw->value = mmio_read32(fw->address);
		if (((fw->value ^ word->value) & compared(word->offset)) != 0)
			return false;
	}
	return true;
}

enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw)
{
	bool same = true;

	for (hv_u32 i = 0; i < fw->config->policy->chip->trdc_count && same; i++) /* bound: the chip */
		same = verify_one(fw, i);
	return same ? HV_ATTEST_OK : HV_ATTEST_MISMATCH;
}

enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw)
{
	bool done = true;

	for (hv_u32 i = 0; i < fw->config->policy->chip->trdc_count && done; i++) /* bound: the chip */
		done = apply_one(fw, i);
	return done ? hv_hal_fw_verify(fw) : HV_ATTEST_MISMATCH;
}

int32_t hv_hal_mcu_begin(struct hv_hal_fw *fw, enum hv_mcu_task task)
{
	(void)fw;
	(void)task;
	return HV_SCMI_NOT_SUPPORTED;
}

bool hv_hal_mcu_step(struct hv_hal_fw *fw, int32_t *status)
{
	(void)fw;
	*status = HV_SCMI_NOT_SUPPORTED;
	return true;
}

bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out)
{
	(void)fw;
	(void)out;
	return false;
}
