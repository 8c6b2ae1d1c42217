/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A neighbour on the same CPU that wants more than its share, each kind in its own way.
 * It keeps the time that it got: probe.ms of the clock pass, then it says how much of
 * that it ran, and with probe.off it switches itself off. Without probe.ms it goes on for ever.
 */
#include "../gic.h"
#include "../psci.h"
#include "tests.h"

#define UART      UINT64_C(0x09000000)
#define UART_DR   0x00u
#define HAVEN_YIELD  0xc6000001u
#define HAVEN_BUDGET 0xc6000002u
#define HAVEN_WRITE  0xc6000004u
#define EIGHT_BYTES  UINT64_C(0x2e2e2e2e2e2e2e2e)
#define ABSENT    UINT64_C(0x20000000) /* nobody's address */
#define NS        UINT64_C(1000000000)

/* Longer than any exit, shorter than any time that a budget makes it wait. */
#define AWAY_US   60

static u64 kept, last, away;
static u64 rounds;

/* What lies between two calls is its own time, unless it was away. */
static void keep_time(void)
{
	const u64 now = counter();

	if (now - last < away)
		kept += now - last;
	last = now;
}

static u64 ns_of(u64 ticks)
{
	const u64 hz = sysreg_read(cntfrq_el0);

	return ticks / hz * NS + ticks % hz * NS / hz;
}

/* ---- kinds ---- */

static void set_timer(u64 deadline)
{
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
	isb();
}

/* The timer fires again as soon as it was ended; an SGI sends the next one. */
static void on_rearm(u32 intid)
{
	if (intid == VTIMER)
		sysreg_write(cntv_cval_el0, counter());
	else
		sysreg_write(cntp_cval_el0, counter());
	isb();
	rounds++;
	keep_time();
}

static void on_storm(u32 intid)
{
	if (intid < 16)
		gic_sgi((intid + 1) % 16, 1);
	else
		gic_set(ISPENDR, UART_INTID);
	rounds++;
	keep_time();
}

static void on_nap(u32 intid)
{
	(void)intid;
	sysreg_write(cntv_ctl_el0, 0);
	isb();
}

static void begin_rearm(void)
{
	gic_handler = on_rearm;
	gic_enable(VTIMER);
	gic_enable(PTIMER);
	sysreg_write(cntp_cval_el0, counter());
	sysreg_write(cntp_ctl_el0, 1);
	set_timer(counter());
	irq_on();
}

static void begin_storm(void)
{
	gic_handler = on_storm;
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	gic_enable(UART_INTID);
	irq_on();
	gic_sgi(0, 1);
	gic_set(ISPENDR, UART_INTID);
}

static void begin_nap(void)
{
	gic_handler = on_nap;
	gic_enable(VTIMER);
}

static void call(void)
{
	hvc(PSCI_VERSION, 0, 0, 0);
	hvc(0xffffffff, 0, 0, 0);
	hvc(HAVEN_BUDGET, 0, 0, 0);
}

static void fault(void)
{
	trap_expect();
	(void)read32(ABSENT);
	trap_taken();
}

static void flood(void)
{
	for (u32 i = 0; i < 64; i++)
		write32(UART + UART_DR, i == 63 ? '\n' : '.');
}

static void poke_gic(void)
{
	write32(SGI_FRAME(0) + ISENABLER, 0xffffffff);
	write32(GICD + ISENABLER + 4, 0xffffffff);
	write32(GICD + ICENABLER + 4, 0xffffffff);
	(void)read32(GICD + ISPENDR + 4);
	gic_sgi_raw(UINT64_C(1) << 40 | 0xffff);
}

/* As short as a timer can make it: each nap is two world switches. */
static void nap(void)
{
	irq_off();
	set_timer(counter() + ticks_of_ms(1) / 200);
	wfi();
	last = counter();
	irq_on();
	irq_off();
}

/* ---- the brink of the budget ---- */

static u64 hvc_budget(void)
{
	register u64 x0 __asm__("x0") = HAVEN_BUDGET;
	register u64 x2 __asm__("x2");

	__asm__ volatile("hvc #0" : "+r"(x0), "=r"(x2) : : "x1", "x3", "memory");
	return x2;
}

static u64 hvc_overruns(void)
{
	register u64 x0 __asm__("x0") = HAVEN_BUDGET;
	register u64 x3 __asm__("x3");

	__asm__ volatile("hvc #0" : "+r"(x0), "=r"(x3) : : "x1", "x2", "memory");
	return x3;
}

/* Each without a record in the journal, where the overruns are to be seen. */
static void long_exit(u64 which)
{
	switch (which % 3) {
	case 0:
		hvc(HAVEN_WRITE, 1, EIGHT_BYTES, 0);
		break;
	case 1:
		write32(SGI_FRAME(0) + ICENABLER, 0xffffffff);
		break;
	default:
		gic_sgi((u32)which / 3 % 16, 1);
		break;
	}
}

