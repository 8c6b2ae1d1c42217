/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One life of the partition: it starts from a fresh image and clean memory, leaves traces,
 * and ends by a fault, a reset or power off. The next life, if any, tells again.
 */
#include "../gic.h"
#include "../psci.h"
#include "tests.h"

#define MARK UINT64_C(0x6d61726b6d61726b)

static volatile u64 initialised = 0x1234;

/* A timer interrupt that the last life took and never finished must not block this one. */
static void test_timer_is_free(void)
{
	gic_init();
	gic_enable(VTIMER);
	sysreg_write(cntv_cval_el0, counter());
	sysreg_write(cntv_ctl_el0, 1);
	isb();
	delay_ms(5);
	check_eq("timer interrupt", gic_ack(), VTIMER);
}

static void clean_start(void)
{
	volatile u64 *const above = (u64 *)(((u64)image_end + 0xffff) & ~UINT64_C(0xfff));
	volatile u64 *const second = (u64 *)arg("second", (u64)above);

	check_eq("initialised data", initialised, 0x1234);
	check_eq("memory above the image", *above, 0);
	check_eq("second region of memory", *second, 0);
	check_eq("second vCPU", hvc(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_OFF);
	check_eq("timer is off", sysreg_read(cntv_ctl_el0) & 1, 0);
	test_timer_is_free();
	initialised = MARK;
	*above = MARK;
	*second = MARK;
}

static void spin(struct vcpu_start *start)
{
	start->state = 1;
	for (;;)
		;
}

static struct vcpu_start second = {.index = 1, .run = spin};

/* The second vCPU runs, so that stopping has to reach it too. */
static void begin(void)
{
	clean_start();
	if (arg("smp", 1) != 0)
		check("second vCPU runs", vcpu_run(&second));
}

void test_fault(void)
{
	begin();
	report_end();
	say("now");
	write32(arg("at", 0x40200000), 0xbad);
	check("still here", false);
}

/* The vector itself faults: what is injected would fault for ever. */
void test_vector(void)
{
	begin();
	report_end();
	say("now");
	sysreg_write(vbar_el1, 0xdead0000);
	isb();
	(void)read32(0x40200000);
	check("still here", false);
}

void test_reset(void)
{
	begin();
	report_end();
	say("now");
	restart();
}

void test_off(void)
{
	begin();
	report_end();
	say("now");
	power_off();
}
