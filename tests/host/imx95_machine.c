/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <arm64/instruction.h>
#include <haven/hal/cache.h>
#include <haven/hal/vcpu.h>

#include "boot.h"
#include "fake_bus.h"
#include "fake_dram.h"
#include "imx95_machine.h"
#include "trap.h"
#include "trdc_fixture.h"

#define IMAGE_BASE  UINT64_C(0x90200000)
#define OWN_END     UINT64_C(0xa0000000)
#define GUEST_BASE  UINT64_C(0xa0000000)
#define GUEST_SIZE  UINT64_C(0x60000000)
#define WINDOW      UINT64_C(0x7fc0000000) /* the last GB of 39 bits */
#define WINDOW_END  UINT64_C(0x8000000000)
#define PAGE        UINT64_C(0x1000)
#define HOST_STACK  0x40000u
#define REGISTERS   128u

#define PSCI_CPU_ON     UINT64_C(0xc4000003)
#define PSCI_SYSTEM_OFF UINT64_C(0x84000008)

struct imx95 imx95;
struct fake_gicv3 imx95_gic;
struct fake_lpuart imx95_uart;
struct fake_smmu imx95_smmu;
struct fake_sm imx95_sm;

enum state { OFF, READY, RUNS, WAITS };

static struct core {
	enum state state;
	ucontext_t context;
	bool looked;          /* it has acknowledged, or tried to, since it last waited */
	struct hv_cpu *start; /* what CPU_ON's mailbox named; NULL: the boot CPU */
	struct {
		const char *name;
		hv_u64 value;
	} reg[REGISTERS];
	hv_u32 regs;
} cores[IMX95_CPUS];
static ucontext_t scheduler;
static hv_u32 now;
static hv_u64 ticks;
static hv_u32 told_events; /* interrupts of the SMMU that the GIC has seen */
static int guest_memory = -1;

/* ---- time and turns ---- */

static hv_u64 *find(struct core *core, const char *name)
{
	for (hv_u32 i = 0; i < core->regs; i++) {
		if (strcmp(core->reg[i].name, name) == 0)
			return &core->reg[i].value;
	}
	return NULL;
}

hv_u64 imx95_sysreg(hv_u32 cpu, const char *name)
{
	hv_u64 value = 0;
	const hv_u64 *kept = find(&cores[cpu], name);

	if (kept != NULL)
		return *kept;
	if (!fake_gicv3_sysreg_read(&imx95_gic, cpu, name, &value))
		fake_fail("%s: a Cortex-A55 has no such register", name);
	return value;
}

static void update_lines(hv_u32 cpu)
{
	const hv_u64 *ctl = find(&cores[cpu], "cnthp_ctl_el2");
	const hv_u64 *cval = find(&cores[cpu], "cnthp_cval_el2");

	fake_gicv3_line(&imx95_gic, cpu, 26, (*ctl & 3) == 1 && *cval <= ticks);
	fake_gicv3_line(&imx95_gic, cpu, 51, fake_lpuart_irq(&imx95_uart));
	fake_gicv3_line(&imx95_gic, cpu, 258, fake_sm_irq(&imx95_sm));
	for (; told_events != imx95_smmu.event_irqs; told_events++) {
		fake_gicv3_line(&imx95_gic, cpu, 357, true);
		fake_gicv3_line(&imx95_gic, cpu, 357, false);
	}
}

static bool next_deadline(hv_u64 *deadline)
{
	bool any = false;

	for (hv_u32 i = 0; i < IMX95_CPUS; i++) {
		const hv_u64 cval = *find(&cores[i], "cnthp_cval_el2");

		if ((*find(&cores[i], "cnthp_ctl_el2") & 3) != 1 || (any && cval >= *deadline))
			continue;
		*deadline = cval;
		any = true;
	}
	return any && *deadline > ticks;
}

static void turn(hv_u32 cpu)
{
	const hv_u32 caller = now;

	now = cpu;
	cores[cpu].state = RUNS;
	swapcontext(&scheduler, &cores[cpu].context);
	now = caller;
}

static void yield(enum state state)
{
	cores[now].state = state;
	swapcontext(&cores[now].context, &scheduler);
}

static bool one_turn_each(void)
{
	bool any = false;

	for (hv_u32 i = 0; i < IMX95_CPUS && !imx95.off; i++) {
		update_lines(i);
		if (cores[i].state == READY ||
		    (cores[i].state == WAITS && fake_gicv3_signals(&imx95_gic, i))) {
			turn(i);
			any = true;
		}
	}
	return any;
}

