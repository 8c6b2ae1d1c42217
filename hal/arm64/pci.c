/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/pci.h>

#include <arm64/mmio.h>

hv_u32 hv_hal_pci_read(hv_u64 address, hv_u32 size)
{
	if (size == 1)
		return mmio_read8(address);
	return size == 2 ? mmio_read16(address) : mmio_read32(address);
}

void hv_hal_pci_write(hv_u64 address, hv_u32 size, hv_u32 value)
{
	if (size == 1)
		mmio_write8(address, (hv_u8)value);
	else if (size == 2)
		mmio_write16(address, (hv_u16)value);
	else
		mmio_write32(address, value);
}
