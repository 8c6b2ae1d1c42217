/* SPDX-License-Identifier: Apache-2.0 */
/* The boot story of the first CPU. Any refusal stops before a guest runs. */
#include <haven/hal/gic.h>
#include <haven/hal/uart.h>

#include "boot.h"
#include "console.h"
#include "dma.h"
#include "dma_memory.h"
#include "gic.h"
#include "image.h"
#include "mcu.h"
#include "memory.h"
#include "msi.h"
#include "partition.h"
#include "pci.h"
#include "print.h"
#include "scmi.h"
#include "setup.h"
#include "shared.h"
#include "smmu.h"
#include "trap.h"

/* A CPU that is not up after this time is missing. */
#define CPU_ON_SECONDS 2

struct hv_stage2_vtcr hv_vtcr;

static void check_image(void)
{
	const struct hv_payload_table *table = hv_image_tail();
	const hv_u64 left = hv_config.dma_memory.base - (hv_u64)table;
	struct hv_image_error error;
	hv_status_t status = hv_image_check_table(table, left, &hv_config, &error);

	for (hv_u32 i = 0; status == HV_OK && i < hv_config.payload_count; i++) /* bound: 32 */
		status = hv_image_check_payload(table, i, &error);
	if (status != HV_OK) {
		hv_print("haven: image refused: %s %s\n", error.payload, error.reason);
		hv_panic("damaged image");
	}
}

static void setup_libraries(void)
{
	struct hv_setup_error error;
	const struct hv_setup_platform platform = {
		.tables = hv_stage2_tables,
		.pool_pa = (hv_u64)hv_stage2_tables,
		.table_count = hv_stage2_table_count,
		.pa_bits = hv_hal_pa_bits(),
		.has_xnx = hv_hal_has_xnx(),
		.has_vmid16 = hv_hal_has_vmid16(),
	};

	if (hv_setup(&hv_config, &platform, &hv_vtcr, &error) == HV_OK)
		return;
	hv_print("haven: configuration refused: %s of %s, at %x: status -%u %s\n", error.step,
		 error.partition, error.value, (hv_u64)-error.status, error.reason);
	hv_panic("configuration");
}

static void place_cpus(void)
{
	const struct hv_board *board = hv_config.board;
	hv_u32 vcpus = 0;

	for (hv_u32 i = 0; i < board->cpu_count; i++) { /* bound: HV_MAX_CPUS */
		hv_cpus[i].index = i;
		hv_cpus[i].mpidr = board->mpidr[i];
		hv_cpus[i].stack_top = hv_stack_top(i);
		for (hv_u32 k = 0; k < HV_ALARMS; k++) /* bound: HV_ALARMS */
			hv_cpus[i].alarm[k] = HV_ALARM_OFF;
	}
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		hv_partition_place(&hv_partitions[i], &hv_config.partitions[i], &hv_vcpus[vcpus]);
		vcpus += hv_config.partitions[i].vcpu_count;
	}
	hv_shared_place();
}

static struct hv_cpu *find_self(void)
{
	const hv_u64 mpidr = hv_hal_cpu_mpidr();

	for (hv_u32 i = 0; i < hv_config.board->cpu_count; i++) { /* bound: HV_MAX_CPUS */
		if (hv_cpus[i].mpidr == mpidr)
			return &hv_cpus[i];
	}
	hv_panic("the boot CPU is none of the board's");
}

/* CPUs without a job stay off. */
static bool has_job(const struct hv_cpu *cpu)
{
	return cpu->vcpu != NULL || cpu->index == hv_config.service_cpu;
}

/* The configuration may name a CPU that this part of the board's family does not have. */
static _Noreturn void refuse_cpu(const struct hv_cpu *cpu, hv_u64 result, const char *what)
{
	hv_print("haven: cpu %u, MPIDR %x: PSCI CPU_ON answered %x\n", (hv_u64)cpu->index, cpu->mpidr,
		 result);
	hv_panic(what);
}

static void start_cpu(struct hv_cpu *cpu)
{
	const hv_u64 result = hv_hal_cpu_on(cpu->mpidr, cpu, cpu->stack_top);
	const hv_u64 deadline = hv_hal_counter() + CPU_ON_SECONDS * hv_hal_counter_frequency();

	if (result != 0)
		refuse_cpu(cpu, result, "a CPU did not start");
	while (__atomic_load_n(&cpu->up, __ATOMIC_ACQUIRE) == 0) { /* bound: CPU_ON_SECONDS */
		if (hv_hal_counter() > deadline)
			refuse_cpu(cpu, result, "a CPU did not come up");
	}
}

static void start_cpus(const struct hv_cpu *self)
{
	for (hv_u32 i = 0; i < hv_config.board->cpu_count; i++) { /* bound: HV_MAX_CPUS */
		if (&hv_cpus[i] != self && has_job(&hv_cpus[i]))
			start_cpu(&hv_cpus[i]);
	}
}

_Noreturn void hv_main(void)
{
	struct hv_cpu *self;

	hv_port_uart_init(hv_config.board->uart_base);
	hv_smmu_silence(); /* first of all: no device writes what is built now */
	hv_memory_init(&hv_config);
	hv_print("\nhaven: configuration %s on %s\n", hv_config.name, hv_config.board->name);
	check_image();
	setup_libraries();
	hv_trap_init();
	place_cpus();
	self = find_self();
	hv_hal_cpu_bind(self);
	hv_hal_gicd_init(hv_config.board->gicd_base, hv_config.board->intid_count);
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) /* bound: HV_MAX_PARTITIONS */
		hv_gic_configure(&hv_partitions[i]);
	hv_dma_memory_init();
	hv_msi_prepare();
	hv_smmu_boot();
	hv_pci_boot();
	hv_cpu_prepare(self);
	hv_mcu_boot(self); /* alone, and SErrors come to EL2 now */
	hv_scmi_launch(hv_mcu_channel());
	start_cpus(self);
	hv_msi_boot();
	hv_dma_launch();
	hv_print("haven: %u partitions proved against their configuration, launching\n",
		 (hv_u64)hv_config.partition_count);
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) /* bound: HV_MAX_PARTITIONS */
		hv_partition_launch(&hv_partitions[i]);
	hv_console_launch();
	hv_mcu_launch();
	/* The boot stack is for panics from now on. */
	hv_hal_cpu_restart_loop(self->stack_top);
}
