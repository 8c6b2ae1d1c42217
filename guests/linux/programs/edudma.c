/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drive QEMU's edu device from Linux, so that it reads and writes memory by itself:
 *
 *   edudma self               own memory to the device and back, and compare
 *   edudma read IOVA SIZE     what the device reads there: how many bytes of each kind
 *   edudma write IOVA SIZE    the device writes 0x5a there
 *
 * Numbers in hex with 0x, or decimal; SIZE up to 4096. Needs root. Exit status 0 when the
 * device has finished, whether or not something stopped its accesses on the way (the device
 * cannot tell), and for `self`: when the bytes came back.
 *
 * Source: docs/specs/edu.rst of QEMU.
 */
#include <stdbool.h>

#include "system.h"

#define EDU_ID           0x11e81234u
#define EDU_BAR_SIZE     0x100000u
#define EDU_BUFFER       UINT64_C(0x40000) /* device-side address of its 4 KB */
#define EDU_DMA_SOURCE   0x80u
#define EDU_DMA_TARGET   0x88u
#define EDU_DMA_COUNT    0x90u
#define EDU_DMA_COMMAND  0x98u
#define EDU_START        UINT64_C(1)
#define EDU_TO_MEMORY    UINT64_C(2)
#define EDU_WAIT_STEPS   3000 /* of a millisecond; a transfer takes 100 ms */

#define PCI_COMMAND      4u
#define PCI_MEMORY_MASTER 6u
#define PCI_SLOTS        32u

#define PFN_MASK         ((UINT64_C(1) << 55) - 1)
#define PAGE_PRESENT     (UINT64_C(1) << 63)

#define BEFORE           0xa5u
#define WRITTEN          0x5au

static volatile uint8_t *edu;
static uint8_t *memory; /* one locked page of our own */

static void say(const char *text)
{
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	(void)sys_write(1, text, size);
}

static void say_number(uint64_t value, unsigned int base)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	say(base == 16 ? "0x" : "");
	say(&digits[at]);
}

static int refuse(const char *why)
{
	say("edudma: ");
	say(why);
	say("\n");
	return 1;
}

static bool digit(char c, unsigned int *value)
{
	if (c >= '0' && c <= '9')
		*value = (unsigned int)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = (unsigned int)(c - 'a') + 10;
	else
		return false;
	return true;
}

static bool parse(const char *text, uint64_t *value)
{
	unsigned int base = 10;
	unsigned int next;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	*value = 0;
	do {
		if (!digit(*text++, &next) || next >= base ||
		    __builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, next, value))
			return false;
	} while (*text != '\0');
	return true;
}

/* Returns where the copy's terminator is. */
static char *append(char *to, const char *text)
{
	while ((*to = *text++) != '\0')
		to++;
	return to;
}

/* One file of a function's folder in sysfs. */
static int open_pci(unsigned int slot, const char *file, int flags)
{
	static char path[64];
	char *end = append(path, "/sys/bus/pci/devices/0000:00:");

	*end++ = "01"[slot / 16];
	*end++ = "0123456789abcdef"[slot % 16];
	(void)append(append(end, ".0/"), file);
	return sys_open(path, flags);
}