void imx95_run(void)
{
	hv_u64 deadline = 0;

	while (!imx95.off) {
		if (one_turn_each())
			continue;
		if (!next_deadline(&deadline))
			return;
		ticks = deadline;
	}
}

/* ---- what start.S and vectors.S do ---- */

void hv_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair);
void hv_fp_reset(void);

void hv_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair)
{
	*find(&cores[now], "mair_el2") = mair;
	*find(&cores[now], "tcr_el2") = tcr;
	*find(&cores[now], "ttbr0_el2") = ttbr0;
	fake_access_note(FAKE_DEVICE, "MMU on", now, ttbr0, 0);
}

static void first_instruction(void)
{
	struct hv_cpu *cpu = cores[now].start;

	if (cpu == NULL)
		hv_main();
	*find(&cores[now], "tpidr_el2") = (hv_u64)cpu;
	hv_secondary_main(cpu);
}

_Noreturn void hv_hal_cpu_restart_loop(hv_u64 stack_top)
{
	(void)stack_top;
	hv_cpu_loop();
}

_Noreturn void hv_hal_vcpu_enter(hv_u64 entry, hv_u64 context, hv_u64 stack_top)
{
	if (imx95.entries == IMX95_ENTRIES)
		fake_fail("guests are entered again and again");
	imx95.entry[imx95.entries++] = (struct imx95_entry){now, entry, context, stack_top};
	fake_access_note(FAKE_DEVICE, "guest", now, entry, 0);
	for (;;) {
		yield(WAITS);
		hv_exit_irq();
	}
}

void hv_fp_reset(void)
{
}

void hv_hal_copy(void *to, const void *from, hv_u64 size)
{
	memcpy(to, from, size);
}

/* ---- the firewalls ---- */

static void load_firewalls(const struct hv_fw_policy *policy)
{
	static struct hv_trdc_word words[4096];
	hv_u32 count;

	for (hv_u32 t = 0; t < TRDC_COUNT; t++) {
		if (hv_trdc_compile(policy, t, words, 4096, &count) != HV_OK)
			fake_fail("TRDC %u: policy", t);
		for (hv_u32 i = 0; i < count; i++)
			models[t].word[words[i].offset / 4] = words[i].value;
		models[t].writer_secure = false; /* whoever writes now is an A55 */
	}
}

void imx95_open_firewall(void)
{
	load_firewalls(&rpmsg);
}

bool imx95_may_read(hv_u32 did, hv_u64 pa)
{
	return passes(did, pa, false, 4);
}

/* An access whose abort nobody would take is a test that proves nothing: SErrors of EL2 itself are
 * taken only with HCR_EL2.AMO. */
hv_u64 hv_probe_load(hv_u64 address);
hv_u64 hv_probe_load(hv_u64 address)
{
	hv_u64 pa, descriptor;

	if ((*find(&cores[now], "hcr_el2") & 0x20) == 0)
		fake_fail("guarded load at 0x%" PRIx64 " without HCR_EL2.AMO", address);
	if (!imx95_el2_walk(address, &pa, &descriptor))
		return UINT64_C(0x96000007); /* translation */
	if ((descriptor & 0x1c) != 0 || (descriptor >> 54 & 1) == 0)
		fake_fail("guarded load of 0x%" PRIx64 ", not mapped as a device", pa);
	if (imx95.witnesses == IMX95_WITNESSES)
		fake_fail("too many guarded loads");
	imx95.witness[imx95.witnesses++] = pa;
	fake_access_note(FAKE_DEVICE, "witness", pa, 0, 4);
	return passes(A55, pa, false, 4) ? 0 : UINT64_C(0x96000010); /* synchronous external abort */
}

/* ---- EL2's map ---- */

/* Table of 512 descriptors, VA = PA for tables: they are the hypervisor's own memory. */
static const hv_u64 *table_at(hv_u64 pa)
{
	if (pa < IMAGE_BASE || pa >= OWN_END)
		fake_fail("EL2 table at 0x%" PRIx64 ": not the hypervisor's memory", pa);
	return (const hv_u64 *)pa;
}

