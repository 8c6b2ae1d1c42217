/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hard real-time task: its virtual timer releases it each period, it works for a known
 * number of instructions, and it keeps how long after the release it was done.
 *
 * A release is an instant, not an interrupt: what comes late is late by the clock. A job
 * that is not done when the next one is released delays it, and both count.
 */
#include "../gic.h"
#include "tests.h"

#define UART      UINT64_C(0x09000000)
#define UART_DR   0x00u
#define UART_IFLS 0x34u
#define UART_IMSC 0x38u
#define UART_ICR  0x44u
#define INT_RX    0x10u
#define INT_RT    0x40u

#define BINS       1024u
#define NS         UINT64_C(1000000000)
#define START_MS   5

static u64 first, period, hz;
static volatile u64 released;
static volatile bool asked;

static struct {
	u64 count, least, most, sum, missed;
	u64 bin[BINS];
} response;

static u64 ns_of(u64 ticks)
{
	return ticks / hz * NS + ticks % hz * NS / hz;
}

static void on_irq(u32 intid)
{
	if (intid == VTIMER) {
		released++;
		sysreg_write(cntv_cval_el0, first + released * period);
	} else if (intid == UART_INTID) {
		asked |= read32(UART + UART_DR) == 's';
		write32(UART + UART_ICR, INT_RX | INT_RT);
		dsb();
	}
}

static void listen(void)
{
	write32(UART + UART_IFLS, 0);
	write32(UART + UART_IMSC, INT_RX | INT_RT);
	gic_enable(UART_INTID);
}

/* Two instructions a turn. */
static void work(u64 turns)
{
	__asm__ volatile("1:	subs	%0, %0, #1\n"
			 "	b.ne	1b"
			 : "+r"(turns)
			 :
			 : "cc");
}

/* Busy: less urgent work fills the time, and uses the budget up that the job might want. */
static void wait_for_release(u64 job, bool busy)
{
	while (busy && released <= job)
		;
	while (released <= job) {
		irq_off();
		if (released <= job)
			wfi();
		irq_on();
	}
}

static void note(u64 ns, u64 deadline, u64 width)
{
	const u64 at = ns / width;

	response.count++;
	response.sum += ns;
	response.least = response.count == 1 || ns < response.least ? ns : response.least;
	response.most = ns > response.most ? ns : response.most;
	response.missed += ns > deadline;
	response.bin[at < BINS ? at : BINS - 1]++;
}

static void tell(void)
{
	print("probe: periodic: jobs %u least %u most %u mean %u missed %u\n", response.count,
	      response.least, response.most,
	      response.count == 0 ? 0 : response.sum / response.count, response.missed);
}

static void tell_bins(u64 width)
{
	print("probe: periodic: bins of %u ns, the last is open: %u\n", width, (u64)BINS);
	for (u32 i = 0; i < BINS; i++) {
		if (response.bin[i] != 0)
			print("probe: periodic: bin %u holds %u\n", (u64)i, response.bin[i]);
	}
}

static void begin(u64 period_us)
{
	hz = sysreg_read(cntfrq_el0);
	period = hz * period_us / 1000000;
	released = 0;
	first = counter() + ticks_of_ms(arg("after", START_MS));
	sysreg_write(cntv_cval_el0, first);
	sysreg_write(cntv_ctl_el0, 1);
	irq_on();
}

/*
 * probe.period and probe.deadline in us, probe.work in turns, probe.periods; probe.bin in ns;
 * probe.busy=1 for less urgent work besides. The first release comes after probe.after ms.
 * The key s asks for a line; printing takes long, so the jobs of that time do not count.
 */
void test_periodic(void)
{
	const u64 periods = arg("periods", 2000), turns = arg("work", 2500);
	const u64 deadline = arg("deadline", 2000) * 1000, width = arg("bin", 1000);
	const bool busy = arg("busy", 0) != 0;
	u64 uncounted = 0;

	gic_init();
	gic_handler = on_irq;
	gic_enable(VTIMER);
	listen();
	begin(arg("period", 2000));
	for (u64 job = 0; response.count < periods; job++) {
		wait_for_release(job, busy);
		work(turns);
		if (job >= uncounted)
			note(ns_of(counter() - first - job * period), deadline, width);
		if (!asked)
			continue;
		asked = false;
		tell();
		uncounted = (counter() - first) / period + 2;
	}
	sysreg_write(cntv_ctl_el0, 0);
	irq_off();
	tell();
	tell_bins(width);
	check_eq("jobs", response.count, periods);
}
