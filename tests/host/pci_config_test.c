/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/dma: configuration space as a guest sees it, against a function whose registers are
 * bytes of this file. What a guest may change is written out by hand, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/pci.h>

/* A virtio-like function: BAR 1 of 4 KB, BAR 4 of 16 KB with 64 bits, prefetchable. */
static const struct hv_pci_function disk = {
	.name = "disk", .bdf = 0x08, .id = 0x10421af4, .intx = 36,
	.bar = { [1] = { 0x10001000, 0x1000, false, false },
		 [4] = { UINT64_C(0x810004000), 0x4000, true, true } },
};

static hv_u8 hardware[4096];
static struct hv_pci_shadow shadow;

static hv_u32 hardware_read(hv_u32 offset, hv_u32 size)
{
	hv_u32 value = 0;

	for (hv_u32 i = 0; i < size; i++)
		value |= (hv_u32)hardware[offset + i] << (8 * i);
	return value;
}

/* Status clears where a 1 is written; all else takes what comes, so that nothing is hidden. */
static void hardware_write(hv_u32 offset, hv_u32 size, hv_u32 value)
{
	for (hv_u32 i = 0; i < size; i++) {
		const hv_u8 byte = (hv_u8)(value >> (8 * i));

		if (offset + i == 6 || offset + i == 7)
			hardware[offset + i] &= (hv_u8)~byte;
		else
			hardware[offset + i] = byte;
	}
}

static hv_u32 guest_read(hv_u32 offset, hv_u32 size)
{
	const struct hv_pci_access access = { offset, size, false, 0xa5a5a5a5 };
	struct hv_pci_action action;

	memset(&action, 0xff, sizeof(action));
	hv_pci_decide(&disk, &shadow, &access, &action);
	assert_true(action.verdict == HV_PCI_ANSWER || action.verdict == HV_PCI_READ);
	if (action.verdict == HV_PCI_ANSWER)
		return action.value;
	return hv_pci_filter(&disk, &shadow, &access, hardware_read(offset, size));
}

static enum hv_pci_verdict guest_write(hv_u32 offset, hv_u32 size, hv_u32 value)
{
	const struct hv_pci_access access = { offset, size, true, value };
	struct hv_pci_action action;

	memset(&action, 0xff, sizeof(action));
	hv_pci_decide(&disk, &shadow, &access, &action);
	assert_true(action.verdict == HV_PCI_IGNORE || action.verdict == HV_PCI_WRITE);
	if (action.verdict == HV_PCI_WRITE) {
		if (size < 4) {
			assert_int_equal(action.value >> (8 * size), 0);
			assert_int_equal(action.keep >> (8 * size), 0);
		}
		assert_int_equal(action.value & action.keep, 0);
		hardware_write(offset, size,
			       (hardware_read(offset, size) & action.keep) | action.value);
	}
	return action.verdict;
}

/* MSI at 0x50 with 64 bits and masks, MSI-X at 0x70, PCI Express at 0x90. */
static int power_on(void **state)
{
	(void)state;
	memset(hardware, 0, sizeof(hardware));
	memset(&shadow, 0, sizeof(shadow));
	hardware_write(0, 4, disk.id);
	hardware[0x34] = 0x50;
	hardware_write(0x10, 4, 0x11111111);
	shadow.msi = 0x50;
	shadow.msi_end = 0x68;
	shadow.msix = 0x70;
	shadow.express = 0x90;
	hv_pci_reset(&disk, &shadow);
	return 0;
}

/* ---- base address registers ---- */

static void bars_can_be_sized(void **state)
{
	static const hv_u32 fixed[6] = { 0, 0x10001000, 0, 0, 0x1000400c, 8 };
	static const hv_u32 sized[6] = { 0, 0xfffff000, 0, 0, 0xffffc00c, 0xffffffff };

	(void)state;
	for (hv_u32 i = 0; i < 6; i++) {
		const hv_u32 at = 0x10 + 4 * i;

		assert_int_equal(hv_pci_bar_value(&disk, i), fixed[i]);
		assert_int_equal(hv_pci_sizing(&disk, i), sized[i]);
		assert_int_equal(guest_read(at, 4), fixed[i]);
		assert_int_equal(guest_write(at, 4, 0xffffffff), HV_PCI_IGNORE);
		assert_int_equal(guest_read(at, 4), sized[i]);
		assert_int_equal(guest_write(at, 4, fixed[i]), HV_PCI_IGNORE);
		assert_int_equal(guest_read(at, 4), fixed[i]);
	}
	assert_int_equal(hardware_read(0x10, 4), 0x11111111);
}

