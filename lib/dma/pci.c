/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One word of configuration space at a time: what a guest may change, what it may see.
 *
 * What a write never does, whatever the function offers: move a BAR (its place in stage 2
 * is fixed), answer to I/O space (there is none), reset or power down the function (FLR,
 * D-states: EL2 has set it up and does so again at a restart), raise system errors (SERR#
 * can end in the whole machine), or use the virtio window into BARs (an address that the
 * guest gives and the device resolves; the BARs themselves are the guest's anyway).
 * Messages of MSI and MSI-X may carry any address and data: the SMMU and the ITS confine
 * what a function sends.
 */
#include <haven/pci.h>
#include <haven/range.h>

/* Words of the header, type 0. */
#define WORD_COMMAND    0x04u /* and Status */
#define WORD_HEADER     0x0cu /* cache line size, latency, header type, BIST */
#define WORD_BAR0       0x10u
#define WORD_CARDBUS    0x28u
#define WORD_ROM        0x30u
#define WORD_INTERRUPT  0x3cu
#define HEADER_END      0x40u
#define EXTENDED        0x100u
#define SPACE           0x1000u

#define COMMAND_IO       0x0001u
#define COMMAND_GUEST    0x0446u /* memory space, bus master, parity response, INTx disable */
#define COMMAND_RW       0xffffu
#define STATUS_LIST      UINT32_C(0x00100000)
#define STATUS_RW1C      UINT32_C(0xf9000000) /* errors: the function's own, so its owner's */
#define HEADER_MULTI     UINT32_C(0x00800000)
#define HEADER_BIST      UINT32_C(0xff000000)
#define INTERRUPT_PIN    0xff00u

#define BAR_WIDE         0x4u
#define BAR_PREFETCHABLE 0x8u
#define BAR_FLAGS        0xfu

#define CAP_MSI          0x05u
#define CAP_EXPRESS      0x10u
#define CAP_MSIX         0x11u
#define CAP_WORDS        0xfcu /* pointers: the two low bits are reserved */
#define MSI_WIDE         UINT32_C(0x00800000)
#define MSI_MASKED       UINT32_C(0x01000000)
#define MSI_CONTROL      UINT32_C(0x00710000) /* enable, multiple message enable */
#define MSI_ADDRESS      UINT32_C(0xfffffffc)
#define MSI_DATA         0xffffu
#define MSI_SHORT        0x0au /* control, address, data */
#define MSI_PER_VECTOR   0x0au /* padding, mask and pending bits */
#define MSI_UPPER        0x04u /* upper half of the address */
#define MSIX_CONTROL     UINT32_C(0xc0000000) /* enable, function mask */
#define EXPRESS_DEVCAP   0x04u
#define DEVCAP_FLR       UINT32_C(0x10000000)

static hv_u32 size_mask(hv_u32 size)
{
	return HV_PCI_ABSENT >> (32 - 8 * size);
}

static hv_u32 word_of(const struct hv_pci_access *access)
{
	return access->offset & ~3u;
}

static hv_u32 shift_of(const struct hv_pci_access *access)
{
	return 8 * (access->offset & 3u);
}

/* The bytes of a word that the access is about, as it sees them. */
static hv_u32 lanes(const struct hv_pci_access *access, hv_u32 word)
{
	return (word >> shift_of(access)) & size_mask(access->size);
}

static bool is_legal(const struct hv_pci_access *access)
{
	return (access->size == 1 || access->size == 2 || access->size == 4) &&
	       access->offset < SPACE && hv_is_aligned(access->offset, access->size);
}

/* ---- base address registers ---- */

static bool is_upper_half(const struct hv_pci_function *function, hv_u32 index)
{
	return index > 0 && function->bar[index - 1].size != 0 && function->bar[index - 1].wide;
}

/* The half of a BAR's 64-bit value that register @p index holds, without flags. */
static hv_u32 half(const struct hv_pci_function *function, hv_u32 index, hv_u64 value)
{
	return is_upper_half(function, index) ? (hv_u32)(value >> 32) : (hv_u32)value & ~BAR_FLAGS;
}

static const struct hv_pci_bar *bar_at(const struct hv_pci_function *function, hv_u32 index)
{
	return &function->bar[is_upper_half(function, index) ? index - 1 : index];
}

static hv_u32 flags_at(const struct hv_pci_function *function, hv_u32 index)
{
	const struct hv_pci_bar *bar = &function->bar[index];

	if (bar->size == 0)
		return 0;
	return (bar->wide ? BAR_WIDE : 0) | (bar->prefetchable ? BAR_PREFETCHABLE : 0);
}

static hv_u32 address_bits(const struct hv_pci_function *function, hv_u32 index)
{
	const struct hv_pci_bar *bar = bar_at(function, index);

	return bar->size == 0 ? 0 : half(function, index, ~(bar->size - 1));
}

hv_u32 hv_pci_sizing(const struct hv_pci_function *function, hv_u32 index)
{
	return address_bits(function, index) | flags_at(function, index);
}

hv_u32 hv_pci_bar_value(const struct hv_pci_function *function, hv_u32 index)
{
	const struct hv_pci_bar *bar = bar_at(function, index);

	return bar->size == 0 ? 0 : half(function, index, bar->base) | flags_at(function, index);
}

static bool is_bar_legal(const struct hv_pci_bar *bar)
{
	if (bar->size < 16 || !hv_is_aligned(bar->size, bar->size) ||
	    !hv_is_aligned(bar->base, bar->size)) /* so it cannot wrap either */
		return false;
	return bar->wide || hv_range_last(bar->base, bar->size) <= UINT32_MAX;
}

hv_status_t hv_pci_check(const struct hv_pci_function *function)
{
	if (function == NULL || function->bdf > 0xffff || (function->id & 0xffff) == 0xffff)
		return HV_EINVAL;
	for (hv_u32 i = 0; i < HV_PCI_BARS; i++) { /* bound: HV_PCI_BARS */
		const struct hv_pci_bar *bar = &function->bar[i];

		if (bar->size == 0)
			continue;
		if (!is_bar_legal(bar) || is_upper_half(function, i) ||
		    (bar->wide && i == HV_PCI_BARS - 1))
			return HV_EINVAL;
	}
	return HV_OK;
}

void hv_pci_reset(const struct hv_pci_function *function, struct hv_pci_shadow *shadow)
{
	for (hv_u32 i = 0; i < HV_PCI_BARS; i++) /* bound: HV_PCI_BARS */
		shadow->bar[i] = hv_pci_bar_value(function, i);
}

static void access_bar(const struct hv_pci_function *function, hv_u32 *shadow, hv_u32 index,
		       const struct hv_pci_access *access, struct hv_pci_action *action)
{
	const hv_u32 shift = shift_of(access);
	const hv_u32 changes = address_bits(function, index) & (size_mask(access->size) << shift);

	if (access->write)
		*shadow = (*shadow & ~changes) | ((access->value << shift) & changes);
	else
		action->value = lanes(access, *shadow);
}

/* ---- everything else ---- */

/* Writable bits of the word @p at bytes into an MSI capability of @p length bytes. */
static hv_u32 msi_bits(hv_u32 length, hv_u32 at)
{
	const bool masked = length >= MSI_SHORT + MSI_PER_VECTOR;
	const hv_u32 data = length - (masked ? MSI_PER_VECTOR : 0) - 2;

	if (at == 0)
		return MSI_CONTROL;
	if (at == 4)
		return MSI_ADDRESS;
	if (at < data)
		return HV_PCI_ABSENT;
	if (at == data)
		return MSI_DATA;
	return at == data + 4 ? HV_PCI_ABSENT : 0; /* mask bits; pending bits follow */
}

/* Bits of a word that the guest's value replaces. */
static hv_u32 put_bits(const struct hv_pci_shadow *shadow, hv_u32 word)
{
	if (word == WORD_COMMAND)
		return COMMAND_GUEST | STATUS_RW1C;
	if (word < HEADER_END)
		return 0;
	if (word == shadow->msix)
		return MSIX_CONTROL;
	if (word >= shadow->msi && word < shadow->msi_end)
		return msi_bits(shadow->msi_end - shadow->msi, word - shadow->msi);
	return 0;
}

/* Bits that are written back as they were read. Not those of Status: a 1 would clear them. */
static hv_u32 keep_bits(hv_u32 word, hv_u32 put)
{
	return word == WORD_COMMAND ? COMMAND_RW & ~(put | COMMAND_IO) : ~put;
}

static void decide_write(const struct hv_pci_shadow *shadow, const struct hv_pci_access *access,
			 struct hv_pci_action *action)
{
	const hv_u32 word = word_of(access);
	const hv_u32 put = put_bits(shadow, word);

	if (lanes(access, put) == 0)
		return;
	action->verdict = HV_PCI_WRITE;
	action->value = access->value & lanes(access, put);
	action->keep = lanes(access, keep_bits(word, put));
}

/* No extended capability (among them ATS, SR-IOV, ACS, AER) is for a guest. */
static bool reads_zero(hv_u32 word)
{
	return word == WORD_CARDBUS || word == WORD_ROM || word >= EXTENDED;
}

void hv_pci_decide(const struct hv_pci_function *function, struct hv_pci_shadow *shadow,
		   const struct hv_pci_access *access, struct hv_pci_action *action)
{
	const hv_u32 index = (word_of(access) - WORD_BAR0) / 4; /* wraps below: no BAR either */

	action->verdict = access->write ? HV_PCI_IGNORE : HV_PCI_ANSWER;
	action->value = 0;
	action->keep = 0;
	if (!is_legal(access))
		action->value = HV_PCI_ABSENT;
	else if (index < HV_PCI_BARS)
		access_bar(function, &shadow->bar[index], index, access, action);
	else if (access->write)
		decide_write(shadow, access, action);
	else if (!reads_zero(word_of(access)))
		action->verdict = HV_PCI_READ;
}

static hv_u32 hidden_bits(const struct hv_pci_function *function,
			  const struct hv_pci_shadow *shadow, hv_u32 word)
{
	if (word == WORD_HEADER)
		return HEADER_MULTI | HEADER_BIST;
	if (word == WORD_INTERRUPT)
		return function->intx == 0 ? INTERRUPT_PIN : 0;
	return shadow->express != 0 && word == shadow->express + EXPRESS_DEVCAP ? DEVCAP_FLR : 0;
}

hv_u32 hv_pci_filter(const struct hv_pci_function *function, const struct hv_pci_shadow *shadow,
		     const struct hv_pci_access *access, hv_u32 value)
{
	return value & lanes(access, ~hidden_bits(function, shadow, word_of(access)));
}

hv_u32 hv_pci_find(const struct hv_pci_function *functions, hv_u32 count, hv_u32 bdf)
{
	hv_u32 low = 0;
	hv_u32 high = count;

	while (low < high) { /* bound: 1 + log2(count) */
		const hv_u32 middle = low + (high - low) / 2;

		if (functions[middle].bdf < bdf)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && functions[low].bdf == bdf ? low : count;
}

/* ---- capabilities ---- */

static hv_u32 pointer_in(hv_u32 byte)
{
	const hv_u32 offset = byte & CAP_WORDS;

	return offset < HEADER_END ? 0 : offset;
}

hv_u32 hv_pci_first_capability(hv_u32 status, hv_u32 pointer)
{
	return (status & STATUS_LIST) != 0 ? pointer_in(pointer) : 0;
}

static void note_msi(struct hv_pci_shadow *shadow, hv_u32 offset, hv_u32 header)
{
	const hv_u32 end = offset + MSI_SHORT + ((header & MSI_WIDE) != 0 ? MSI_UPPER : 0) +
			   ((header & MSI_MASKED) != 0 ? MSI_PER_VECTOR : 0);

	if (shadow->msi != 0 || end > EXTENDED)
		return;
	shadow->msi = offset;
	shadow->msi_end = end;
}

hv_u32 hv_pci_note_capability(struct hv_pci_shadow *shadow, hv_u32 offset, hv_u32 header)
{
	const hv_u32 next = pointer_in(header >> 8);

	switch (header & 0xff) {
	case CAP_MSI:
		note_msi(shadow, offset, header);
		break;
	case CAP_MSIX:
		shadow->msix = shadow->msix == 0 ? offset : shadow->msix;
		break;
	case CAP_EXPRESS:
		shadow->express = shadow->express == 0 ? offset : shadow->express;
		break;
	default:
		break;
	}
	return next == offset ? 0 : next;
}
