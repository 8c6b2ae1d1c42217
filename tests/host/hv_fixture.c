/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <haven/crc32.h>

#include "hv_fixture.h"

#define RW_X  UINT64_C(0x00000000000007fd) /* normal write-back, read-write, executable */
#define RW_XN UINT64_C(0x01400000000007fd) /* the same, never executed, shared */
#define SLOTS 64u

/* ---- the configuration ---- */

#define JOURNAL_BYTES (64 + SLOTS * 64)
static hv_u8 journals[FAKE_CPUS][JOURNAL_BYTES] __attribute__((aligned(64)));

hv_u8 trace[64 + 256 * 64] __attribute__((aligned(64)));

static hv_u8 dma_memory[0x40000] __attribute__((aligned(65536)));

static const struct hv_range reserved[] = {{0x08000000, 0x10000}, {0x080a0000, 0x80000}, {0x09000000, 0x1000}};

#ifdef HV_FIXTURE_DMA
#define BOARD_DMA .smmu = {0x09050000, 16, 106, 109}, .pci = {{FAKE_ECAM, 0x100000}, 0}, \
		  .its_base = 0x08080000, .its_coherent = true,
static const hv_u32 streams_one[] = {8, 24};
static const hv_u32 streams_two[] = {32};
static const struct hv_pci_function functions_one[] = {
	{"disk", 8, 0x10421af4, 36, {[1] = {0x10000000, 0x1000, false, false},
				     [4] = {0x10004000, 0x4000, true, true}}},
};
static const struct hv_pci_function functions_two[] = {
	{"edu", 32, 0x11e81234, 35, {[0] = {0x10100000, 0x100000, false, false}}},
};
/* One has two vectors for its function, on CPU 0; two has one, on CPU 2. */
static const struct hv_lpi_route lpis[] = {{1, 8, 64}, {1, 8, 65}, {2, 32, 64}};
#define CONFIG_DMA .dma_fault_limit = 3, .lpi_count = 3, .lpis = lpis,
#define DMA_ONE .dma = {streams_one, 2, functions_one, 1, 0, HV_DMA_LOG, 0x08090000, 64, 2, 0},
#define DMA_TWO .dma = {streams_two, 1, functions_two, 1, 1, HV_DMA_RESTART, 0x08090000, 64, 1, 2},
#else
#define BOARD_DMA
#define CONFIG_DMA
#define DMA_ONE
#define DMA_TWO
#endif

#ifdef HV_FIXTURE_SHARED
#define IRQS_SHARED , {49, 2, CPU_TWO}, {30, 2, CPU_TWO}
#define TIMING_ONE .timing = {{1, 10000000, 4000000}, 1, false, false},
#define TIMING_TWO .timing = {{2, 1000000, 300000}, 0, false, false},
#ifdef HV_FIXTURE_TRACE
#define CONFIG_TRACE .trace_pa = (hv_u64)trace, .trace_slots = 256,
#else
#define CONFIG_TRACE
#endif
#define CONFIG_SHARED .reserve = {[1] = {.period_ns = 1}}, /* EL2 takes no time of its own */ \
		      CONFIG_TRACE
#else
#define IRQS_SHARED
#define TIMING_ONE .timing = {.budget = {1, 1000, 500}},
#define TIMING_TWO
#define CONFIG_SHARED
#endif

#ifdef HV_FIXTURE_MCU
struct hv_fw_witness witnesses[4] = {
	{0x80000000, false}, {0x203c0000, false}, {0x49010000, false}, {0x88000000, true}};
struct hv_mcu_config core = {.lm = 1, .cpu = 1};
struct hv_hal_fw_config assumed = {
	.mu = 0x445b0000, .mu_irq = 61, .wait_us = 5000, .firmware = {"mx95evk", 0}, .mcu = &core,
	.witnesses = witnesses, .witness_count = 4};