static void bars_by_bytes(void **state)
{
	(void)state;
	guest_write(0x14, 1, 0xff); /* nothing of a 4 KB BAR is writable here */
	assert_int_equal(guest_read(0x14, 4), 0x10001000);
	guest_write(0x15, 1, 0xff);
	assert_int_equal(guest_read(0x14, 4), 0x1000f000);
	assert_int_equal(guest_read(0x15, 1), 0xf0);
	guest_write(0x16, 2, 0xabcdef01); /* bits beyond the size */
	assert_int_equal(guest_read(0x14, 4), 0xef01f000);
	assert_int_equal(guest_read(0x16, 2), 0xef01);
	assert_int_equal(guest_read(0x17, 1), 0xef);
	guest_write(0x24, 4, 0x12345678);
	guest_write(0x20, 4, 0);
	assert_int_equal(guest_read(0x20, 4), 0xc);
	assert_int_equal(guest_read(0x24, 4), 0x12345678);
	hv_pci_reset(&disk, &shadow);
	assert_int_equal(guest_read(0x24, 4), 8);
	assert_int_equal(shadow.msi, 0x50);
	assert_int_equal(shadow.express, 0x90);
}

static void extreme_bars(void **state)
{
	static const struct {
		struct hv_pci_bar bar;
		hv_u32 low, high, base_low, base_high;
	} rows[] = {
		{ { 0, 16, false, false }, 0xfffffff0, 0, 0, 0 },
		{ { 0xfffffff0, 16, false, true }, 0xfffffff8, 0, 0xfffffff8, 0 },
		{ { 0x80000000, 0x80000000, false, false }, 0x80000000, 0, 0x80000000, 0 },
		{ { UINT64_C(0x300000000), UINT64_C(0x100000000), true, false },
		  4, 0xffffffff, 4, 3 },
		{ { UINT64_C(0x8000000000000000), UINT64_C(0x8000000000000000), true, true },
		  0xc, 0x80000000, 0xc, 0x80000000 },
		{ { UINT64_C(0xfffffffffffffff0), 16, true, false },
		  0xfffffff4, 0xffffffff, 0xfffffff4, 0xffffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_pci_function function = { .name = "any" };

		function.bar[2] = rows[i].bar;
		assert_int_equal(hv_pci_check(&function), 0);
		assert_int_equal(hv_pci_sizing(&function, 2), rows[i].low);
		assert_int_equal(hv_pci_sizing(&function, 3), rows[i].high);
		assert_int_equal(hv_pci_bar_value(&function, 2), rows[i].base_low);
		assert_int_equal(hv_pci_bar_value(&function, 3), rows[i].base_high);
	}
}

static void checks_of_a_function(void **state)
{
	static const struct {
		const char *why;
		hv_u32 index;
		struct hv_pci_bar bar;
	} bars[] = {
		{ "below 16 bytes", 0, { 0x1000, 8, false, false } },
		{ "no power of two", 0, { 0x3000, 0x3000, false, false } },
		{ "not aligned to its size", 0, { 0x1000, 0x2000, false, false } },
		{ "past 32 bits", 0, { UINT64_C(0x100000000), 0x1000, false, false } },
		{ "beyond 4 GB without 64 bits", 0, { 0, UINT64_C(0x200000000), false, false } },
		{ "wide at the last index", 5, { 0x1000, 0x1000, true, false } },
		{ "in the upper half of another", 2, { 0x1000, 0x1000, false, false } },
	};
	struct hv_pci_function function;

	(void)state;
	assert_int_equal(hv_pci_check(&disk), 0);
	assert_int_equal(hv_pci_check(NULL), -22);
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		function = disk;
		function.bar[1] = (struct hv_pci_bar){ UINT64_C(0x810000000), 0x4000, true, false };
		assert_int_equal(hv_pci_check(&function), 0);
		function.bar[bars[i].index] = bars[i].bar;
		function.bar[4].size = bars[i].index == 5 ? 0 : 0x4000;
		if (hv_pci_check(&function) != -22)
			fail_msg("%s", bars[i].why);
	}
	function = disk;
	function.bdf = 0xffff;
	assert_int_equal(hv_pci_check(&function), 0);
	function.bdf = 0x10000;
	assert_int_equal(hv_pci_check(&function), -22);
	function = disk;
	function.id = 0x1042ffff;
	assert_int_equal(hv_pci_check(&function), -22);
	function = disk;
	function.bar[5].size = 0x1000; /* is the upper half of BAR 4 */
	assert_int_equal(hv_pci_check(&function), -22);
}

