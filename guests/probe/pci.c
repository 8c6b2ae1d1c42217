/* SPDX-License-Identifier: Apache-2.0 */
#include "pci.h"

#define STATUS_CAPS (1u << 20) /* of the command and status word */
#define MOST_CAPS   48u

u32 pci_find_cap(u64 config, u32 id)
{
	u32 at = read8(config + PCI_CAPS) & 0xfc;

	if ((read32(config + PCI_COMMAND) & STATUS_CAPS) == 0)
		return 0;
	for (u32 n = 0; n < MOST_CAPS && at != 0; n++) {
		if (read8(config + at) == id)
			return at;
		at = read8(config + at + 1) & 0xfc;
	}
	return 0;
}

void pci_enable(u64 config)
{
	write16(config + PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	dsb();
}

u32 pci_find(u32 id, u32 n)
{
	for (u32 devfn = 0; devfn < FUNCTIONS; devfn++) {
		if (read32(pci_config(devfn) + PCI_ID) == id && n-- == 0)
			return devfn;
	}
	return FUNCTIONS;
}