#define CONFIG_MCU .firewall = &assumed, .mcu_name = "m7",
#else
#define CONFIG_MCU
#endif

#ifdef HV_FIXTURE_SCMI
static const struct hv_scmi_grant grants_one[] = {
	{HV_SCMI_CLOCK, 10, 12, true}, {HV_SCMI_CLOCK, 40, 40, false}, {HV_SCMI_POWER, 5, 5, true}};
static const struct hv_scmi_grant grants_two[] = {{HV_SCMI_CLOCK, 20, 20, true}};
#define SCMI_ONE .scmi = {SCMI_IPA, 110, {grants_one, 3}},
#define SCMI_TWO .scmi = {SCMI_IPA, 110, {grants_two, 1}},
#else
#define SCMI_ONE
#define SCMI_TWO
#endif

const struct hv_board hv_board = {
	.name = "fake",
	BOARD_DMA
	.gicd_base = 0x08000000,
	.gicr_base = 0x080a0000,
	.uart_base = 0x09000000,
	.uart_irq = 33,
	.intid_count = 288,
	.maintenance_ppi = 25,
	.hyp_timer_ppi = 26,
	.virtual_timer_ppi = 27,
	.physical_timer_ppi = 30,
	.cpu_count = 4,
	.mpidr = {0, 1, 2, 3},
	.reserved = reserved,
	.reserved_count = 3,
	.devices = reserved,
	.device_count = 3,
};

static const struct hv_mem_region regions_one[] = {
	{0x50000000, 0x50000000, RAM_SIZE, RW_X},
	{0x90000000, 0x90000000, 0x10000, RW_XN},
};
static const struct hv_mem_region regions_two[] = {
	{0x80000000, 0x80000000, RAM_SIZE, RW_X},
	{0x90000000, 0x90000000, 0x10000, RW_XN},
};
static const struct hv_range scrub_one[] = {{0x50000000, RAM_SIZE}};
static const struct hv_range scrub_two[] = {{0x80000000, RAM_SIZE}};
static const struct hv_irq_route irqs_one[] = {{27, 1, 0}, {27, 1, 1}, {40, 1, 0}, {41, 1, 1}};
static const struct hv_irq_route irqs_two[] = {{27, 2, CPU_TWO}, {48, 2, CPU_TWO} IRQS_SHARED};
static const struct hv_irq_trigger triggers_one[] = {{40, false, false}, {41, true, false}};
static const struct hv_irq_trigger triggers_two[] = {{48, false, false}, {49, true, true}};
static const hv_u32 smc_one[] = {0x82000001};

static const struct hv_partition_config partitions[] = {
	{
		.name = "one", .id = 1, .vcpu_count = 2, .vcpu_cpu = {0, 1},
		.mem = {1, regions_one, 2}, .scrub = scrub_one, .scrub_count = 1,
		.irqs = irqs_one, .irq_count = 4, .triggers = triggers_one, .trigger_count = 2,
		.entry_ipa = 0x50000000, .dtb_ipa = 0x50001000,
		.vuart_ipa = 0x09000000, .vuart_irq = 33,
		.fault_policy = HV_FAULT_INJECT,
		.smc_allowed = smc_one, .smc_allowed_count = 1,
		.doorbell_peers = 4, .doorbell_irq = 100,
		DMA_ONE
		TIMING_ONE
		SCMI_ONE
	},
	{
		.name = "two", .id = 2, .vcpu_count = 1, .vcpu_cpu = {CPU_TWO},
		.mem = {2, regions_two, 2}, .scrub = scrub_two, .scrub_count = 1,
		.irqs = irqs_two, .irq_count = sizeof(irqs_two) / sizeof(irqs_two[0]),
		.triggers = triggers_two, .trigger_count = 2,
		.entry_ipa = 0x80000040,
		.vuart_ipa = 0x09000000, .vuart_irq = 33,
		.fault_policy = HV_FAULT_RESTART, .max_restarts = 2,
		.doorbell_peers = 2, .doorbell_irq = 100,
		DMA_TWO
		TIMING_TWO
		SCMI_TWO
	},
};