/* ---- Command and Status ---- */

static void command_takes_four_bits(void **state)
{
	(void)state;
	hardware_write(4, 2, 0x0012); /* Memory Write and Invalidate is not the guest's */
	assert_int_equal(guest_write(4, 2, 0xffff), HV_PCI_WRITE);
	assert_int_equal(hardware_read(4, 2), 0x0456);
	assert_int_equal(guest_read(4, 2), 0x0456);
	assert_int_equal(guest_write(4, 2, 0), HV_PCI_WRITE);
	assert_int_equal(hardware_read(4, 2), 0x0010);
	guest_write(4, 1, 0xff);
	assert_int_equal(hardware_read(4, 2), 0x0056);
	guest_write(5, 1, 0xff);
	assert_int_equal(hardware_read(4, 2), 0x0456);
}

static void command_never_turns_io_or_system_errors_on(void **state)
{
	(void)state;
	hardware_write(4, 2, 0x0001); /* firmware's */
	guest_write(4, 2, 0x0103);
	assert_int_equal(hardware_read(4, 2), 0x0002);
	hardware_write(4, 2, 0x0001);
	guest_write(4, 4, 0x00000107);
	assert_int_equal(hardware_read(4, 2), 0x0006);
}

static void status_clears_only_on_ones(void **state)
{
	(void)state;
	hardware[6] = 0x10; /* capability list */
	hardware[7] = 0xf9;
	guest_write(4, 2, 6);
	assert_int_equal(hardware_read(4, 4), 0xf9100006);
	guest_write(4, 4, 2); /* the whole word, as some systems write Command */
	assert_int_equal(hardware_read(4, 4), 0xf9100002);
	guest_write(4, 4, 0x20000002);
	assert_int_equal(hardware_read(4, 4), 0xd9100002);
	guest_write(6, 2, 0xffff);
	assert_int_equal(hardware_read(4, 4), 0x00100002);
	assert_int_equal(guest_read(6, 2), 0x0010);
	hardware[7] = 0xf9;
	assert_int_equal(guest_write(6, 1, 0xff), HV_PCI_IGNORE);
	assert_int_equal(guest_write(7, 1, 0x81), HV_PCI_WRITE);
	assert_int_equal(hardware[7], 0x78);
}

/* ---- what may be changed, and what may be seen ---- */

/* Bits that a guest's write may change, by offset; the word of Status apart. */
static hv_u8 changeable(hv_u32 offset)
{
	switch (offset) {
	case 0x04:
		return 0x47; /* I/O space only towards 0 */
	case 0x05:
		return 0x04;
	case 0x07:
		return 0xf9;
	case 0x52:
		return 0x71;
	case 0x54:
		return 0xfc;
	case 0x73:
		return 0xc0;
	default:
		if (offset >= 0x55 && offset < 0x5e) /* address and data */
			return 0xff;
		return offset >= 0x60 && offset < 0x64 ? 0xff : 0; /* mask bits */
	}
}

static hv_u32 random_word(void)
{
	static hv_u64 seed = UINT64_C(0x9e3779b97f4a7c15);

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (hv_u32)(seed >> 16);
}

