/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 of EL1: 4 KB granule, 39-bit addresses, so the walk starts at level 1.
 *
 * Runs before the MMU is on: built without FP and with aligned accesses only, and
 * touching nothing but the tables, mmu_registers and the stack.
 *
 * Source: Arm ARM DDI 0487, D8 "The AArch64 Virtual Memory System Architecture".
 */
#include <stdint.h>

#include "board.h"
#include "mmu.h"

#define ENTRIES       512
#define SIZE_4K       0x1000UL
#define SIZE_2M       0x200000UL
#define POOL          6 /* level 2: devices, RAM, shared; level 3: the image; the rest spare */

#define DESC_BLOCK    0x1UL
#define DESC_TABLE    0x3UL /* at level 3: a page */
#define DESC_ADDRESS  0x0000fffffffff000UL
#define ATTR_DEVICE   (0UL << 2)
#define ATTR_NORMAL   (1UL << 2 | 3UL << 8) /* inner shareable */
#define ATTR_RO       (1UL << 7)
#define ATTR_AF       (1UL << 10)
#define ATTR_XN       (1UL << 53 | 1UL << 54)
#define ATTR_UXN      (1UL << 54)

#define DEVICE        (ATTR_DEVICE | ATTR_AF | ATTR_XN)
#define CODE          (ATTR_NORMAL | ATTR_AF | ATTR_RO | ATTR_UXN)
#define CONSTANTS     (ATTR_NORMAL | ATTR_AF | ATTR_RO | ATTR_XN)
#define DATA          (ATTR_NORMAL | ATTR_AF | ATTR_XN)

#define MAIR          0xff04UL /* 0: Device-nGnRE, 1: Normal write-back */
#define TCR_T0SZ_39   25UL
#define TCR_WALK_WB   (1UL << 8 | 1UL << 10 | 3UL << 12)
#define TCR_EPD1      (1UL << 23)
#define TCR_IPS_40    (2UL << 32)

extern char __image_start[], __text_end[], __rodata_end[];

struct mmu_registers {
	uint64_t mair, tcr, ttbr;
};
extern struct mmu_registers mmu_registers;

#define IN_TABLES __attribute__((section(".tables")))
#define ALIGNED   __attribute__((aligned(4096)))
static uint64_t root[ENTRIES] IN_TABLES ALIGNED;
static uint64_t pool[POOL][ENTRIES] IN_TABLES ALIGNED;
static unsigned int pool_used IN_TABLES;
struct mmu_registers mmu_registers IN_TABLES;

static void clear(uint64_t *table)
{
	for (unsigned int i = 0; i < ENTRIES; i++)
		((volatile uint64_t *)table)[i] = 0;
}

/* No output exists yet, so running out of tables stops here. */
static uint64_t *take_table(void)
{
	while (pool_used == POOL)
		__asm__ volatile("wfi");
	clear(pool[pool_used]);
	return pool[pool_used++];
}

static uint64_t *next_table(uint64_t *entry)
{
	if (*entry == 0)
		*entry = (uint64_t)take_table() | DESC_TABLE;
	return (uint64_t *)(*entry & DESC_ADDRESS);
}

/* start and end are multiples of 4 KB; a 2 MB stretch that either splits goes by pages. */
static void map(uint64_t start, uint64_t end, uint64_t attributes)
{
	while (start < end) {
		uint64_t *level2 = next_table(&root[start >> 30 & 511]);
		uint64_t *entry = &level2[start >> 21 & 511];

		if (*entry == 0 && start % SIZE_2M == 0 && end - start >= SIZE_2M) {
			*entry = start | attributes | DESC_BLOCK;
			start += SIZE_2M;
		} else {
			next_table(entry)[start >> 12 & 511] = start | attributes | DESC_TABLE;
			start += SIZE_4K;
		}
	}
}

/* A clean line from before the MMU was off would otherwise hide what was just written. */
static void drop_cached(const void *start, uint64_t size)
{
	for (uint64_t at = (uint64_t)start; at < (uint64_t)start + size; at += 16)
		__asm__ volatile("dc ivac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" ::: "memory");
}

void mmu_build(void)
{
	const uint64_t image = (uint64_t)__image_start;
	const uint64_t rodata = (uint64_t)__text_end;
	const uint64_t data = (uint64_t)__rodata_end;

	pool_used = 0;
	clear(root);
	map(BOARD_DEVICE_BASE, BOARD_DEVICE_BASE + BOARD_DEVICE_SIZE, DEVICE);
	map(image, rodata, CODE);
	map(rodata, data, CONSTANTS);
	map(data, FREERTOS_RAM_BASE + FREERTOS_RAM_SIZE, DATA);
#ifdef HAVEN_SHARED_BASE
	map(HAVEN_SHARED_BASE, HAVEN_SHARED_BASE + HAVEN_SHARED_SIZE, DATA);
#endif
	mmu_registers.mair = MAIR;
	mmu_registers.tcr = TCR_T0SZ_39 | TCR_WALK_WB | TCR_EPD1 | TCR_IPS_40;
	mmu_registers.ttbr = (uint64_t)root;

	drop_cached(root, sizeof root);
	drop_cached(pool, sizeof pool);
	drop_cached(&mmu_registers, sizeof mmu_registers);
}
