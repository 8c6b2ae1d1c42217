/* SPDX-License-Identifier: Apache-2.0 */
#include "edu.h"

#define WAIT_MS 20000
#define INTX_FIRST 35u /* INTIDs 35 to 38, swizzled by slot and pin */

bool edu_open(struct edu *edu, u32 n)
{
	edu->devfn = pci_find(EDU_ID, n);
	if (edu->devfn == FUNCTIONS)
		return false;
	edu->config = pci_config(edu->devfn);
	edu->bar = read32(edu->config + PCI_BAR0) & ~UINT64_C(0xf);
	edu->intx = INTX_FIRST + (edu->devfn / 8 + read8(edu->config + PCI_INTERRUPT + 1) - 1) % 4;
	pci_enable(edu->config);
	return true;
}

void edu_start(const struct edu *edu, u64 address, u32 size, u32 command)
{
	const bool out = (command & DMA_OUT) != 0;

	dsb();
	write64(edu->bar + EDU_DMA_SRC, out ? EDU_BUFFER : address);
	write64(edu->bar + EDU_DMA_DST, out ? address : EDU_BUFFER);
	write64(edu->bar + EDU_DMA_COUNT, size);
	write64(edu->bar + EDU_DMA_CMD, command | DMA_RUN);
}

bool edu_busy(const struct edu *edu)
{
	const bool busy = (read64(edu->bar + EDU_DMA_CMD) & DMA_RUN) != 0;

	dsb();
	return busy;
}

bool edu_wait(const struct edu *edu)
{
	const u64 end = counter() + ticks_of_ms(WAIT_MS);

	while (edu_busy(edu)) {
		if (counter() > end)
			return false;
		delay_ms(1); /* an emulator makes progress when nobody asks */
	}
	return true;
}

bool edu_load(const struct edu *edu, u64 address, u32 size)
{
	edu_start(edu, address, size, 0);
	return edu_wait(edu);
}

bool edu_store(const struct edu *edu, u64 address, u32 size)
{
	edu_start(edu, address, size, DMA_OUT);
	return edu_wait(edu);
}

/* The device's message has a 64-bit address and no mask bits: data is at 12. */
void edu_set_msi(const struct edu *edu, u64 address, u32 data)
{
	const u64 cap = edu->config + pci_find_cap(edu->config, CAP_MSI);

	edu_no_msi(edu);
	write32(cap + 4, (u32)address);
	write32(cap + 8, address >> 32);
	write16(cap + 12, data);
	write16(cap + 2, MSI_ENABLE);
	dsb();
}

void edu_no_msi(const struct edu *edu)
{
	write16(edu->config + pci_find_cap(edu->config, CAP_MSI) + 2, 0);
	dsb();
}