static void no_write_changes_more(void **state)
{
	hv_u8 before[sizeof(hardware)];
	unsigned changes = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		const hv_u32 size = 1u << random_word() % 3;
		const hv_u32 span = round % 8 == 0 ? 4096 : 0x100;
		const hv_u32 offset = random_word() % span & ~(size - 1);

		if (round % 64 == 0) {
			for (hv_u32 i = 0; i < sizeof(hardware); i++)
				hardware[i] = (hv_u8)random_word();
		}
		memcpy(before, hardware, sizeof(before));
		guest_write(offset, size, random_word());
		for (hv_u32 i = 0; i < sizeof(hardware); i++) {
			const hv_u8 difference = (hv_u8)(before[i] ^ hardware[i]);
			const bool mine = i >= offset && i < offset + size;

			if ((difference & ~(mine ? changeable(i) : 0)) != 0)
				fail_msg("write of %u at %x changed %x", size, offset, i);
			changes += difference != 0;
		}
		assert_int_equal(hardware[4] & 1 & ~before[4], 0);
	}
	assert_true(changes > 1000);
}

/* Each writable bit can be set and cleared, alone and with its neighbours. */
static void writes_reach_what_they_may(void **state)
{
	(void)state;
	for (hv_u32 size = 1; size <= 4; size *= 2) {
		for (hv_u32 offset = 0; offset < 0x100; offset += size) {
			if (offset / 4 == 1)
				continue; /* Command and Status have their own tests */
			memset(hardware, 0, sizeof(hardware));
			guest_write(offset, size, 0xffffffff);
			for (hv_u32 i = offset; i < offset + size; i++)
				assert_int_equal(hardware[i], changeable(i));
			memset(hardware, 0xff, sizeof(hardware));
			guest_write(offset, size, 0);
			for (hv_u32 i = offset; i < offset + size; i++)
				assert_int_equal(hardware[i], (hv_u8)~changeable(i));
		}
	}
}

static void reads_show_hardware_but_for_a_list(void **state)
{
	(void)state;
	memset(hardware, 0xff, sizeof(hardware));
	for (hv_u32 offset = 0; offset < 4096; offset += 4) {
		hv_u32 expected = 0xffffffff;

		if (offset >= 0x10 && offset < 0x28)
			continue;
		if (offset == 0x28 || offset == 0x30 || offset >= 0x100)
			expected = 0;
		else if (offset == 0x0c)
			expected = 0x007fffff; /* BIST and the multi-function bit */
		else if (offset == 0x94)
			expected = 0xefffffff; /* Device Capabilities: no function level reset */
		assert_int_equal(guest_read(offset, 4), expected);
		for (hv_u32 i = 0; i < 4; i++)
			assert_int_equal(guest_read(offset + i, 1), expected >> (8 * i) & 0xff);
		assert_int_equal(guest_read(offset + 2, 2), expected >> 16);
	}
	assert_int_equal(guest_read(0, 4), 0xffffffff); /* a function that went away */
}

static void interrupt_pin_follows_the_line(void **state)
{
	const struct hv_pci_access whole = { 0x3c, 4, false, 0 }, pin = { 0x3d, 1, false, 0 };
	struct hv_pci_function lineless = disk;

	(void)state;
	lineless.intx = 0;
	assert_int_equal(hv_pci_filter(&disk, &shadow, &whole, 0x1122010a), 0x1122010a);
	assert_int_equal(hv_pci_filter(&lineless, &shadow, &whole, 0x1122010a), 0x1122000a);
	assert_int_equal(hv_pci_filter(&lineless, &shadow, &pin, 1), 0);
	assert_int_equal(hv_pci_filter(&disk, &shadow, &pin, 1), 1);
}

static void without_capabilities_command_alone_changes(void **state)
{
	(void)state;
	shadow.msi = shadow.msi_end = shadow.msix = shadow.express = 0;
	for (hv_u32 offset = 0; offset < 4096; offset += 4) {
		if (offset != 4)
			assert_int_equal(guest_write(offset, 4, 0xffffffff), HV_PCI_IGNORE);
	}
	memset(hardware, 0xff, sizeof(hardware));
	assert_int_equal(guest_read(4, 4), 0xffffffff);
	assert_int_equal(guest_read(0x94, 4), 0xffffffff);
}

