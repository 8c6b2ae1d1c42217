/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_PCI_H
#define PROBE_PCI_H
/**
 * @file
 * PCI configuration space by ECAM (PCI Express Base 4.0, 7.2.2), bus 0 of qemu-virt.
 */
#include "sysreg.h"

#define ECAM       UINT64_C(0x4010000000)
#define FUNCTIONS  256u /* on one bus */
#define PCI_ABSENT 0xffffffffu

/* Offsets and bits: PCI Local Bus 3.0, chapter 6. */
#define PCI_ID        0x00u
#define PCI_COMMAND   0x04u
#define PCI_CLASS     0x08u
#define PCI_BAR0      0x10u
#define PCI_ROM       0x30u
#define PCI_CAPS      0x34u
#define PCI_INTERRUPT 0x3cu
#define COMMAND_IO     0x0001u
#define COMMAND_MEMORY 0x0002u
#define COMMAND_MASTER 0x0004u
#define COMMAND_NO_INTX 0x0400u
#define CAP_MSI       0x05u
#define MSI_ENABLE    0x0001u

static inline u64 pci_config(u32 devfn)
{
	return ECAM + ((u64)devfn << 12);
}

static inline u32 read16(u64 address)
{
	u32 value;

	__asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline u32 read8(u64 address)
{
	u32 value;

	__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write16(u64 address, u32 value)
{
	__asm__ volatile("strh %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

/** Offset of a capability, 0 if the function has none of that id. */
u32 pci_find_cap(u64 config, u32 id);
/** Let the function answer and master the bus. */
void pci_enable(u64 config);
/** Device and function number of the n-th function with this identification, or FUNCTIONS. */
u32 pci_find(u32 id, u32 n);

#endif
