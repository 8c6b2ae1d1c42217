/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 by both conduits: each function, each error, and what a started vCPU finds. */
#include "../psci.h"
#include "../gic.h"
#include "tests.h"

#define CYCLES     100u
#define MAX_WAKES  20u
#define POWER_DOWN (1u << 16)
#define UNMAPPED   UINT64_C(0x00001000)
#define EL1H       5u
#define SCTLR_M    1u

typedef u64 (*conduit)(u64 function, u64 a, u64 b, u64 c);
static conduit call;

static const u32 offered[] = {PSCI_VERSION, PSCI_CPU_OFF, PSCI_CPU_ON, PSCI_CPU_ON_32,
			      PSCI_AFFINITY_INFO, PSCI_AFFINITY_INFO_32, PSCI_MIGRATE_INFO_TYPE,
			      PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET, PSCI_FEATURES,
			      PSCI_CPU_SUSPEND, 0x84000001};
/* Migrate, migrate info up CPU, freeze, default suspend, node state, system suspend, modes,
 * statistics, reset2, memory protect; and what nobody defined. */
static const u32 refused[] = {0x84000005, 0xc4000005, 0xc4000007, 0x8400000b, 0xc400000c,
			      0xc400000d, 0xc400000e, 0x8400000f, 0xc4000010, 0xc4000011,
			      0xc4000012, 0x84000013, 0xc4000014, 0x8400001f, 0xc4000000};