bool imx95_el2_walk(hv_u64 va, hv_u64 *pa, hv_u64 *descriptor)
{
	const hv_u64 address = UINT64_C(0x0000fffffffff000);
	hv_u64 table = *find(&cores[now], "ttbr0_el2");

	for (hv_u32 level = 1; level <= 3; level++) {
		const hv_u32 shift = 39 - 9 * level;
		const hv_u64 size = UINT64_C(1) << shift, entry = table_at(table & address)[va >> shift & 511];

		if ((entry & 1) == 0 || (level == 3 && (entry & 2) == 0))
			return false;
		if (level == 3 || (entry & 2) == 0) {
			*descriptor = entry;
			*pa = (entry & address & ~(size - 1)) | (va & (size - 1));
			return true;
		}
		table = entry;
	}
	return false;
}

/* Bytes from @p va on that neighbouring entries map one behind the other: one mapping here. */
static hv_u64 run_length(hv_u64 va, hv_u64 pa, hv_u64 attributes)
{
	hv_u64 size = PAGE, next, descriptor;

	while (imx95_el2_walk(va + size, &next, &descriptor) && next == pa + size &&
	       (descriptor & UINT64_C(0xfff0000000000fff)) == attributes)
		size += PAGE;
	return size;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	hv_u64 va = (hv_u64)info->si_addr;
	hv_u64 pa = 0, descriptor = 0;

	(void)signal_number;
	(void)context;
	if (va < WINDOW || va >= WINDOW_END || !imx95_el2_walk(va, &pa, &descriptor))
		fake_fail("EL2 data abort at 0x%" PRIx64, va);
	va &= ~(PAGE - 1);
	pa &= ~(PAGE - 1);
	if (pa < GUEST_BASE || pa - GUEST_BASE >= GUEST_SIZE)
		fake_fail("EL2's window shows 0x%" PRIx64 ", which is no guest's memory", pa);
	if (mmap((void *)va, run_length(va, pa, descriptor & UINT64_C(0xfff0000000000fff)),
		 (descriptor & 0x80) != 0 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 guest_memory, (off_t)(pa - GUEST_BASE)) == MAP_FAILED)
		fake_fail("no room for EL2's window");
}

hv_u8 *imx95_guest_memory(hv_u64 pa)
{
	static void *last;

	if (last != NULL)
		munmap(last, PAGE);
	last = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, guest_memory, (off_t)((pa & ~(PAGE - 1)) - GUEST_BASE));
	if (last == MAP_FAILED)
		fake_fail("no guest memory at 0x%" PRIx64, pa);
	return (hv_u8 *)last + (pa & (PAGE - 1));
}

/* ---- instructions ---- */

/* Who waits again without having looked what it woke up for has stopped for good. */
void fake_wfi(void)
{
	update_lines(now);
	if (fake_gicv3_signals(&imx95_gic, now) && !cores[now].looked)
		yield(OFF);
	cores[now].looked = false;
	if (!fake_gicv3_signals(&imx95_gic, now))
		yield(WAITS);
}

void fake_tlbi(const char *operation, hv_u64 operand)
{
	const hv_u64 va = operand << 12;

	if (strcmp(operation, "vae2") != 0) {
		fake_access_note(FAKE_DEVICE, operation, 0, 0, 0);
		return;
	}
	if (va < WINDOW || va >= WINDOW_END)
		fake_fail("TLBI VAE2 of 0x%" PRIx64 ", which never changes", va);
	munmap((void *)va, PAGE);
}

void fake_ic(const char *operation)
{
	fake_access_note(FAKE_DEVICE, operation, 0, 0, 0);
}

void fake_dc(const char *operation, hv_u64 address)
{
	if (strcmp(operation, "zva") == 0) {
		memset((void *)(address & ~UINT64_C(63)), 0, 64);
		return;
	}
	if (!fake_dram_line(address, strcmp(operation, "civac") == 0) &&
	    (address < WINDOW || address >= WINDOW_END))
		fake_fail("DC %s at 0x%" PRIx64 ": no memory there", operation, address);
}

/* ---- EL3 ---- */

/* Words of the mailbox as a core without caches reads them. */
static hv_u64 mailbox_word(hv_u64 mailbox, hv_u32 index)
{
	hv_u64 value = 0;

	if (!fake_dram_read(mailbox + 8 * index, &value, 8, false))
		fake_fail("CPU_ON: no mailbox at 0x%" PRIx64, mailbox);
	return value;
}

