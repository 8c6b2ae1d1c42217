/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PCI_H
#define HAVEN_PCI_H
/**
 * @file
 * What a guest sees of PCI configuration space: its own functions and nothing else, with
 * base addresses that are fixed by the configuration.
 *
 * A guest's ECAM accesses trap. The ECAM offset of an access is bdf << 12 | offset, counted
 * from the first bus of the board's ECAM. For a bdf that the partition does not have
 * (hv_pci_find()), and for an access that ECAM does not define, a read gives
 * HV_PCI_ABSENT and a write has no effect.
 *
 * Of its own functions, identification and capabilities read through; BARs are a shadow
 * that can be sized but whose physical registers never change; writes reach the hardware
 * only where the table in pci.c allows it, and only the bits that it allows.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI Express Base 4.0, 7.2.2 (ECAM), 7.5.
 */
#include <haven/bits.h>

#define HV_PCI_BARS       6u
/** What reads from a function that is not there. */
#define HV_PCI_ABSENT     UINT32_C(0xffffffff)
/** More capabilities than this do not fit behind the header: a longer list is a loop. */
#define HV_PCI_CAPABILITIES 48u

/** A base address register of a function. 64-bit ones take the next index too. */
struct hv_pci_bar {
	hv_u64 base;  /**< Fixed address on the bus = PA = IPA; a multiple of size. */
	hv_u64 size;  /**< A power of two, at least 16; as hardware's sizing answers. 0: none. */
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
	hv_u32 msi;     /**< Offset of the MSI capability. */
	hv_u32 msi_end; /**< First byte behind it. */
	hv_u32 msix;    /**< Offset of the MSI-X capability. */
	hv_u32 express; /**< Offset of the PCI Express capability. */
};

enum hv_pci_verdict {
	HV_PCI_ANSWER, /**< A read that hardware does not see: `value`. */
	HV_PCI_READ,   /**< Read hardware at the same place, and hv_pci_filter() what it answers. */
	HV_PCI_WRITE,  /**< Read-modify-write hardware there: keep `keep`, put `value`. */
	HV_PCI_IGNORE, /**< A write without effect. */
};

struct hv_pci_access {
	hv_u32 offset; /**< In the function's 4 KB. */
	hv_u32 size;   /**< Bytes. Anything but 1, 2, 4, naturally aligned, is as if absent. */
	bool write;
	hv_u32 value;  /**< Of a write; bits beyond size have no effect. */
};

struct hv_pci_action {
	enum hv_pci_verdict verdict;
	hv_u32 value;
	hv_u32 keep;   /**< Mask, of HV_PCI_WRITE: bits of the hardware's value that stay. */
};

/**
 * Can this function be shown to a guest? For the proof of a configuration.
 *
 * @retval HV_OK      Yes.
 * @retval HV_EINVAL  NULL; bdf beyond 16 bits; id 0xffff of the vendor (no function); a BAR
 *                    whose size is no power of two or below 16, whose base is no multiple of
 *                    it, that does not fit 32 bits but is not wide, or that is wide
 *                    where no free index follows.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_pci_check(const struct hv_pci_function *function);

/**
 * Index of the function @p bdf in a list that ascends by bdf; @p count if it is not there.
 * Cost: 1 + log2(count) steps.
 */
hv_u32 hv_pci_find(const struct hv_pci_function *functions, hv_u32 count, hv_u32 bdf);

/** Shadow as after reset: BARs at their fixed addresses; capability offsets untouched. */
void hv_pci_reset(const struct hv_pci_function *function, struct hv_pci_shadow *shadow);

/** Decide one access of the owner. Cost: constant. */
void hv_pci_decide(const struct hv_pci_function *function, struct hv_pci_shadow *shadow,
		   const struct hv_pci_access *access, struct hv_pci_action *action);

/** What the guest gets to see of a value that hardware answered to an access that
 *  hv_pci_decide() let through. Cost: constant. */
hv_u32 hv_pci_filter(const struct hv_pci_function *function, const struct hv_pci_shadow *shadow,
		     const struct hv_pci_access *access, hv_u32 value);

/** Value that BAR @p index must read after all ones were written to it: 0 if the function has
 *  no such BAR. Cost: constant. */
hv_u32 hv_pci_sizing(const struct hv_pci_function *function, hv_u32 index);
/** Value to write to BAR @p index for the fixed address. Cost: constant. */
hv_u32 hv_pci_bar_value(const struct hv_pci_function *function, hv_u32 index);

/**
 * Where a function's list of capabilities begins.
 *
 * @param status  Configuration word at 4: Status and Command.
 * @param pointer Configuration byte at 0x34.
 * @return offset of the first capability, 64..252; 0: none.
 */
hv_u32 hv_pci_first_capability(hv_u32 status, hv_u32 pointer);

/**
 * Take note of one capability. Whoever walks the list, at boot, goes on at what this
 * returns until it is 0, and HV_PCI_CAPABILITIES times at most: hardware is not
 * trusted to end it. The first MSI, MSI-X and PCI Express capability count.
 *
 * @param shadow  All zero before the walk.
 * @param offset  As hv_pci_first_capability() or this function returned it.
 * @param header  Configuration word at @p offset.
 * @return offset of the next capability, 64..252; 0: none, also if this one names itself.
 * Cost: constant.
 */
hv_u32 hv_pci_note_capability(struct hv_pci_shadow *shadow, hv_u32 offset, hv_u32 header);

#endif
