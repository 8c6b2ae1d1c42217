/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <haven/hal/smmu.h>, <haven/hal/pci.h>, <haven/hal/its.h>: what was asked of them, in the log and
 * in fields. The real drivers run on the register models of ports/fake/models.
 */
#include <stdlib.h>
#include <string.h>

#include <haven/hal/its.h>
#include <haven/hal/pci.h>
#include <haven/hal/smmu.h>

#include "fake.h"

/* ---- SMMU ---- */

bool hv_hal_smmu_abort_all(hv_u64 base)
{
	fake_log(FAKE_SMMU_ABORT, base, 0);
	fake.smmu.on = false;
	return !fake.smmu.stuck;
}

void hv_hal_smmu_identify(hv_u64 base, struct hv_smmu_idr *idr)
{
	(void)base;
	*idr = fake.smmu.idr;
}

bool hv_hal_smmu_enable(struct hv_hal_smmu *smmu, const struct hv_smmu_strtab *strtab,
			hv_u64 strtab_base, const struct hv_smmu_caps *caps)
{
	(void)smmu;
	(void)caps;
	fake_log(FAKE_SMMU_ENABLE, strtab_base, strtab->base_cfg);
	fake.smmu.on = !fake.smmu.disobeys;
	return !fake.smmu.disobeys;
}

void hv_hal_smmu_publish(const struct hv_hal_smmu *smmu, const void *start, hv_u64 size)
{
	(void)smmu;
	fake_log(FAKE_SMMU_PUBLISH, (hv_u64)(uintptr_t)start, size);
}

bool hv_hal_smmu_replace(struct hv_hal_smmu *smmu, struct hv_smmu_ste *entry, hv_u32 stream_id,
			 const struct hv_smmu_ste *value)
{
	(void)smmu;
	fake_log(FAKE_SMMU_REPLACE, stream_id, value->word[0]);
	if (fake.smmu.disobeys)
		return false;
	*entry = *value;
	return true;
}

bool hv_hal_smmu_issue(struct hv_hal_smmu *smmu, const struct hv_smmu_cmd *commands, hv_u32 count)
{
	(void)smmu;
	(void)count;
	fake_log(FAKE_SMMU_ISSUE, commands[0].word[0], commands[0].word[1]);
	return !fake.smmu.disobeys;
}

void fake_smmu_event(hv_u64 type_and_stream, hv_u64 flags, hv_u64 iova, hv_u64 ipa)
{
	hv_u64 *const record = fake.smmu.event[fake.smmu.events++ % FAKE_SMMU_EVENTS];

	record[0] = type_and_stream;
	record[1] = flags;
	record[2] = iova;
	record[3] = ipa;
}

bool hv_hal_smmu_event(struct hv_hal_smmu *smmu, hv_u64 record[4], bool *lost)
{
	if (smmu->base == 0)
		abort();
	if (fake.smmu.lost) {
		fake.smmu.lost = false;
		*lost = true;
	}
	if (fake.smmu.taken == fake.smmu.events)
		return false;
	memcpy(record, fake.smmu.event[fake.smmu.taken++ % FAKE_SMMU_EVENTS], 32);
	return true;
}

hv_u32 hv_hal_smmu_errors(struct hv_hal_smmu *smmu, hv_u32 *cmd_error)
{
	const hv_u32 errors = fake.smmu.errors;

	(void)smmu;
	*cmd_error = fake.smmu.cmd_error;
	fake.smmu.errors = 0;
	return errors;
}

/* ---- configuration space: BARs answer sizing, the rest is memory ---- */

struct fake_function *fake_function(hv_u32 bdf)
{
	for (hv_u32 i = 0; i < FAKE_FUNCTIONS; i++) {
		if (fake.function[i].present && fake.function[i].bdf == bdf)
			return &fake.function[i];
	}
	return NULL;
}

static struct fake_function *function_at(hv_u64 address)
{
	if (fake.on_pci != NULL)
		fake.on_pci();
	return fake_function((hv_u32)((address - FAKE_ECAM) >> 12));
}

hv_u32 hv_hal_pci_read(hv_u64 address, hv_u32 size)
{
	const struct fake_function *f = function_at(address);
	hv_u32 value = 0xffffffff;

	fake_log(FAKE_PCI_READ, address, size);
	if (f == NULL)
		return value >> (32 - 8 * size);
	value = 0;
	memcpy(&value, &f->space[address & 0xfff], size);
	return value;
}

void hv_hal_pci_write(hv_u64 address, hv_u32 size, hv_u32 value)
{
	struct fake_function *f = function_at(address);
	const hv_u32 offset = address & 0xfff;

	fake_log(FAKE_PCI_WRITE, address, value);
	if (f == NULL || offset < 4)
		return;
	if (offset >= 0x10 && offset < 0x28)
		value = (value & f->bar_mask[(offset - 0x10) / 4]) | f->bar_flags[(offset - 0x10) / 4];
	memcpy(&f->space[offset], &value, size);
}

/* ---- ITS ---- */

hv_u64 hv_hal_its_typer(hv_u64 base)
{
	(void)base;
	return fake.its.typer;
}

bool hv_hal_its_enable(struct hv_hal_its *its, const struct hv_its_caps *caps)
{
	(void)caps;
	fake_log(FAKE_ITS_ENABLE, its->base, 0);
	its->devices = fake.its.devices;
	its->collections = fake.its.collections;
	return !fake.its.disobeys;
}

bool hv_hal_its_issue(struct hv_hal_its *its, const struct hv_its_cmd *commands, hv_u32 count)
{
	(void)its;
	for (hv_u32 i = 0; i < count; i++)
		fake_log(FAKE_ITS_ISSUE, commands[i].word[0], commands[i].word[1]);
	return !fake.its.stalls;
}

bool hv_hal_lpi_enable(const hv_u8 *config, void *pending, hv_u32 id_bits, bool coherent)
{
	(void)config;
	(void)coherent;
	fake_log(FAKE_LPI_ENABLE, (hv_u64)(uintptr_t)pending, id_bits);
	return !fake.its.no_lpis;
}

hv_u64 hv_hal_lpi_target(bool physical_address)
{
	return physical_address ? 0x080a0000 + fake.now * UINT64_C(0x20000) : (hv_u64)fake.now << 16;
}
