/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts of the edu device: one for each cause, by its pin and by messages; and messages
 * that name what is not the partition's.
 */
#include "../edu.h"
#include "../gic.h"
#include "tests.h"

#define ROUNDS 50u
#define RAISED 0x1u

static struct edu edu;
static u64 buffer[8] __attribute__((aligned(64)));
static volatile u32 causes; /* EDU_IRQ values that the handler found, together */
static volatile u32 leave_up; /* interrupts that end without their cause */
static volatile u64 leave_until;

static void on_edu(u32 intid)
{
	const u32 status = read32(edu.bar + EDU_IRQ);

	(void)intid;
	causes |= status;
	if (leave_up != 0)
		leave_up--;
	else if (counter() >= leave_until)
		write32(edu.bar + EDU_IRQ_ACK, status);
	dsb();
	(void)read32(edu.bar + EDU_IRQ); /* the line has followed */
}

static bool open(void)
{
	const bool found = edu_open(&edu, (u32)arg("n", 0));

	check("a device", found);
	if (!found)
		return false;
	write32(edu.bar + EDU_IRQ_ACK, 0xffffffff);
	edu_no_msi(&edu);
	causes = 0;
	leave_up = 0;
	leave_until = 0;
	gic_init();
	gic_handler = on_edu;
	return true;
}

static void open_line(u32 intid)
{
	gic_set(ICPENDR, intid);
	gic_priority(intid, 0x80);
	gic_set(IGROUPR, intid);
	gic_enable(intid);
	gic_clear_log();
}

/* `count` interrupts have come, all of one kind, and no other comes. */
static bool came(u32 intid, u32 count)
{
	const struct irq_log *log = &irq_logs[0];

	gic_wait(count, 5000);
	return gic_wait(count + 1, 5) == false && log->count == count &&
	       (count == 0 || log->intid[count < LOG_SIZE ? count - 1 : LOG_SIZE - 1] == intid);
}

static void test_cause(u32 intid)
{
	bool ok = true;

	check("quiet at first", came(intid, 0));
	for (u32 i = 1; i <= ROUNDS && ok; i++) {
		write32(edu.bar + EDU_IRQ_RAISE, RAISED);
		ok = came(intid, i);
	}
	check("one interrupt each time", ok);
	check_eq("its cause", causes, RAISED);
	gic_clear_log();
	causes = 0;
	edu_start(&edu, (u64)buffer, sizeof(buffer), DMA_IRQ);
	check("a DMA's end", came(intid, 1) && causes == EDU_IRQ_DMA);
	edu_start(&edu, (u64)buffer, sizeof(buffer), DMA_OUT | DMA_IRQ);
	check("and the other way", came(intid, 2) && !edu_busy(&edu));
	edu_start(&edu, (u64)buffer, sizeof(buffer), DMA_OUT);
	check("none if it is not asked for", edu_wait(&edu) && came(intid, 2));
}

/* Of a level: it comes again until the cause is gone, and not while masked. */
static void test_level(void)
{
	leave_up = 4;
	gic_clear_log();
	write32(edu.bar + EDU_IRQ_RAISE, RAISED);
	check("again while it is up, then no more", came(edu.intx, 5));
	gic_disable(edu.intx);
	gic_clear_log();
	write32(edu.bar + EDU_IRQ_RAISE, RAISED);
	check("not while masked", came(edu.intx, 0));
	check("pending while masked", gic_bit(ISPENDR, edu.intx));
	gic_enable(edu.intx);
	check("once when it is unmasked", came(edu.intx, 1));
	check("not pending then", !gic_bit(ISPENDR, edu.intx));
	write32(edu.config + PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX);
	write32(edu.bar + EDU_IRQ_RAISE, RAISED);
	check("not while the function may not", came(edu.intx, 1));
	pci_enable(edu.config);
	check("once when it may", came(edu.intx, 2));
}

void test_intx(void)
{
	if (!open())
		return;
	open_line(edu.intx);
	test_cause(edu.intx);
	test_level();
	gic_disable(edu.intx);
}

