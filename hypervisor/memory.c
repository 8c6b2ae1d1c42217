/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>
#include <haven/hal/cpu.h>
#include <haven/stage1.h>

#include "hv.h"
#include "memory.h"

/* Link script; all page aligned. */
extern const hv_u8 hv_text_start[], hv_text_end[], hv_rodata_start[], hv_rodata_end[];
extern hv_u8 hv_data_start[], hv_data_end[];
extern const hv_u8 hv_image_end[];

#define PAGE       UINT64_C(4096)
#define STACK_SIZE UINT64_C(4096)
#define VA_BITS    39u
#define WINDOW     (UINT64_C(1) << 30)
/* Root, then for three separate places (image, devices, journal) two levels each,
 * and two more for a payload area that crosses a 1 GB boundary. */
#define EL2_TABLES 10u

/* A guard page below each stack; the boot stack serves until the launch, then panics. */
struct stack {
	hv_u8 guard[PAGE];
	hv_u8 bytes[STACK_SIZE];
};
static struct stack stacks[HV_MAX_CPUS] __attribute__((aligned(4096), section(".stacks")));
static struct stack boot_stack __attribute__((aligned(4096), section(".stacks")));
__asm__(".globl hv_boot_stack_top\n.hidden hv_boot_stack_top\n.set hv_boot_stack_top, boot_stack + 8192");

static hv_table_t tables[EL2_TABLES] __attribute__((aligned(4096)));
static struct hv_stage1_map map;

static void add(const char *what, hv_u64 start, hv_u64 end, hv_u64 attrs)
{
	if (end > start && hv_stage1_map(&map, start, start, end - start, attrs) != HV_OK)
		hv_panic(what);
}

static void add_image(const struct hv_config *config)
{
	const hv_u64 hypervisor_end = config->hypervisor.base + config->hypervisor.size;

	add("EL2 map: text", (hv_u64)hv_text_start, (hv_u64)hv_text_end, HV_EL2_CODE);
	add("EL2 map: rodata", (hv_u64)hv_rodata_start, (hv_u64)hv_rodata_end, HV_EL2_RODATA);
	add("EL2 map: data", (hv_u64)hv_data_start, (hv_u64)hv_data_end, HV_EL2_DATA);
	for (hv_u32 i = 0; i < HV_MAX_CPUS; i++) /* bound: HV_MAX_CPUS */
		add("EL2 map: stack", (hv_u64)stacks[i].bytes, (hv_u64)(&stacks[i] + 1), HV_EL2_DATA);
	add("EL2 map: stack", (hv_u64)boot_stack.bytes, (hv_u64)(&boot_stack + 1), HV_EL2_DATA);
	add("EL2 map: payloads", (hv_u64)hv_image_end, config->journal_pa, HV_EL2_RODATA);
	add("EL2 map: journal", config->journal_pa, hypervisor_end, HV_EL2_DATA);
}

static void check_place(const struct hv_config *config)
{
	const hv_u64 start = (hv_u64)hv_text_start;

	if (!hv_range_contains(config->hypervisor.base, config->hypervisor.size, start,
			       (hv_u64)hv_image_end - start))
		hv_panic("the image was loaded outside the hypervisor's memory of the configuration");
}

void hv_memory_init(const struct hv_config *config)
{
	struct hv_stage1_regs regs;

	check_place(config);
	if (hv_stage1_init(&map, tables, (hv_u64)tables, EL2_TABLES, VA_BITS, hv_hal_pa_bits()) != HV_OK)
		hv_panic("EL2 map: pool");
	add_image(config);
	for (hv_u32 i = 0; i < config->board->device_count; i++) { /* bound: board facts */
		const struct hv_range *device = &config->board->devices[i];

		add("EL2 map: device", device->base, device->base + device->size, HV_EL2_DEVICE);
	}
	if (hv_stage1_regs(&map, &regs) != HV_OK)
		hv_panic("EL2 map: registers");
	/* What was written with caches off must not be hidden by an older clean line. */
	hv_hal_cache_clean_invalidate(hv_text_start, (hv_u64)hv_image_end - (hv_u64)hv_text_start);
	hv_hal_el2_mmu_on(regs.ttbr0, regs.tcr, regs.mair);
}

hv_u64 hv_stack_top(hv_u32 cpu)
{
	return (hv_u64)(&stacks[cpu] + 1);
}

const void *hv_image_tail(void)
{
	return hv_image_end;
}

static hv_u64 *window_entry(hv_u32 cpu)
{
	return &tables[0][HV_TABLE_ENTRIES - 1 - cpu];
}

void *hv_window_open(hv_u32 cpu, hv_u64 pa)
{
	__atomic_store_n(window_entry(cpu), (pa & ~(WINDOW - 1)) | HV_EL2_DATA, __ATOMIC_RELAXED);
	hv_hal_el2_map_changed();
	return (void *)((HV_TABLE_ENTRIES - 1 - cpu) * WINDOW + (pa & (WINDOW - 1)));
}

void hv_window_close(hv_u32 cpu)
{
	__atomic_store_n(window_entry(cpu), 0, __ATOMIC_RELAXED);
	hv_hal_el2_map_changed();
}

hv_u64 hv_window_left(hv_u64 pa)
{
	return WINDOW - (pa & (WINDOW - 1));
}
