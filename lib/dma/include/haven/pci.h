/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PCI_H
#define HAVEN_PCI_H
/**
 * @file
 * What a guest sees of PCI configuration space: its own functions and nothing else, with
 * base addresses that are fixed by the configuration.
 *
 * A guest's ECAM accesses trap. Identification and capabilities read through; BARs are
 * a shadow that can be sized but whose physical registers never change; writes reach the
 * hardware only where the table in pci.c allows it, and only the bits that it allows.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI Express Base 4.0, 7.2.2 (ECAM), 7.5.
 */
#include <haven/bits.h>

#define HV_PCI_BARS       6u
#define HV_PCI_ABSENT     UINT32_C(0xffffffff)

/** A base address register of a function. 64-bit ones take the next index too. */
struct hv_pci_bar {
	hv_u64 base;  /**< Fixed address on the bus = PA = IPA; a multiple of size. 0 size: no BAR. */
	hv_u64 size;  /**< A power of two, at least 16; what the hardware's sizing must answer. */
	bool wide;    /**< 64-bit. */
	bool prefetchable;
};

/** A function that the configuration gives to a partition. */
struct hv_pci_function {
	const char *name;
	hv_u32 bdf;       /**< Bus << 8 | device << 3 | function: stream id and DeviceID as well. */
	hv_u32 id;        /**< Configuration word 0: device id << 16 | vendor id. */
	hv_u32 intx;      /**< INTID of its INTx line, 0: none. Told by the device tree. */
	struct hv_pci_bar bar[HV_PCI_BARS];
};

/** Run-time state of a function: what the guest wrote into the BARs, and where its capabilities
 *  are (found at boot, bounded; 0: none). */
struct hv_pci_shadow {
	hv_u32 bar[HV_PCI_BARS];
	hv_u32 rom;
	hv_u32 msi;     /**< Offset of the MSI capability. */
	hv_u32 msi_end; /**< First byte behind it. */
	hv_u32 msix;    /**< Offset of the MSI-X capability. */
	hv_u32 express; /**< Offset of the PCI Express capability. */
};

enum hv_pci_verdict {
	HV_PCI_ANSWER, /**< A read that hardware does not see: `value`. */
	HV_PCI_READ,   /**< Read hardware at the same place, and hv_pci_filter() what it answers. */
	HV_PCI_WRITE,  /**< Read-modify-write hardware: keep `keep`, put `value`. */
	HV_PCI_IGNORE, /**< A write without effect. */
};

struct hv_pci_access {
	hv_u32 offset; /**< In the function's 4 KB, 0..4095; aligned to size. */
	hv_u32 size;   /**< 1, 2, 4 */
	bool write;
	hv_u32 value;  /**< Of a write. */
};

struct hv_pci_action {
	enum hv_pci_verdict verdict;
	hv_u32 value;
	hv_u32 keep;   /**< Mask, of HV_PCI_WRITE: bits of the hardware's value that stay. */
};

/** Shadow as after reset: BARs at their fixed addresses; capability offsets untouched. */
void hv_pci_reset(const struct hv_pci_function *function, struct hv_pci_shadow *shadow);

/** Decide one access of the owner. Cost: constant. */
void hv_pci_decide(const struct hv_pci_function *function, struct hv_pci_shadow *shadow,
		   const struct hv_pci_access *access, struct hv_pci_action *action);

/** What the guest gets to see of a value that hardware answered. Cost: constant. */
hv_u32 hv_pci_filter(const struct hv_pci_function *function, const struct hv_pci_shadow *shadow,
		     const struct hv_pci_access *access, hv_u32 value);

/** Value that BAR @p index must read after all ones were written to it. Cost: constant. */
hv_u32 hv_pci_sizing(const struct hv_pci_function *function, hv_u32 index);
/** Value to write to BAR @p index for the fixed address. Cost: constant. */
hv_u32 hv_pci_bar_value(const struct hv_pci_function *function, hv_u32 index);

#endif