static const struct hv_payload_config payloads[] = {
	{"kernel", 1, 0x50000000, 0x1000},
	{"tree", 1, 0x50001000, 0x1000},
	{"firmware", 2, 0x8000fff8, 0x2000},
};

const struct hv_config hv_config = {
	.name = "by-hand",
	.board = &hv_board,
	.hypervisor = {0x40000000, 0x10000000},
	.dma_memory = {(hv_u64)dma_memory, sizeof(dma_memory)},
	.journal_pa = (hv_u64)journals,
	.journal_slots = SLOTS,
	.ipa_bits = 36,
	.service_cpu = CPU_SERVICE,
	CONFIG_SHARED
	CONFIG_DMA
	CONFIG_MCU
	.partition_count = 2,
	.partitions = partitions,
	.payload_count = 3,
	.payloads = payloads,
};

/* ---- the image, and EL2's memory map as hypervisor/memory.c would make it ---- */

hv_u8 image[0x4000] __attribute__((aligned(4096)));
hv_u8 ram_one[RAM_SIZE] __attribute__((aligned(4096)));
hv_u8 ram_two[RAM_SIZE] __attribute__((aligned(4096)));
static hv_u8 shared[0x10000] __attribute__((aligned(4096)));
const hv_u8 hv_image_start[1] = {0};

#define WINDOW UINT64_C(0x10000) /* small, so that copies cross windows */

void hv_memory_init(const struct hv_config *config)
{
	(void)config;
}

hv_u64 hv_stack_top(hv_u32 cpu)
{
	return 0x41000000 + cpu * UINT64_C(0x2000);
}

const void *hv_image_tail(void)
{
	return IMAGE;
}

void *hv_window_open(hv_u32 cpu, hv_u64 pa, hv_u64 size)
{
	(void)cpu;
	(void)size;
	return fake_memory(pa);
}

hv_u64 device_window;

hv_u64 hv_window_open_device(hv_u32 cpu, hv_u64 pa)
{
	(void)cpu;
	assert_int_equal(device_window, 0);
	device_window = pa & ~UINT64_C(0xfff);
	return pa;
}

void hv_window_close(hv_u32 cpu, hv_u64 pa, hv_u64 size)
{
	(void)cpu;
	(void)pa;
	(void)size;
	device_window = 0;
}

hv_u64 hv_window_left(hv_u64 pa)
{
	return WINDOW - (pa & (WINDOW - 1));
}

static void image_file(hv_u32 index, const char *name, hv_u64 offset, hv_u64 size)
{
	hv_u8 *const bytes = image + offset;

	for (hv_u64 i = 0; i < size; i++)
		bytes[i] = (hv_u8)(i * 7 + index + 1);
	IMAGE->entry[index] = (struct hv_payload_entry){.offset = offset, .size = size};
	memcpy(IMAGE->entry[index].name, name, strlen(name) + 1);
	IMAGE->entry[index].crc = hv_crc32(0, bytes, size);
}

void image_seal(void)
{
	IMAGE->crc = hv_crc32(0, IMAGE->entry, IMAGE->count * 64);
}

static void image_make(void)
{
	memset(image, 0, sizeof(image));
	IMAGE->magic = 0x54505648;
	IMAGE->version = 1;
	IMAGE->count = 3;
	IMAGE->size = sizeof(image);
	image_file(0, "kernel", 0x1000, 100);
	image_file(1, "tree", 0x2000, 48);
	image_file(2, "firmware", 0x3000, 0x20);
	image_seal();
}

/* ---- the machine ---- */

static void secondary(struct hv_cpu *cpu)
{
	hv_cpu_prepare(cpu);
}