static void accesses_that_ecam_does_not_define(void **state)
{
	static const struct { hv_u32 offset, size; } rows[] = {
		{ 0, 0 }, { 0, 3 }, { 0, 8 }, { 8, 16 }, { 0x10, 8 }, { 1, 2 }, { 2, 4 },
		{ 0x12, 4 }, { 0x11, 2 }, { 4096, 4 }, { 4096, 1 }, { 0xffffffff, 1 }, { 0xfffffffc, 4 },
		{ 0xfff, 2 }, { 0, 0xffffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(guest_read(rows[i].offset, rows[i].size), 0xffffffff);
		assert_int_equal(guest_write(rows[i].offset, rows[i].size, 0), HV_PCI_IGNORE);
	}
	assert_int_equal(guest_read(0x14, 4), 0x10001000);
	assert_int_equal(guest_read(4095, 1), 0);
}

/* ---- MSI in its four layouts ---- */

static void messages_in_each_layout(void **state)
{
	/* Writable bits of the words from the capability on. */
	static const struct { hv_u32 header, length, word[6]; } rows[] = {
		{ 0x00000005, 0x0a, { 0x00710000, 0xfffffffc, 0xffff, 0, 0, 0 } },
		{ 0x00800005, 0x0e, { 0x00710000, 0xfffffffc, 0xffffffff, 0xffff, 0, 0 } },
		{ 0x01000005, 0x14, { 0x00710000, 0xfffffffc, 0xffff, 0xffffffff, 0, 0 } },
		{ 0x01800005, 0x18, { 0x00710000, 0xfffffffc, 0xffffffff, 0xffff, 0xffffffff, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		memset(&shadow, 0, sizeof(shadow));
		memset(hardware, 0, sizeof(hardware));
		assert_int_equal(hv_pci_note_capability(&shadow, 0x80, rows[i].header), 0);
		assert_int_equal(shadow.msi, 0x80);
		assert_int_equal(shadow.msi_end, 0x80 + rows[i].length);
		for (hv_u32 word = 0; word < 6; word++) {
			guest_write(0x80 + 4 * word, 4, 0xffffffff);
			assert_int_equal(hardware_read(0x80 + 4 * word, 4), rows[i].word[word]);
		}
		assert_int_equal(hardware_read(0x7c, 4), 0);
		assert_int_equal(hardware_read(0x98, 4), 0);
	}
}

/* ---- the capability walk ---- */

/* As the hypervisor does it; answers how many steps it took. */
static unsigned walk(void)
{
	hv_u32 at = hv_pci_first_capability(hardware_read(4, 4), hardware[0x34]);
	unsigned steps = 0;

	memset(&shadow, 0, sizeof(shadow));
	for (; at != 0 && steps < 48; steps++)
		at = hv_pci_note_capability(&shadow, at, hardware_read(at, 4));
	return steps;
}

static void list_as_virtio_has_it(void **state)
{
	(void)state;
	hardware[6] = 0x10;
	hardware[0x34] = 0xdc;
	hardware_write(0xdc, 4, 0x8003c811);
	hardware_write(0xc8, 4, 0x0514b409); /* vendor specific */
	hardware_write(0xb4, 4, 0x00004010); /* PCI Express */
	hardware_write(0x40, 4, 0x00800005); /* MSI with 64 bits */
	assert_int_equal(walk(), 4);
	assert_int_equal(shadow.msix, 0xdc);
	assert_int_equal(shadow.express, 0xb4);
	assert_int_equal(shadow.msi, 0x40);
	assert_int_equal(shadow.msi_end, 0x4e);
	assert_int_equal(guest_write(0xde, 2, 0x8000), HV_PCI_WRITE);
	assert_int_equal(hardware_read(0xdc, 4), 0x8003c811);
	assert_int_equal(guest_write(0xc8, 4, 0xffffffff), HV_PCI_IGNORE);
	assert_int_equal(guest_write(0xcc, 4, 0xffffffff), HV_PCI_IGNORE); /* bar of the window */
	assert_int_equal(guest_write(0xbc, 2, 0x8000), HV_PCI_IGNORE); /* Initiate FLR */
}

static void lists_that_do_not_end(void **state)
{
	(void)state;
	hardware[6] = 0x10;
	hardware[0x34] = 0x43; /* the low two bits are reserved */
	hardware_write(0x40, 4, 0x00004001); /* itself */
	assert_int_equal(walk(), 1);
	hardware_write(0x40, 4, 0x00004301);
	assert_int_equal(walk(), 1);
	hardware_write(0x40, 4, 0x00005005); /* two that name each other */
	hardware_write(0x50, 4, 0x01804005);
	assert_int_equal(walk(), 48);
	assert_int_equal(shadow.msi, 0x40); /* the first counts */
	assert_int_equal(shadow.msi_end, 0x4a);
	memset(hardware, 0xff, sizeof(hardware)); /* a function that went away */
	assert_int_equal(walk(), 1);
	assert_true(shadow.msi == 0 && shadow.msix == 0 && shadow.express == 0);
}

static void first_of_a_kind_counts(void **state)
{
	struct hv_pci_shadow seen = { .msi = 0 };

	(void)state;
	assert_int_equal(hv_pci_note_capability(&seen, 0x40, 0x00005011), 0x50);
	assert_int_equal(hv_pci_note_capability(&seen, 0x50, 0x00006011), 0x60);
	assert_int_equal(hv_pci_note_capability(&seen, 0x60, 0x00007010), 0x70);
	assert_int_equal(hv_pci_note_capability(&seen, 0x70, 0x0000fc10), 0xfc);
	assert_int_equal(seen.msix, 0x40);
	assert_int_equal(seen.express, 0x60);
}

static void pointers_into_the_header(void **state)
{
	struct hv_pci_shadow seen = { .msi = 0 };

	(void)state;
	for (hv_u32 byte = 0; byte < 0x100; byte++) {
		const hv_u32 offset = byte < 0x40 ? 0 : byte & 0xfc;

		assert_int_equal(hv_pci_first_capability(0x00100000, byte), offset);
		assert_int_equal(hv_pci_first_capability(0xffefffff, byte), 0);
		assert_int_equal(hv_pci_note_capability(&seen, 0x40, byte << 8 | 1),
				 offset == 0x40 ? 0 : offset);
	}
}

static void messages_past_the_end(void **state)
{
	static const struct { hv_u32 header, last; } rows[] = {
		{ 0x00000005, 0xf4 }, { 0x00800005, 0xf0 }, { 0x01000005, 0xec },
		{ 0x01800005, 0xe8 },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct hv_pci_shadow seen = { .msi = 0 };

		(void)hv_pci_note_capability(&seen, rows[i].last + 4, rows[i].header);
		assert_int_equal(seen.msi | seen.msi_end, 0);
		(void)hv_pci_note_capability(&seen, rows[i].last, rows[i].header);
		assert_int_equal(seen.msi, rows[i].last);
	}
}

/* ---- who is there ---- */

static void functions_by_number(void **state)
{
	static const hv_u32 bdfs[] = { 0x08, 0x10, 0x11, 0x18, 0x100, 0xffff };
	struct hv_pci_function list[6];

	(void)state;
	memset(list, 0, sizeof(list));
	for (hv_u32 i = 0; i < 6; i++)
		list[i].bdf = bdfs[i];
	for (hv_u32 count = 0; count <= 6; count++) {
		for (hv_u32 bdf = 0; bdf <= 0x10000; bdf++) {
			hv_u32 expected = count;

			for (hv_u32 i = 0; i < count; i++) {
				if (bdfs[i] == bdf)
					expected = i;
			}
			if (hv_pci_find(list, count, bdf) != expected)
				fail_msg("%x of %u", bdf, count);
		}
	}
	assert_int_equal(hv_pci_find(NULL, 0, 8), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, power_on)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bars_can_be_sized),
		TEST(bars_by_bytes),
		TEST(extreme_bars),
		TEST(checks_of_a_function),
		TEST(command_takes_four_bits),
		TEST(command_never_turns_io_or_system_errors_on),
		TEST(status_clears_only_on_ones),
		TEST(no_write_changes_more),
		TEST(writes_reach_what_they_may),
		TEST(reads_show_hardware_but_for_a_list),
		TEST(interrupt_pin_follows_the_line),
		TEST(without_capabilities_command_alone_changes),
		TEST(accesses_that_ecam_does_not_define),
		TEST(messages_in_each_layout),
		TEST(list_as_virtio_has_it),
		TEST(lists_that_do_not_end),
		TEST(first_of_a_kind_counts),
		TEST(pointers_into_the_header),
		TEST(messages_past_the_end),
		TEST(functions_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