static void start_core(hv_u32 cpu, hv_u64 mailbox)
{
	*find(&cores[cpu], "ttbr0_el2") = mailbox_word(mailbox, 0);
	*find(&cores[cpu], "tcr_el2") = mailbox_word(mailbox, 1);
	*find(&cores[cpu], "mair_el2") = mailbox_word(mailbox, 2);
	cores[cpu].start = (struct hv_cpu *)mailbox_word(mailbox, 4);
	cores[cpu].state = READY;
	fake_access_note(FAKE_DEVICE, "core on", cpu, mailbox_word(mailbox, 3), 0);
}

/* Entered while the caller spins; the new core gets a turn at the caller's next look at time. */
static hv_u64 cpu_on(hv_u64 mpidr, hv_u64 entry, hv_u64 mailbox)
{
	const hv_u32 cpu = (hv_u32)(mpidr >> 8);

	if ((mpidr & ~UINT64_C(0x700)) != 0 || cpu >= IMX95_CPUS)
		return (hv_u64)-2;
	if (entry < imx95.least_entry)
		return (hv_u64)-2;
	if (cpu >= imx95.cores)
		return imx95.deaf_to_missing ? 0 : (hv_u64)-2;
	if (cores[cpu].state != OFF)
		return (hv_u64)-4;
	start_core(cpu, mailbox);
	return 0;
}

void fake_smc(hv_u64 *x)
{
	imx95.calls++;
	memcpy(imx95.last_call, x, sizeof(imx95.last_call));
	fake_access_note(FAKE_DEVICE, "SMC", x[0], x[1], 0);
	if (x[0] == PSCI_CPU_ON) {
		x[0] = cpu_on(x[1], x[2], x[3]);
	} else if (x[0] == PSCI_SYSTEM_OFF) {
		imx95.off = true;
		yield(OFF);
	} else {
		fake_fail("SMC 0x%" PRIx64 ": nobody asked for it", x[0]);
	}
}

/* ---- system registers ---- */

/* Whoever looks at time lets it pass, and lets cores that have just been started run. */
static hv_u64 look_at_time(void)
{
	ticks += imx95.ticks_per_look;
	for (hv_u32 i = 0; i < IMX95_CPUS; i++) {
		if (cores[i].state == READY) {
			yield(READY);
			break;
		}
	}
	return ticks;
}

static bool sysreg_read(void *unused, const char *name, hv_u64 *value)
{
	const hv_u64 *kept = find(&cores[now], name);

	(void)unused;
	if (strcmp(name, "cntpct_el0") == 0) {
		*value = look_at_time();
		return true;
	}
	if (strcmp(name, "icc_iar1_el1") == 0) {
		update_lines(now); /* it must not see them as they were */
		cores[now].looked = true;
	}
	if (kept != NULL)
		*value = *kept;
	return kept != NULL || fake_gicv3_sysreg_read(&imx95_gic, now, name, value);
}

static bool sysreg_write(void *unused, const char *name, hv_u64 value)
{
	hv_u64 *kept = find(&cores[now], name);

	(void)unused;
	if (kept != NULL)
		*kept = value;
	return kept != NULL || fake_gicv3_sysreg_write(&imx95_gic, now, name, value);
}

static void add(struct core *core, const char *name, hv_u64 value)
{
	if (core->regs == REGISTERS)
		fake_fail("%s: no room", name);
	core->reg[core->regs].name = name;
	core->reg[core->regs++].value = value;
}