/* An SMMU as QEMU's but for 48 bits of output, an ITS, and the two PCI functions; present, but not in use without DMA. */
static void plug_devices(void)
{
	static const hv_u32 disk[6] = {0, 0xfffff000, 0, 0, 0xffffc000, 0xffffffff};

	fake.smmu.idr = (struct hv_smmu_idr){0x0d44101b, 0x02730010, 0, 0x75};
	fake.its = (struct fake_its){.typer = UINT64_C(0x1ef9b1), .devices = 512, .collections = 512};
	fake.function[0] = (struct fake_function){.present = true, .bdf = 8};
	memcpy(fake.function[0].bar_mask, disk, sizeof(disk));
	fake.function[0].bar_flags[4] = 0xc;
	memcpy(fake.function[0].space, "\xf4\x1a\x42\x10\x07\x00\x10\x00", 8);
	fake.function[1] = (struct fake_function){.present = true, .bdf = 32, .bar_mask = {0xfff00000}};
	memcpy(fake.function[1].space, "\x34\x12\xe8\x11\x06\x00\x10\x00", 8);
	fake.function[2] = (struct fake_function){.present = true, .bdf = 40};
	memcpy(fake.function[2].space, "\x34\x12\xe8\x11\x06\x00\x00\x00", 8);
}

void machine_on(void)
{
	fake_reset();
	fake.secondary = secondary;
	memset(journals, 0, sizeof(journals));
	memset(ram_one, 0xee, sizeof(ram_one));
	memset(ram_two, 0xee, sizeof(ram_two));
	memset(shared, 0x77, sizeof(shared));
	fake_memory_add(RAM_ONE, ram_one, sizeof(ram_one));
	fake_memory_add(RAM_TWO, ram_two, sizeof(ram_two));
	fake_memory_add(SHARED, shared, sizeof(shared));
	plug_devices();
	image_make();
}

void boot(void)
{
	machine_on();
	FAKE_RUN(hv_main());
	if (fake.end != FAKE_LOOPED)
		fail_msg("boot ended with %d: %s", (int)fake.end, fake.out);
}

void boot_guests(void)
{
	boot();
#ifdef HV_FIXTURE_DMA
	loop(0); /* loads, and asks the service CPU for its DMA */
	loop(2);
	serve();
#endif
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(1);
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
	serve();
	fake.counter += FAKE_HZ / 1000; /* whoever asks for service now is served at once */
	(void)fake_sent();
	fake_log_clear();
}

/* Whatever happened, nobody holds a lock when EL2 is left. */
static void assert_unlocked(void)
{
	assert_int_equal(ONE->lock.next, ONE->lock.serving);
	assert_int_equal(TWO->lock.next, TWO->lock.serving);
}

void loop(hv_u32 cpu)
{
	fake_on(cpu);
	FAKE_RUN(hv_cpu_loop());
	assert_unlocked();
}

void call(hv_u32 cpu, hv_u64 esr, hv_u64 x[31])
{
	static struct hv_frame frame;

	fake_on(cpu);
	memcpy(frame.x, x, sizeof(frame.x));
	fake.cpu[cpu].exit.esr = esr;
	if (hv_cpus[cpu].shared != NULL)
		FAKE_RUN(hv_shared_sync(&frame));
	else
		FAKE_RUN(hv_exit_call(&frame, esr));
	assert_unlocked();
	memcpy(x, frame.x, sizeof(frame.x));
}

hv_u64 hvc(hv_u32 cpu, hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3)
{
	hv_u64 x[31] = {function, a1, a2, a3};

	call(cpu, ESR_HVC, x);
	return x[0];
}