static void test_features(void)
{
	bool ok = true;

	check_eq("version", call(PSCI_VERSION, 0, 0, 0), 0x10001);
	check_eq("migrate info type", call(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
	for (u32 i = 0; i < COUNT(offered); i++)
		ok &= quiet_eq("feature", offered[i], call(PSCI_FEATURES, offered[i], 0, 0), 0);
	check("features of what is offered", ok);
	check_eq("SMCCC_VERSION is discoverable", call(PSCI_FEATURES, 0x80000000, 0, 0), 0);
	ok = true;
	for (u32 i = 0; i < COUNT(refused); i++)
		ok &= quiet_eq("feature", refused[i], call(PSCI_FEATURES, refused[i], 0, 0),
			       PSCI_NOT_SUPPORTED);
	check("features of what is not", ok);
	ok = true;
	for (u32 i = 0; i < COUNT(refused); i++)
		ok &= quiet_eq("call", refused[i], call(refused[i], 0, 0, 0), PSCI_NOT_SUPPORTED);
	check("calls of what is not", ok);
}

static void test_errors(void)
{
	const u64 entry = (u64)vcpu_entry;

	check_eq("info of itself", call(PSCI_AFFINITY_INFO, 0, 0, 0), AFFINITY_ON);
	check_eq("info of a vCPU that is off", call(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_OFF);
	check_eq("info by 32 bits ignores the high half",
		 call(PSCI_AFFINITY_INFO_32, UINT64_C(0xdead00000001), UINT64_C(0xbeef00000000), 0),
		 AFFINITY_OFF);
	check_eq("info of no vCPU", call(PSCI_AFFINITY_INFO, 2, 0, 0), PSCI_INVALID);
	check_eq("info of a foreign cluster", call(PSCI_AFFINITY_INFO, 0x100, 0, 0), PSCI_INVALID);
	check_eq("info of a level that is not there",
		 call(PSCI_AFFINITY_INFO, 0, 4, 0), PSCI_INVALID);
	check_eq("on: itself", call(PSCI_CPU_ON, 0, entry, 0), PSCI_ALREADY_ON);
	check_eq("on: no vCPU", call(PSCI_CPU_ON, 2, entry, 0), PSCI_INVALID);
	check_eq("on: a physical CPU of the other",
		 call(PSCI_CPU_ON, 3, entry, 0), PSCI_INVALID);
	check_eq("on: foreign affinity",
		 call(PSCI_CPU_ON, UINT64_C(1) << 32, entry, 0), PSCI_INVALID);
	check_eq("on: entry outside", call(PSCI_CPU_ON, 1, UNMAPPED, 0), PSCI_INVALID_ADDRESS);
	check_eq("on: entry in the hypervisor", call(PSCI_CPU_ON, 1, 0x40200000, 0),
		 PSCI_INVALID_ADDRESS);
	check_eq("on: entry in a device", call(PSCI_CPU_ON, 1, 0x09000000, 0), PSCI_INVALID_ADDRESS);
	check_eq("on: entry beyond all", call(PSCI_CPU_ON, 1, UINT64_C(0xffff000000000000), 0),
		 PSCI_INVALID_ADDRESS);
	check_eq("on: entry at the end of RAM", call(PSCI_CPU_ON, 1, ram_base() + ram_size(), 0),
		 PSCI_INVALID_ADDRESS);
	check_eq("still off", call(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_OFF);
}

struct found {
	u64 current_el, daif, sctlr, mpidr, spsel;
};
static struct found found;

static void look(struct vcpu_start *start)
{
	found.current_el = sysreg_read(CurrentEL);
	found.mpidr = sysreg_read(mpidr_el1);
	found.daif = start->daif;
	found.sctlr = start->sctlr;
	start->state = 1;
	while (start->state == 1)
		;
	call(PSCI_CPU_OFF, 0, 0, 0);
}

static struct vcpu_start second = {.index = 1, .run = look};

static void test_state(void)
{
	check("CPU_ON starts the second vCPU", vcpu_run(&second));
	check_eq("info while it runs", call(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_ON);
	check_eq("on while it runs", call(PSCI_CPU_ON, 1, (u64)vcpu_entry, (u64)&second),
		 PSCI_ALREADY_ON);
	check_eq("starts at EL1", found.current_el, 4);
	check_eq("starts with exceptions masked", found.daif, 0x3c0);
	check_eq("starts with the MMU and caches off", found.sctlr & 0x1005, 0);
	check_eq("has affinity 1", found.mpidr & UINT64_C(0xff00ffffff), 1);
	second.state = 2;
	check("CPU_OFF", vcpu_wait_off(1));
}

static void dirty(struct vcpu_start *start)
{
	/* The next start must not see these. */
	start->state = 1;
	sysreg_write(vbar_el1, 0xdead0000);
	sysreg_write(cntv_ctl_el0, 1);
	sysreg_write(cntkctl_el1, 3);
	sysreg_write(tpidr_el1, 0xdead);
	call(PSCI_CPU_OFF, 0, 0, 0);
}

static void test_cycles(void)
{
	bool ok = true;

	second.run = dirty;
	for (u32 i = 0; i < CYCLES && ok; i++)
		ok = vcpu_run(&second) && vcpu_wait_off(1);
	second.run = look;
	check("a hundred times on and off", ok);
}

static struct context context;

static u64 set_alarm(void)
{
	const u64 deadline = counter() + ticks_of_ms(10);

	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
	isb();
	return deadline;
}

/* Waking early is allowed, not waiting at all is not. */
static bool standby_until(u64 deadline)
{
	u64 wakes = 0;

	while (counter() < deadline) {
		if (call(PSCI_CPU_SUSPEND, 0, 0, 0) != PSCI_SUCCESS)
			return false;
		wakes++;
	}
	return wakes <= MAX_WAKES;
}

static volatile u64 resumes;

static void power_down_until(u64 deadline)
{
	resumes = 0;
	if (context_save(&context) != 0)
		resumes++;
	if (counter() >= deadline || resumes > MAX_WAKES)
		return;
	clean(&context, sizeof(context));
	check_eq("power-down returned", call(PSCI_CPU_SUSPEND, POWER_DOWN, (u64)resume_entry,
					     (u64)&context), PSCI_SUCCESS);
}

static void test_suspend(void)
{
	gic_init();
	gic_enable(VTIMER);
	check("standby until the timer", standby_until(set_alarm()));
	check_eq("power-down with an entry outside",
		 call(PSCI_CPU_SUSPEND, POWER_DOWN, UNMAPPED, 0), PSCI_INVALID_ADDRESS);
	check_eq("suspend to an unknown state", call(PSCI_CPU_SUSPEND, 0xff, (u64)resume_entry, 0),
		 PSCI_INVALID);
	sysreg_write(cntv_ctl_el0, 0);
	gic_init();
}

static void power_down_once(void)
{
	gic_init();
	gic_enable(VTIMER);
	power_down_until(set_alarm());
	sysreg_write(cntv_ctl_el0, 0);
}

/* Often: each time leaves EL2 by a way that no ordinary exit takes. */
void test_powerdown(void)
{
	bool ok = true;

	for (u32 i = 0; i < CYCLES && ok; i++) {
		call = i % 2 == 0 ? hvc : smc;
		power_down_once();
		ok = resumes >= 1 && resumes <= MAX_WAKES;
	}
	check("a hundred power-downs until the timer", ok);
	gic_init();
}

static void run_all(void)
{
	test_features();
	test_errors();
	test_state();
	test_cycles();
	test_suspend();
}

void test_psci(void)
{
	say("by HVC");
	call = hvc;
	run_all();
	if (arg("smc", 1) == 0)
		return;
	say("by SMC");
	call = smc;
	run_all();
}

/* The second vCPU goes on and off without end, while the runner looks at the victim. */
void test_hotplug(void)
{
	const u64 end = counter() + ticks_of_ms(arg("ms", 1500));
	u64 cycles = 0;
	bool ok = true;

	call = hvc;
	second.run = dirty;
	while (ok && counter() < end) {
		ok = vcpu_run(&second) && vcpu_wait_off(1);
		cycles++;
	}
	check("on and off without pause", ok && cycles > 10);
}
