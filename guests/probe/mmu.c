/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1: identity map of the 40-bit address space in 1 GB blocks, so that a test
 * reaches any IPA. Runs with the MMU off until mmu_registers are loaded.
 *
 * Everything is executable at stage 1: what may be executed is for stage 2 to say.
 */
#include "probe.h"

#define ENTRIES 512u
#define MAIR    UINT64_C(0x00ff) /* 0: write-back, 1: Device-nGnRnE */
/* T0SZ 24 (40 bits), walks write-back inner shareable, no TTBR1, IPS 40 bits */
#define TCR     (UINT64_C(24) | 1u << 8 | 1u << 10 | 3u << 12 | 1u << 23 | UINT64_C(2) << 32)

static u64 root[ENTRIES] __attribute__((aligned(4096)));
static u64 level1[2][ENTRIES] __attribute__((aligned(4096)));

/* In the order that start.S loads them: MAIR, TCR, TTBR0. */
u64 mmu_registers[3];

static u64 *entry_of(u64 va)
{
	return &level1[(va >> 39) & 1][(va >> 30) & 511];
}

void mmu_build(void);
void mmu_build(void)
{
	for (u64 i = 0; i < 2 * ENTRIES; i++) {
		const u64 kind = i >= 1 && i < 4 ? MMU_NORMAL : MMU_DEVICE;

		*entry_of(i << 30) = i << 30 | kind;
	}
	root[0] = (u64)level1[0] | MMU_TABLE;
	root[1] = (u64)level1[1] | MMU_TABLE;
	mmu_registers[0] = MAIR;
	mmu_registers[1] = TCR;
	mmu_registers[2] = (u64)root;
}

u64 mmu_descriptor(u64 va)
{
	return *entry_of(va);
}

void mmu_map_gigabyte(u64 va, u64 descriptor)
{
	*(volatile u64 *)entry_of(va) = descriptor;
	__asm__ volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}