/* The line stays up: each interrupt ends in the next one, and only its owner has the work. */
void test_intxstorm(void)
{
	if (!open())
		return;
	open_line(edu.intx);
	leave_until = counter() + ticks_of_ms(arg("ms", 3000));
	write32(edu.bar + EDU_IRQ_RAISE, RAISED);
	gic_wait(UINT32_MAX, (u32)arg("ms", 3000));
	check("stormed", irq_logs[0].count > 100);
	gic_disable(edu.intx);
}

void test_msi(void)
{
	const u32 count = v2m_count(), first = v2m_first();

	print("probe: msi: frame has %u from %u\n", (u64)count, (u64)first);
	check("a frame", count != 0 && first >= 32 && first + count <= 1020);
	if (!open() || count == 0)
		return;
	open_line(first);
	edu_set_msi(&edu, V2M + V2M_SETSPI, first);
	test_cause(first);
	gic_disable(first);
	open_line(first + count - 1);
	edu_set_msi(&edu, V2M + V2M_SETSPI, first + count - 1);
	causes = 0;
	test_cause(first + count - 1);
	edu_no_msi(&edu);
}

/* The guest's own write to the frame must not do what the device's does. */
static void test_own_write(u32 first)
{
	trap_expect();
	write32(V2M + V2M_SETSPI, first);
	write32(V2M + 0x10000 + V2M_SETSPI, first);
	(void)trap_taken();
	check("a CPU's write raises nothing", came(first, 0));
}

static void message(u64 address, u32 data)
{
	edu_set_msi(&edu, address, data);
	write32(edu.bar + EDU_IRQ_RAISE, RAISED);
	write32(edu.bar + EDU_IRQ_ACK, RAISED);
	dsb();
}

/* Events of others, of nobody, and numbers of real interrupts and of LPIs. */
void test_msiforeign(void)
{
	const u32 first = v2m_first(), count = v2m_count();
	u32 sent = 0;

	if (!open() || count == 0)
		return;
	gic_handler = 0;
	for (u32 word = 1; word < 9; word++) {
		write32(GICD + IGROUPR + word * 4, 0xffffffff);
		write32(GICD + ISENABLER + word * 4, 0xffffffff);
	}
	for (u32 i = 0; i < 32; i++)
		gic_enable(i);
	gic_clear_log();
	test_own_write(first);
	for (u32 data = 0; data < 1100; data++) {
		if (data >= first && data < first + count)
			continue;
		message(V2M + V2M_SETSPI, data);
		sent++;
	}
	for (u32 data = 8192; data < 8192 + 64; data++)
		message(V2M + V2M_SETSPI, data);
	message(V2M + V2M_SETSPI, 0xffff);
	message(V2M + V2M_SETSPI, 0x8000 | first);
	check("foreign messages raise nothing here", came(0, 0) && sent >= 1000);
	message(V2M + V2M_SETSPI, first);
	check("the own one does", came(first, 1));
	edu_no_msi(&edu);
	gic_init();
}

/* A message is a write like any other: where the device may write, it does. */
void test_msiplace(void)
{
	volatile u32 *const own = (u32 *)buffer;
	const u64 at = arg("at", 0);

	if (!open())
		return;
	own[0] = 0;
	dsb();
	message((u64)own, 0x4321);
	check_eq("a message to own memory is a write", own[0], 0x4321);
	message(at, 0x4321);
	edu_no_msi(&edu);
	say("sent");
}

/* Messages as fast as the guest can make them, for the runner to watch the neighbour. */
void test_msistorm(void)
{
	const u32 first = v2m_first();
	const u64 end = counter() + ticks_of_ms(arg("ms", 3000));
	u64 sent = 0;

	if (!open())
		return;
	gic_handler = 0;
	open_line(first);
	edu_set_msi(&edu, V2M + V2M_SETSPI, first);
	irq_on();
	for (; counter() < end; sent++) {
		write32(edu.bar + EDU_IRQ_RAISE, RAISED);
		write32(edu.bar + EDU_IRQ_ACK, RAISED);
	}
	irq_off();
	edu_no_msi(&edu);
	print("probe: msistorm: sent %u, taken %u\n", sent, (u64)irq_logs[0].count);
	check("stormed", sent > 100 && irq_logs[0].count > 10);
}
