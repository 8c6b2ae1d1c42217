/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMA by the edu device: what it may reach works both ways; for what it must not reach,
 * the runner looks at the memory and at the journal.
 */
#include "../edu.h"
#include "../gic.h"
#include "access.h"
#include "tests.h"

#define MARK    UINT64_C(0xd0d0feedbeefd0d0)
#define MOST    48u
#define SMALL   8u
#define FILLED  UINT64_C(0xa5a5a5a5a5a5a5a5)

static struct edu edu;
static u64 buffer[EDU_BUFFER_SIZE / 8] __attribute__((aligned(4096)));

static bool open(void)
{
	const bool found = edu_open(&edu, (u32)arg("n", 0));

	check("a device", found);
	return found;
}

static u64 word(u64 seed, u64 i)
{
	return (seed + i) * UINT64_C(0x9e3779b97f4a7c15) ^ MARK;
}

static void fill(volatile u64 *at, u64 size, u64 seed)
{
	for (u64 i = 0; i < size / 8; i++)
		at[i] = word(seed, i);
	dsb();
}

static void wipe(volatile u64 *at, u64 size)
{
	for (u64 i = 0; i < size / 8; i++)
		at[i] = FILLED;
	dsb();
}

static bool holds(volatile u64 *at, u64 size, u64 seed)
{
	bool ok = true;

	for (u64 i = 0; i < size / 8 && ok; i++)
		ok = quiet_eq("word", (u64)&at[i], at[i], word(seed, i));
	return ok;
}

static void round_trip(const char *what, u64 address, u64 size, u64 seed)
{
	volatile u64 *const at = (u64 *)address;

	fill(at, size, seed);
	bool ok = edu_load(&edu, address, (u32)size);

	wipe(at, size);
	ok = ok && edu_store(&edu, address, (u32)size);
	check(what, ok && holds(at, size, seed));
}

/* Each size and place that its own memory offers, each with other data. */
void test_dmaself(void)
{
	const u64 above = ((u64)image_end + 0xfffff) & ~UINT64_C(0xffff);
	const u64 last = ram_base() + ram_size();
	const u64 shared = arg("shared", 0), second = arg("second", 0);

	if (!open())
		return;
	round_trip("one word", above, 8, 1);
	round_trip("a page", above + 0x1000, 4096, 2);
	round_trip("over a page boundary", above + 0x1ff8, 16, 3);
	round_trip("in the image's data", (u64)buffer, sizeof(buffer), 4);
	round_trip("last word of RAM", last - 8, 8, 5);
	round_trip("last page of RAM", last - 4096, 4096, 6);
	if (shared != 0)
		round_trip("shared memory", shared, 4096, 7);
	if (second != 0)
		round_trip("second region", second, 512, 8);
}

/* A read-only region can be read by the device. What it holds, the CPU says. */
static void test_read_only(u64 constant)
{
	buffer[0] = ~*(volatile u64 *)constant;
	dsb();
	check("a read-only page can be loaded",
	      edu_load(&edu, constant, SMALL) && edu_store(&edu, (u64)buffer, SMALL));
	check_eq("its data", *(volatile u64 *)buffer, *(volatile u64 *)constant);
}

/* The runner names place, size and direction; done says that the device went idle. */
void test_dma(void)
{
	const u64 at = arg("at", 0);
	const u32 size = (u32)arg("size", SMALL);

	if (!open())
		return;
	fill(buffer, sizeof(buffer), at);
	check("loaded", edu_load(&edu, (u64)buffer, sizeof(buffer)));
	if (arg("out", 1) != 0)
		check("stored", edu_store(&edu, at, size));
	else
		check("loaded from there", edu_load(&edu, at, size));
}