void trap(hv_u32 cpu, hv_u64 esr, hv_u64 ipa, hv_u64 x[31])
{
	static struct hv_frame frame;

	fake_on(cpu);
	memcpy(frame.x, x, sizeof(frame.x));
	fake.cpu[cpu].exit.esr = esr;
	fake.cpu[cpu].exit.far = UINT64_C(0xffff000000000000) | (ipa & 0xfff);
	fake.cpu[cpu].exit.hpfar = ipa >> 12 << 4;
	if (hv_cpus[cpu].shared != NULL)
		FAKE_RUN(hv_shared_sync(&frame));
	else
		FAKE_RUN(hv_exit_trap(&frame));
	assert_unlocked();
	memcpy(x, frame.x, sizeof(frame.x));
}

hv_u64 load32(hv_u32 cpu, hv_u64 ipa)
{
	hv_u64 x[31] = {0};

	x[5] = 0xdead;
	trap(cpu, ESR_LOAD32, ipa, x);
	return x[5];
}

void store32(hv_u32 cpu, hv_u64 ipa, hv_u64 value)
{
	hv_u64 x[31] = {0};

	x[5] = value;
	trap(cpu, ESR_STORE32, ipa, x);
}

void take_irqs(hv_u32 cpu)
{
	fake_on(cpu);
	fake.end = FAKE_RETURNED;
	while ((fake.cpu[cpu].sgis != 0 || fake.cpu[cpu].irqs != 0) && fake.end == FAKE_RETURNED) {
		if (hv_cpus[cpu].shared != NULL)
			FAKE_RUN(hv_shared_irq(&fake.cpu[cpu].frame));
		else
			FAKE_RUN(hv_exit_irq());
	}
	assert_unlocked();
}

void serve(void)
{
	hv_u32 steps = 0;

	loop(3);
	while (fake.cpu[3].timer_on) {
		assert_true(steps++ < 10000);
		if (fake.counter < fake.cpu[3].deadline)
			fake.counter = fake.cpu[3].deadline;
		fake_irq(3, 26);
		loop(3);
	}
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

/* ---- what happened ---- */

static const struct hv_journal *journal(hv_u32 cpu)
{
	return (const struct hv_journal *)(const void *)journals[cpu];
}

hv_u32 records(hv_u32 cpu)
{
	return hv_journal_next(journal(cpu)) - 1;
}

struct hv_journal_record newest(hv_u32 cpu)
{
	struct hv_journal_record record;

	assert_int_equal(hv_journal_read(journal(cpu), records(cpu), &record), 0);
	return record;
}

struct hv_journal_record newest_of(hv_u32 cpu, hv_u32 kind)
{
	struct hv_journal_record record = {.kind = 0};

	for (hv_u32 i = records(cpu); i != 0 && record.kind != kind; i--)
		assert_int_equal(hv_journal_read(journal(cpu), i, &record), 0);
	assert_int_equal(record.kind, kind);
	return record;
}

hv_u64 lr_of(hv_u32 cpu, hv_u32 intid)
{
	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		const hv_u64 lr = fake.cpu[cpu].lr[i];

		if ((lr >> 62) != 0 && (lr & 0xffffffff) == intid)
			return lr;
	}
	return 0;
}

struct hv_partition_config *own_config(struct hv_partition *p)
{
	static struct hv_partition_config copy[2];
	struct hv_partition_config *const mine = &copy[p - hv_partitions];

	*mine = *p->config;
	p->config = mine;
	return mine;
}

/* ---- one process per test ---- */

static int run_one(const struct CMUnitTest *test)
{
	const struct CMUnitTest one[] = {*test};

	return _cmocka_run_group_tests(test->name, one, 1, NULL, NULL) == 0 ? 0 : 1;
}

int run_isolated(const struct CMUnitTest *tests, size_t count)
{
	int failures = 0;

	for (size_t i = 0; i < count; i++) {
		int status = 1;
		pid_t child;

		fflush(NULL);
		child = fork();
		if (child == 0)
			exit(run_one(&tests[i]));
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			printf("FAILED: %s\n", tests[i].name);
			failures++;
		}
	}
	printf("%zu tests, %d failed\n", count, failures);
	return failures;
}
