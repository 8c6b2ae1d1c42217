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
#define TABLE_DESCRIPTOR UINT64_C(3)
#define PAGE_DESCRIPTOR  UINT64_C(3)
/* The last 1 GB of EL2's addresses; windows begin at its start. */
#define WINDOW_SLOT      UINT64_C(511)
#define WINDOW_SLOT_SIZE (UINT64_C(1) << 30)
#define WINDOW_PAGES     (HV_WINDOW_SIZE / PAGE)
/* Root, then for four separate places (image, devices, PCI configuration space, journal)
 * two levels each, one for DMA tables that cross 2 MB, and two more for a payload area that
 * crosses a 1 GB boundary. */
#define EL2_TABLES 13u

/* A guard page below each stack; the boot stack serves until the launch, then panics. */
struct stack {
	hv_u8 guard[PAGE];
	hv_u8 bytes[STACK_SIZE];
};
static struct stack stacks[HV_MAX_CPUS] __attribute__((aligned(4096), section(".stacks")));
static struct stack boot_stack __attribute__((aligned(4096), section(".stacks")));
__asm__(".globl hv_boot_stack_top\n.hidden hv_boot_stack_top\n.set hv_boot_stack_top, boot_stack + 8192");

static hv_table_t tables[EL2_TABLES] __attribute__((aligned(4096)));
static hv_table_t window_tables[2] __attribute__((aligned(4096)));
_Static_assert(HV_MAX_CPUS * WINDOW_PAGES <= HV_TABLE_ENTRIES, "one table holds all windows");
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
	add("EL2 map: payloads", (hv_u64)hv_image_end, config->dma_memory.base, HV_EL2_RODATA);
	add("EL2 map: DMA tables", config->dma_memory.base, config->journal_pa, HV_EL2_DATA);
	add("EL2 map: journal", config->journal_pa, hypervisor_end, HV_EL2_DATA);
}

static void check_place(const struct hv_config *config)
{
	const hv_u64 start = (hv_u64)hv_text_start;

	if (!hv_range_contains(config->hypervisor.base, config->hypervisor.size, start,
			       (hv_u64)hv_image_end - start))
		hv_panic("the image was loaded outside the hypervisor's memory of the configuration");
}

/* Each CPU has its own slice of one table, so no slice is ever changed under another CPU. */
static hv_u64 window_base(hv_u32 cpu)
{
	return WINDOW_SLOT * WINDOW_SLOT_SIZE + cpu * HV_WINDOW_SIZE;
}

static hv_u64 *window_entries(hv_u32 cpu)
{
	return &window_tables[1][cpu * WINDOW_PAGES];
}

static void add_window(void)
{
	tables[0][WINDOW_SLOT] = (hv_u64)window_tables[0] | TABLE_DESCRIPTOR;
	window_tables[0][0] = (hv_u64)window_tables[1] | TABLE_DESCRIPTOR;
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
	add_window();
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

static hv_u64 window_pages(hv_u64 pa, hv_u64 size)
{
	return ((pa & (PAGE - 1)) + size + PAGE - 1) / PAGE;
}

void *hv_window_open(hv_u32 cpu, hv_u64 pa, hv_u64 size)
{
	const hv_u64 offset = pa & (PAGE - 1), pages = window_pages(pa, size);
	hv_u64 *entries = window_entries(cpu);

	for (hv_u64 i = 0; i < pages; i++) /* bound: WINDOW_PAGES */
		entries[i] = (pa - offset + i * PAGE) | HV_EL2_DATA | PAGE_DESCRIPTOR;
	hv_hal_el2_window_opened();
	return (void *)(window_base(cpu) + offset);
}

hv_u64 hv_window_open_device(hv_u32 cpu, hv_u64 pa)
{
	const hv_u64 offset = pa & (PAGE - 1);

	window_entries(cpu)[0] = (pa - offset) | HV_EL2_DEVICE | PAGE_DESCRIPTOR;
	hv_hal_el2_window_opened();
	return window_base(cpu) + offset;
}

void hv_window_close(hv_u32 cpu, hv_u64 pa, hv_u64 size)
{
	const hv_u64 pages = window_pages(pa, size);
	hv_u64 *entries = window_entries(cpu);

	for (hv_u64 i = 0; i < pages; i++) /* bound: WINDOW_PAGES */
		entries[i] = 0;
	hv_hal_el2_window_closed(window_base(cpu), pages);
}

hv_u64 hv_window_left(hv_u64 pa)
{
	return HV_WINDOW_SIZE - (pa & (PAGE - 1));
}
