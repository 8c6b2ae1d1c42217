/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/pci.h>

#include "pci.h"
#include "print.h"

#define FUNCTION_SIZE 0x1000u
#define BDF_PER_BUS   256u
#define ID            0x00u
#define COMMAND       0x04u
#define BAR0          0x10u
#define ROM           0x30u
#define CAPABILITIES  0x34u
#define INTX_DISABLE  0x0400u /* in Command */
#define NO_FUNCTION   0xffffu
#define ALL_ONES      0xffffffffu

static hv_u64 address_of(hv_u32 bdf, hv_u32 offset)
{
	const struct hv_pci_board *board = &hv_config.board->pci;

	return board->ecam.base + (hv_u64)(bdf - board->first_bus * BDF_PER_BUS) * FUNCTION_SIZE + offset;
}

static hv_u32 read32(hv_u32 bdf, hv_u32 offset)
{
	return hv_hal_pci_read(address_of(bdf, offset), 4);
}

static void write32(hv_u32 bdf, hv_u32 offset, hv_u32 value)
{
	hv_hal_pci_write(address_of(bdf, offset), 4, value);
}

static void set_command(hv_u32 bdf, hv_u32 value)
{
	hv_hal_pci_write(address_of(bdf, COMMAND), 2, value);
}

/* ---- boot ---- */

/* Also of functions that nobody owns, whatever firmware did with them: no decoding, no bus
 * mastering, and no hold on an interrupt line that another function's owner listens to. */
static void silence_all(void)
{
	const struct hv_pci_board *board = &hv_config.board->pci;
	const hv_u32 first = board->first_bus * BDF_PER_BUS;
	const hv_u32 count = (hv_u32)(board->ecam.size / FUNCTION_SIZE);

	for (hv_u32 bdf = first; bdf < first + count; bdf++) { /* bound: functions of the buses in use */
		if ((read32(bdf, ID) & NO_FUNCTION) != NO_FUNCTION)
			set_command(bdf, INTX_DISABLE);
	}
}

static void check_identity(const struct hv_pci_function *function)
{
	const hv_u32 found = read32(function->bdf, ID);

	if (found == function->id)
		return;
	hv_print("haven: PCI function %s at %x: expected %x, found %x\n", function->name,
		 (hv_u64)function->bdf, (hv_u64)function->id, (hv_u64)found);
	hv_panic("a device of the configuration is missing");
}

static void place_bar(const struct hv_pci_function *function, hv_u32 index)
{
	const hv_u32 offset = BAR0 + 4 * index;
	hv_u32 found;

	write32(function->bdf, offset, ALL_ONES);
	found = read32(function->bdf, offset);
	if (found != hv_pci_sizing(function, index)) {
		hv_print("haven: PCI function %s: BAR %u: expected %x, found %x\n", function->name,
			 (hv_u64)index, (hv_u64)hv_pci_sizing(function, index), (hv_u64)found);
		hv_panic("a device of the configuration has another BAR");
	}
	write32(function->bdf, offset, hv_pci_bar_value(function, index));
}

static void note_capabilities(const struct hv_pci_function *function, struct hv_pci_shadow *shadow)
{
	hv_u32 offset = hv_pci_first_capability(read32(function->bdf, COMMAND),
						read32(function->bdf, CAPABILITIES) & 0xff);

	for (hv_u32 i = 0; offset != 0 && i < HV_PCI_CAPABILITIES; i++) /* bound: HV_PCI_CAPABILITIES */
		offset = hv_pci_note_capability(shadow, offset, read32(function->bdf, offset));
}

/* Message Control is two bytes into both capabilities; what it does not enable keeps silent. */
static void stop_messages(hv_u32 bdf, hv_u32 capability)
{
	if (capability != 0)
		hv_hal_pci_write(address_of(bdf, capability + 2), 2, 0);
}

/* Each life of a partition, the first one too, finds its functions like this. */
static void be_as_reset(const struct hv_pci_function *function, struct hv_pci_shadow *shadow)
{
	set_command(function->bdf, 0);
	stop_messages(function->bdf, shadow->msi);
	stop_messages(function->bdf, shadow->msix);
	hv_pci_reset(function, shadow);
}

static void adopt(const struct hv_pci_function *function, struct hv_pci_shadow *shadow)
{
	check_identity(function);
	for (hv_u32 i = 0; i < HV_PCI_BARS; i++) /* bound: HV_PCI_BARS */
		place_bar(function, i);
	write32(function->bdf, ROM, 0); /* enabled, it would answer among others' BARs */
	note_capabilities(function, shadow);
	be_as_reset(function, shadow);
}

static bool has_functions(void)
{
	hv_u32 count = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) /* bound: HV_MAX_PARTITIONS */
		count += hv_config.partitions[i].dma.function_count;
	return count != 0;
}

/* Without functions of its own EL2 does not map configuration space: the SMMU alone aborts. */
void hv_pci_boot(void)
{
	if (!has_functions())
		return;
	silence_all();
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count; k++) /* bound: functions */
			adopt(&dma->functions[k], &hv_pci_shadows[dma->shadow_first + k]);
	}
}

void hv_pci_quiet(const struct hv_partition *p)
{
	const struct hv_dma_config *dma = &p->config->dma;

	for (hv_u32 i = 0; i < dma->function_count; i++) /* bound: functions */
		be_as_reset(&dma->functions[i], &hv_pci_shadows[dma->shadow_first + i]);
}

/* ---- a guest's access ---- */

static hv_u32 carry_out(const struct hv_pci_function *function, struct hv_pci_shadow *shadow,
			const struct hv_pci_access *access)
{
	const hv_u64 address = address_of(function->bdf, access->offset);
	struct hv_pci_action action;

	hv_pci_decide(function, shadow, access, &action);
	switch (action.verdict) {
	case HV_PCI_READ:
		return hv_pci_filter(function, shadow, access, hv_hal_pci_read(address, access->size));
	case HV_PCI_WRITE:
		if (action.keep != 0)
			action.value |= hv_hal_pci_read(address, access->size) & action.keep;
		hv_hal_pci_write(address, access->size, action.value);
		return 0;
	default:
		return action.value;
	}
}

/* Two vCPUs on one function at once: the lock keeps its shadow and read-modify-write whole. */
bool hv_pci_access(struct hv_vcpu *vcpu, const struct hv_mmio *mmio, hv_u64 *value)
{
	struct hv_partition *p = vcpu->partition;
	const struct hv_dma_config *dma = &p->config->dma;
	const hv_u64 place = mmio->ipa - hv_config.board->pci.ecam.base;
	const hv_u32 bdf = hv_config.board->pci.first_bus * BDF_PER_BUS + (hv_u32)(place / FUNCTION_SIZE);
	const hv_u32 index = hv_pci_find(dma->functions, dma->function_count, bdf);
	const struct hv_pci_access access = {
		.offset = (hv_u32)(place % FUNCTION_SIZE),
		.size = mmio->size,
		.write = mmio->write,
		.value = (hv_u32)*value,
	};

	if (mmio->size > 4)
		return false;
	if (index == dma->function_count) {
		*value = HV_PCI_ABSENT;
		return true;
	}
	hv_lock(&p->lock);
	*value = carry_out(&dma->functions[index], &hv_pci_shadows[dma->shadow_first + index], &access);
	hv_unlock(&p->lock);
	return true;
}
