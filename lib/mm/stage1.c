/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/range.h>
#include <haven/stage1.h>

#include "table.h"

/* TCR_EL2 with HCR_EL2.E2H = 0. */
#define TCR_T0SZ  HV_BITS(5, 0)
#define TCR_IRGN0 HV_BITS(9, 8)
#define TCR_ORGN0 HV_BITS(11, 10)
#define RGN_WB_WA 1
#define TCR_SH0	  HV_BITS(13, 12)
#define SH_INNER  3
#define TCR_PS	  HV_BITS(18, 16)
#define TCR_RES1  (HV_BIT(31) | HV_BIT(23))

#define TCR_FIXED                                                                                  \
	(TCR_RES1 | HV_PUT(TCR_SH0, SH_INNER) | HV_PUT(TCR_ORGN0, RGN_WB_WA) |                     \
	 HV_PUT(TCR_IRGN0, RGN_WB_WA))

_Static_assert(TCR_FIXED == UINT64_C(0x80803500), "TG0 = 0: 4 KB; TBI = 0");

#define MAIR_DEVICE_NGNRE UINT64_C(0x04)
#define MAIR_NORMAL_WB	  UINT64_C(0xff)
#define ATTR_DEVICE	  0
#define ATTR_NORMAL	  1
#define MAIR		  (MAIR_DEVICE_NGNRE << 8 * ATTR_DEVICE | MAIR_NORMAL_WB << 8 * ATTR_NORMAL)

_Static_assert(MAIR == UINT64_C(0xff04), "Attr0 device, Attr1 write-back");

hv_status_t hv_stage1_init(struct hv_stage1_map *map, hv_table_t *tables, hv_u64 pool_pa,
			   hv_u32 count, hv_u32 va_bits, hv_u32 pa_bits)
{
	if (map == NULL || va_bits < 32 || va_bits > 39 || table_pa_size(pa_bits) > 5)
		return HV_EINVAL;
	if (!table_pool_open(&map->pool, tables, pool_pa, count, 1, pa_bits))
		return HV_EINVAL;

	struct table_map root = {.pool = &map->pool, .root = TABLE_NO_ROOT, .root_tables = 1};

	table_commit_root(&root);
	map->va_bits = va_bits;
	map->pa_bits = pa_bits;
	return HV_OK;
}

/* An allow-list: writable and executable is not on it. */
static bool attrs_ok(hv_u64 attrs)
{
	return attrs == HV_EL2_CODE || attrs == HV_EL2_RODATA || attrs == HV_EL2_DATA ||
	       attrs == HV_EL2_DEVICE;
}

hv_status_t hv_stage1_map(struct hv_stage1_map *map, hv_u64 va, hv_u64 pa, hv_u64 size,
			  hv_u64 attrs)
{
	if (map == NULL || map->pool.front == 0 || !table_range_ok(va, size, map->va_bits) ||
	    !table_range_ok(pa, size, map->pa_bits) || !attrs_ok(attrs))
		return HV_EINVAL;

	const struct table_map root = {
	    .pool = &map->pool, .root = 0, .root_tables = 1, .start_level = 1};
	const struct table_span span = {va, pa, size, attrs};
	struct table_plan plan;

	table_plan_start(&plan, &root);

	const hv_status_t status = table_plan_span(&plan, &root, span);

	if (status == HV_OK)
		table_commit_span(&root, span);
	return status;
}

hv_status_t hv_stage1_regs(const struct hv_stage1_map *map, struct hv_stage1_regs *regs)
{
	if (map == NULL || regs == NULL || map->pool.front == 0)
		return HV_EINVAL;
	regs->ttbr0 = map->pool.pa;
	regs->tcr = TCR_FIXED | HV_PUT(TCR_T0SZ, 64 - map->va_bits) |
		    HV_PUT(TCR_PS, table_pa_size(map->pa_bits));
	regs->mair = MAIR;
	return HV_OK;
}