/* Switch on memory decoding and bus mastering of the function. */
static bool enable(unsigned int slot, int config)
{
	uint16_t command;
	int fd = open_pci(slot, "enable", O_WRONLY);

	if (fd < 0)
		return false;
	(void)sys_write(fd, "1", 1);
	sys_close(fd);
	if (sys_pread(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
		return false;
	command |= PCI_MEMORY_MASTER;
	return sys_pwrite(config, &command, sizeof(command), PCI_COMMAND) == sizeof(command);
}

static bool take(unsigned int slot, int config)
{
	uint32_t id;
	int bar;

	if (sys_pread(config, &id, sizeof(id), 0) != sizeof(id) || id != EDU_ID ||
	    !enable(slot, config))
		return false;
	bar = open_pci(slot, "resource0", O_RDWR | O_SYNC);
	if (bar < 0)
		return false;
	edu = sys_map(bar, EDU_BAR_SIZE);
	sys_close(bar);
	return edu != NULL;
}

static bool find_edu(void)
{
	for (unsigned int slot = 0; slot < PCI_SLOTS; slot++) {
		int config = open_pci(slot, "config", O_RDWR);
		bool taken = config >= 0 && take(slot, config);

		if (config >= 0)
			sys_close(config);
		if (taken)
			return true;
	}
	return false;
}

/* Where the page lies in the guest's physical memory; 0: unknown. */
static uint64_t physical(const void *page)
{
	uint64_t entry = 0;
	int fd = sys_open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0)
		return 0;
	(void)sys_pread(fd, &entry, sizeof(entry), (uint64_t)(uintptr_t)page / PAGE_SIZE * 8);
	sys_close(fd);
	return (entry & PAGE_PRESENT) != 0 ? (entry & PFN_MASK) * PAGE_SIZE : 0;
}

static void fill(uint64_t size, uint8_t value)
{
	for (uint64_t i = 0; i < size; i++)
		((volatile uint8_t *)memory)[i] = value;
}

static void set(uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(edu + offset) = value;
}

static bool busy(void)
{
	return (*(volatile uint64_t *)(edu + EDU_DMA_COMMAND) & EDU_START) != 0;
}

/* One transfer between the device's buffer and an address on the bus. */
static bool transfer(uint64_t iova, uint64_t size, bool to_memory)
{
	set(EDU_DMA_SOURCE, to_memory ? EDU_BUFFER : iova);
	set(EDU_DMA_TARGET, to_memory ? iova : EDU_BUFFER);
	set(EDU_DMA_COUNT, size);
	__asm__ volatile("dsb sy" ::: "memory");
	set(EDU_DMA_COMMAND, to_memory ? EDU_START | EDU_TO_MEMORY : EDU_START);
	for (unsigned int i = 0; i < EDU_WAIT_STEPS && busy(); i++)
		sys_sleep_us(1000);
	__asm__ volatile("dsb sy" ::: "memory");
	return !busy();
}

static bool load(uint64_t own, uint64_t size, uint8_t value)
{
	fill(size, value);
	return transfer(own, size, false);
}

static int self(uint64_t own)
{
	for (uint32_t i = 0; i < PAGE_SIZE; i++)
		memory[i] = (uint8_t)(i * 7 + i / 256);
	if (!transfer(own, PAGE_SIZE, false))
		return refuse("the device does not finish");
	fill(PAGE_SIZE, BEFORE);
	if (!transfer(own, PAGE_SIZE, true))
		return refuse("the device does not finish");
	for (uint32_t i = 0; i < PAGE_SIZE; i++) {
		if (((volatile uint8_t *)memory)[i] != (uint8_t)(i * 7 + i / 256))
			return refuse("self: the bytes did not come back");
	}
	say("edudma: self: 4096 bytes came back at ");
	say_number(own, 16);
	say("\n");
	return 0;
}

static int read(uint64_t own, uint64_t iova, uint64_t size)
{
	uint64_t zeros = 0;
	uint64_t before = 0;

	if (!load(own, size, BEFORE) || !transfer(iova, size, false))
		return refuse("the device does not finish");
	fill(size, WRITTEN);
	if (!transfer(own, size, true))
		return refuse("the device does not finish");
	for (uint64_t i = 0; i < size; i++) {
		uint8_t byte = ((volatile uint8_t *)memory)[i];

		zeros += byte == 0;
		before += byte == BEFORE;
	}
	say("edudma: read ");
	say_number(iova, 16);
	say(": ");
	say_number(zeros, 10);
	say(" zero ");
	say_number(before, 10);
	say(" before ");
	say_number(size - zeros - before, 10);
	say(" other\n");
	return 0;
}

static int write(uint64_t own, uint64_t iova, uint64_t size)
{
	if (!load(own, size, WRITTEN) || !transfer(iova, size, true))
		return refuse("the device does not finish");
	say("edudma: write ");
	say_number(iova, 16);
	say(": done\n");
	return 0;
}

static bool is(const char *word, const char *name)
{
	while (*word == *name && *word != '\0') {
		word++;
		name++;
	}
	return *word == *name;
}

int program(long count, char **words);

int program(long count, char **words)
{
	uint64_t own;
	uint64_t iova = 0;
	uint64_t size = 0;
	bool all = count == 2 && is(words[1], "self");
	bool reads = count == 4 && is(words[1], "read");

	if (!all && !reads && !(count == 4 && is(words[1], "write")))
		return refuse("usage: edudma self | read IOVA SIZE | write IOVA SIZE");
	if (!all && (!parse(words[2], &iova) || !parse(words[3], &size) || size == 0 ||
		     size > PAGE_SIZE))
		return refuse("IOVA or SIZE is no number in range");
	if (!find_edu())
		return refuse("no edu device, or it cannot be taken");
	memory = sys_map(-1, PAGE_SIZE);
	if (memory == NULL || sys_lock(memory, PAGE_SIZE) != 0)
		return refuse("no memory of our own");
	fill(PAGE_SIZE, 0);
	own = physical(memory);
	if (own == 0)
		return refuse("the own page's physical address is hidden: not root?");
	if (all)
		return self(own);
	return reads ? read(own, iova, size) : write(own, iova, size);
}