/* A store and a load each; what the load brought is told, the runner knows what it must not be. */
static bool attack(u64 at)
{
	buffer[0] = MARK;
	buffer[1] = MARK;
	dsb();
	if (!edu_load(&edu, (u64)buffer, SMALL) || !edu_store(&edu, at, SMALL) ||
	    !edu_load(&edu, at, SMALL) || !edu_store(&edu, (u64)&buffer[1], SMALL))
		return false;
	print("probe: dmaattack: %x loads %x\n", at, *(volatile u64 *)&buffer[1]);
	return true;
}

static u32 take_list(u64 *list)
{
	static char text[256];
	const char *from = arg_text("list");
	u32 count = 0, n = 0;

	for (u32 i = 0; from != 0 && count < MOST; i++) {
		text[n] = from[i];
		if (from[i] != ',' && from[i] != '\0') {
			n++;
			continue;
		}
		text[n] = '\0';
		list[count++] = parse_number(text);
		n = 0;
		if (from[i] == '\0')
			break;
	}
	return count;
}

void test_dmaattack(void)
{
	u64 list[MOST];
	const u32 count = take_list(list);
	const u64 constant = arg("constant", 0);
	bool ok = true;

	if (!open())
		return;
	for (u32 i = 0; i < count; i++)
		ok &= quiet_eq("device is idle again", list[i], attack(list[i]), true);
	check("attacks were made", ok && count != 0);
	round_trip("own memory afterwards", (u64)buffer, sizeof(buffer), count);
	if (constant != 0)
		test_read_only(constant);
}

/* As many faults as the device can make: a page each time, one event a word. */
void test_dmaflood(void)
{
	const u64 at = arg("at", 0x50200000), times = arg("times", 20);
	bool ok = true;

	if (!open())
		return;
	for (u64 i = 0; i < times; i++) {
		ok &= edu_store(&edu, at, EDU_BUFFER_SIZE);
		ok &= edu_load(&edu, at, EDU_BUFFER_SIZE);
	}
	check("flooded", ok);
}

/* Whether the device still reaches own memory is what the runner wants to hear. */
void test_dmaalive(void)
{
	if (!open())
		return;
	wipe(buffer, SMALL);
	buffer[1] = MARK;
	dsb();
	const bool idle = edu_load(&edu, (u64)&buffer[1], SMALL) &&
			  edu_store(&edu, (u64)buffer, SMALL);

	check("device is idle again", idle);
	say(*(volatile u64 *)buffer == MARK ? "reaches own memory" : "is cut off");
}

/*
 * Leaves an interrupt pending, starts a DMA into its own memory and ends at once, by reset or by a fault: the transfer
 * is on its way while the partition is loaded again. The next life must not find it.
 */
void test_dmaflight(void)
{
	const u64 above = ((u64)image_end + 0xfffff) & ~UINT64_C(0xffff);

	if (!open())
		return;
	check_eq("memory above the image", *(volatile u64 *)above, 0);
	fill(buffer, sizeof(buffer), 9);
	check("loaded", edu_load(&edu, (u64)buffer, sizeof(buffer)));
	gic_init();
	edu_set_msi(&edu, V2M + V2M_SETSPI, v2m_first());
	write32(edu.bar + EDU_IRQ_RAISE, 1);
	edu_start(&edu, above, EDU_BUFFER_SIZE, DMA_OUT);
	check("a message is pending", gic_bit(ISPENDR, v2m_first()));
	report_end();
	say("now");
	if (arg("fault", 0) != 0)
		write32(0x40200000, 0xbad);
	restart();
}

/* The next life: no device may master the bus before its driver says so. */
void test_dmarest(void)
{
	const u64 above = ((u64)image_end + 0xfffff) & ~UINT64_C(0xffff);
	const u32 devfn = pci_find(EDU_ID, (u32)arg("n", 0));

	check_eq("mastering and memory are off", read16(pci_config(devfn) + PCI_COMMAND) & 6, 0);
	delay_ms(200);
	check_eq("nothing came", *(volatile u64 *)above, 0);
	check("no message is pending", !gic_bit(ISPENDR, v2m_first()));
}