/*
 * Runs until so little is left of its budget that the exit which it then makes ends behind
 * it. How little goes through all values up to 16 us, a tick at a time.
 */
static void brink(void)
{
	const u64 hz = sysreg_read(cntfrq_el0);
	const u64 step = rounds % (hz / 62500);
	const u64 left = hvc_budget() * hz / NS;
	const u64 end = counter() + (left > step ? left - step : 0);

	while (counter() < end)
		keep_time();
	long_exit(rounds);
}

/* ---- a second vCPU, on another CPU ---- */

#define RTC_INTID 34u

static void route_to(u64 vcpu)
{
	write64(GICD + IROUTER + 8 * RTC_INTID, vcpu);
}

/* An interrupt at the first vCPU's CPU, and its end without that vCPU, which is off. */
static void again_by_pending(void)
{
	gic_set(ISPENDR, RTC_INTID);
	gic_set(ICPENDR, RTC_INTID);
}

static void again_by_active(void)
{
	gic_set(ISACTIVER, RTC_INTID);
	gic_set(ISPENDR, RTC_INTID);
	gic_set(ICACTIVER, RTC_INTID);
}

static void again_by_route(void)
{
	route_to(0);
	gic_set(ISPENDR, RTC_INTID);
	route_to(1);
}

static void again_by_enable(void)
{
	gic_disable(RTC_INTID);
	gic_set(ISPENDR, RTC_INTID);
	gic_enable(RTC_INTID);
	gic_set(ICPENDR, RTC_INTID);
}

/* probe.way tells which. The lock of the partition is not what this is about, hence the pauses. */
static void run_second(struct vcpu_start *start)
{
	static void (*const ways[])(void) = {again_by_pending, again_by_active, again_by_route,
					     again_by_enable};
	void (*const way)(void) = ways[arg("way", 0) % COUNT(ways)];

	gic_init_vcpu();
	irq_on();
	start->state = 1;
	for (;;) {
		const u64 end = counter() + ticks_of_ms(1) / 50;

		way();
		while (counter() < end)
			;
	}
}

static struct vcpu_start second = {.index = 1, .run = run_second};

static void begin_second(void)
{
	gic_set(IGROUPR, RTC_INTID);
	gic_priority(RTC_INTID, 0x80);
	route_to(0);
	gic_enable(RTC_INTID);
	check("second vCPU runs", vcpu_run(&second));
	hvc(PSCI_CPU_OFF, 0, 0, 0);
}

/* ---- all of them ---- */

static bool same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

enum kind { IDLE, SPIN, CALLS, FAULT, FLOOD, GIC, NAP, REARM, STORM, BRINK,
	    YIELD, RESET, SECOND, KINDS };
static const char *const names[KINDS] = {"idle", "spin", "calls", "fault", "flood", "gic",
					 "nap", "rearm", "storm", "brink", "yield", "reset", "second"};

static enum kind kind_asked(void)
{
	const char *name = arg_text("kind");

	for (u32 i = 0; name != 0 && i < KINDS; i++) {
		if (same(names[i], name))
			return (enum kind)i;
	}
	return IDLE;
}

static void begin(enum kind kind)
{
	if (kind == REARM)
		begin_rearm();
	else if (kind == STORM)
		begin_storm();
	else if (kind == NAP)
		begin_nap();
	else if (kind == SECOND)
		begin_second();
}

static void one_round(enum kind kind)
{
	switch (kind) {
	case CALLS:
		call();
		break;
	case FAULT:
		fault();
		break;
	case FLOOD:
		flood();
		break;
	case GIC:
		poke_gic();
		break;
	case NAP:
		nap();
		break;
	case BRINK:
		brink();
		break;
	case YIELD:
		hvc(HAVEN_YIELD, 0, 0, 0);
		break;
	case RESET: /* its memory is cleared and loaded again, and again */
		restart();
		break;
	default:
		break;
	}
	rounds++;
	keep_time();
}

void test_hostile(void)
{
	const enum kind kind = kind_asked();
	const u64 ms = arg("ms", 0);
	u64 start;

	gic_init();
	print("probe: hostile: kind %s\n", names[kind]);
	while (kind == IDLE)
		wfi();
	away = sysreg_read(cntfrq_el0) * AWAY_US / 1000000;
	start = counter();
	last = start;
	begin(kind);
	while (ms == 0 || last - start < ticks_of_ms(ms))
		one_round(kind);
	irq_off();
	print("probe: hostile: ran %u of %u ns, rounds %u overruns %u\n", ns_of(kept),
	      ns_of(last - start), rounds, hvc_overruns());
	if (arg("off", 0) != 0)
		power_off();
}