/* Of a Cortex-A55: no FEAT_FGT, no FEAT_HCX. Out of reset most are UNKNOWN. */
static void add_registers(struct core *core, hv_u32 cpu)
{
	static const char *const unknown[] = {
		"hcr_el2", "cptr_el2", "hstr_el2", "cnthctl_el2", "cntvoff_el2", "cnthp_cval_el2",
		"vpidr_el2", "vmpidr_el2", "vtcr_el2", "vttbr_el2", "tpidr_el2", "esr_el2", "far_el2",
		"hpfar_el2", "elr_el2", "spsr_el2", "par_el1", "sctlr_el1", "actlr_el1", "cpacr_el1",
		"ttbr0_el1", "ttbr1_el1", "tcr_el1", "esr_el1", "far_el1", "afsr0_el1", "afsr1_el1",
		"mair_el1", "amair_el1", "vbar_el1", "contextidr_el1", "tpidr_el0", "tpidrro_el0",
		"tpidr_el1", "cntkctl_el1", "cntv_ctl_el0", "cntv_cval_el0", "cntp_ctl_el0",
		"cntp_cval_el0", "csselr_el1", "mdscr_el1", "mdccint_el1", "sp_el0", "sp_el1", "elr_el1",
		"spsr_el1", "oslar_el1", "ttbr0_el2", "tcr_el2", "mair_el2", "vbar_el2", "vdisr_el2",
	};
	static const char *const rows[7][8] = {
#define ROW(n) {"id_" n "_0", "id_" n "_1", "id_" n "_2", "id_" n "_3", "id_" n "_4", "id_" n "_5", "id_" n "_6", "id_" n "_7"}
		ROW("1"), ROW("2"), ROW("3"), ROW("4"), ROW("5"), ROW("6"), ROW("7"),
	};

	core->regs = 0;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		add(core, unknown[i], UINT64_C(0x5a5a5a5a5a5a5a5a));
	for (hv_u32 i = 0; i < 56; i++)
		add(core, rows[i / 8][i % 8], 0);
	add(core, "isr_el1", 0);
	add(core, "midr_el1", UINT64_C(0x412fd050));
	add(core, "mpidr_el1", UINT64_C(0x81000000) | cpu << 8); /* RES1, MT */
	add(core, "ctr_el0", UINT64_C(0x84448004));              /* lines of 64 bytes */
	add(core, "dczid_el0", 4);                               /* blocks of 64 bytes */
	add(core, "id_aa64mmfr0_el1", UINT64_C(0x101122));       /* 40 bits of address */
	add(core, "id_aa64mmfr1_el1", UINT64_C(0x10212122));     /* XNX, 16 bits of VMID */
	add(core, "id_aa64pfr0_el1", UINT64_C(0x1100000010112222));
	add(core, "mdcr_el2", 6);                                /* HPMN */
	add(core, "cnthp_ctl_el2", 0);
	add(core, "cntfrq_el0", 24000000);
}

static void start_context(hv_u32 cpu)
{
	getcontext(&cores[cpu].context);
	cores[cpu].context.uc_stack.ss_sp = malloc(HOST_STACK); /* not in the hypervisor's memory */
	cores[cpu].context.uc_stack.ss_size = HOST_STACK;
	cores[cpu].context.uc_link = NULL;
	makecontext(&cores[cpu].context, first_instruction, 0);
}

static void take_faults(void)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};

	action.sa_sigaction = on_fault;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void imx95_on(void)
{
	static const hv_u64 affinities[IMX95_CPUS] = {0, 0x100, 0x200, 0x300, 0x400, 0x500};
	static const struct fake_sysreg_model cpu = {sysreg_read, sysreg_write};

	fake_bus_reset();
	memset(&imx95, 0, sizeof(imx95));
	imx95.cores = IMX95_CPUS;
	imx95.least_entry = UINT64_C(0x90200000);
	imx95.ticks_per_look = 24; /* a microsecond */
	fake_dram_use(IMAGE_BASE, OWN_END - IMAGE_BASE);
	guest_memory = memfd_create("guests", 0);
	if (guest_memory < 0 || ftruncate(guest_memory, (off_t)GUEST_SIZE) != 0)
		fake_fail("no guest memory");
	take_faults();
	fake_gicv3_init(&imx95_gic, UINT64_C(0x48000000), UINT64_C(0x48060000), affinities, IMX95_CPUS);
	fake_lpuart_init(&imx95_uart, UINT64_C(0x44380000));
	fake_smmu_init(&imx95_smmu, UINT64_C(0x490d0000));
	imx95_smmu.idr[0] &= ~0x10u;                         /* COHACC: tables are not snooped */
	imx95_smmu.idr[1] = (imx95_smmu.idr[1] & ~0x3fu) | 6; /* six bits of stream id */
	imx95_smmu.idr[5] = (imx95_smmu.idr[5] & ~7u) | 2;   /* 40 bits of address */
	models_on();
	load_firewalls(&stock);
	fake_sm_init(&imx95_sm, UINT64_C(0x445b0000), &fake_sm_mx95evk);
	fake_sysreg_attach(&cpu, NULL);
	ticks = 24000000;
	for (hv_u32 i = 0; i < IMX95_CPUS; i++) {
		add_registers(&cores[i], i);
		cores[i].state = i == 0 ? READY : OFF;
		cores[i].looked = true;
		cores[i].start = NULL;
		start_context(i);
	}
}
