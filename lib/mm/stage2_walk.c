/* SPDX-License-Identifier: Apache-2.0 */
/* Deliberately shares nothing with the builder but the public types. */
#include <haven/stage2_walk.h>

#define VTCR_T0SZ   HV_BITS(5, 0)
#define VTCR_SL0    HV_BITS(7, 6)
#define VTCR_PS	    HV_BITS(18, 16)
#define VTTBR_BADDR HV_BITS(47, 1)
/* All else means another format (TG0, DS, SL2), hardware updates, or walks that the
 * builder's CPU does not share: RES1, write-back inner shareable, nothing more. */
#define VTCR_FREE  (VTCR_T0SZ | VTCR_SL0 | VTCR_PS | HV_BIT(19)) /* [19] VS: width of VMIDs */
#define VTCR_FIXED UINT64_C(0x80003500)

#define D_VALID HV_BIT(0)
#define D_TABLE HV_BIT(1) /* at level 3: page */
#define D_AF	HV_BIT(10)

_Static_assert(VTCR_FREE == UINT64_C(0xf00ff), "T0SZ, SL0, PS, VS");
_Static_assert(VTTBR_BADDR == UINT64_C(0x0000fffffffffffe), "BADDR is [47:1], CnP [0]");

enum { PAGE_SHIFT = 12, LEVEL_BITS = 9, LAST = 3 };

/* VTCR_EL2 and VTTBR_EL2 taken apart. */
struct format {
	hv_u32 ipa_bits;
	hv_u32 pa_bits;
	hv_u32 start;	  /* level */
	hv_u32 root_bits; /* log2 of the descriptors at the start level */
	hv_u64 root;
};

/* log2 of the bytes that one descriptor covers */
static hv_u32 span_bits(hv_u32 level)
{
	return PAGE_SHIFT + LEVEL_BITS * (LAST - level);
}

/* Address field of a leaf at @p level, or of a table pointer at level 3. */
static hv_u64 address_mask(hv_u32 level)
{
	return HV_BITS(47, 0) & ~(HV_BIT(span_bits(level)) - 1);
}

static hv_status_t open_walk(const struct hv_stage2_walk *walk, struct format *f)
{
	static const hv_u8 ps_bits[8] = {32, 36, 40, 42, 44, 48};

	if (walk == NULL || walk->tables == NULL || (walk->pool_pa & 0xfff) != 0)
		return HV_EINVAL;

	const hv_u32 sl0 = (hv_u32)HV_GET(VTCR_SL0, walk->vtcr);

	f->ipa_bits = 64 - (hv_u32)HV_GET(VTCR_T0SZ, walk->vtcr);
	f->pa_bits = ps_bits[HV_GET(VTCR_PS, walk->vtcr)];
	f->root = walk->vttbr & VTTBR_BADDR;
	if ((walk->vtcr & ~VTCR_FREE) != VTCR_FIXED || sl0 == 3 || f->ipa_bits > f->pa_bits ||
	    (sl0 == 2 && f->pa_bits < 44))
		return HV_ENOTSUP;
	f->start = 2 - sl0;
	/* At least two descriptors, at most 16 concatenated tables. */
	if (f->ipa_bits <= span_bits(f->start) || f->ipa_bits > span_bits(f->start) + 13)
		return HV_ENOTSUP;
	f->root_bits = f->ipa_bits - span_bits(f->start);

	const hv_u32 align_bits = f->root_bits + 3 > PAGE_SHIFT ? f->root_bits + 3 : PAGE_SHIFT;

	return (f->root & (HV_BIT(align_bits) - 1)) == 0 ? HV_OK : HV_ENOTSUP;
}

/* Descriptor @p index of the table at @p pa, and what follows it in its 4 KB; NULL if
 * that is not our memory. */
static const hv_u64 *fetch(const struct hv_stage2_walk *walk, hv_u64 pa, hv_u64 index)
{
	const hv_u64 table = ((pa - walk->pool_pa) >> PAGE_SHIFT) + index / HV_TABLE_ENTRIES;

	if (pa < walk->pool_pa || table >= walk->table_count)
		return NULL;
	return &walk->tables[table][index % HV_TABLE_ENTRIES];
}

static bool is_table(hv_u32 level, hv_u64 desc)
{
	return level != LAST && (desc & D_TABLE) != 0;
}

/* HV_WALK_MAPPED: a leaf, or a pointer to a table. */
static enum hv_stage2_walk_result judge(const struct format *f, hv_u32 level, hv_u64 desc)
{
	const bool block = (desc & D_TABLE) == 0;
	const bool table = is_table(level, desc);

	if ((desc & D_VALID) == 0 || (block && (level == 0 || level == LAST)))
		return HV_WALK_TRANSLATION;
	if ((desc & address_mask(table ? LAST : level)) >> f->pa_bits != 0)
		return HV_WALK_ADDRESS_SIZE;
	return table || (desc & D_AF) != 0 ? HV_WALK_MAPPED : HV_WALK_ACCESS_FLAG;
}

static void set_leaf(struct hv_stage2_translation *out, hv_u64 ipa, hv_u64 desc)
{
	const hv_u64 mask = address_mask(out->level);

	out->block_size = HV_BIT(span_bits(out->level));
	out->pa = (desc & mask) | (ipa & (out->block_size - 1));
	out->attrs = desc & ~mask;
}

hv_status_t hv_stage2_translate(const struct hv_stage2_walk *walk, hv_u64 ipa,
				struct hv_stage2_translation *out)
{
	struct format f;
	const hv_status_t status = open_walk(walk, &f);

	if (status != HV_OK || out == NULL)
		return status != HV_OK ? status : HV_EINVAL;

	*out = (struct hv_stage2_translation){.result = HV_WALK_TRANSLATION};
	if (ipa >> f.ipa_bits != 0)
		return HV_OK;

	hv_u64 desc = f.root;
	hv_u64 index = ipa >> span_bits(f.start);

	/* bound: 4; is_table is false at level 3 */
	for (out->level = f.start;; out->level++) {
		const hv_u64 *entry = fetch(walk, desc & address_mask(LAST), index);

		if (entry == NULL) {
			out->result = HV_WALK_OUTSIDE;
			return HV_OK;
		}
		desc = *entry;
		out->result = judge(&f, out->level, desc);
		if (out->result != HV_WALK_MAPPED || !is_table(out->level, desc))
			break;
		index = (ipa >> span_bits(out->level + 1)) % HV_TABLE_ENTRIES;
	}
	if (out->result == HV_WALK_MAPPED)
		set_leaf(out, ipa, desc);
	return HV_OK;
}

static bool fits(hv_u64 base, hv_u64 size, hv_u32 bits)
{
	return hv_range_valid(base, size) && hv_range_last(base, size) >> bits == 0;
}

/* Regions that can be compared: within both address spaces, disjoint in IPA. */
static bool comparable(const struct format *f, const struct hv_mem_region *regions, hv_u32 count)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < count; i++) {
		const struct hv_mem_region *r = &regions[i];

		if (!fits(r->ipa_base, r->size, f->ipa_bits) ||
		    !fits(r->pa_base, r->size, f->pa_bits))
			return false;
		/* bound: HV_MAX_REGIONS */
		for (hv_u32 j = 0; j < i; j++) {
			if (hv_range_overlaps(r->ipa_base, r->size, regions[j].ipa_base,
					      regions[j].size))
				return false;
		}
	}
	return true;
}

/* A walk through every reachable descriptor, in ascending IPA. */
struct tour {
	const struct hv_stage2_walk *walk;
	struct format format;
	const struct hv_mem_region *regions;
	hv_u32 region_count;
	hv_u32 hint;		       /* region of the leaf before */
	hv_u32 level;		       /* of the next descriptor */
	hv_u64 ipa;		       /* that it translates */
	hv_u64 table[4];	       /* by level: the table being read */
	hv_u64 mapped[HV_MAX_REGIONS]; /* bytes found of each region */
};

/* The region that the leaf lies in, or region_count. */
static hv_u32 region_of(const struct tour *t, hv_u64 size)
{
	hv_u32 i = t->hint;

	/* bound: HV_MAX_REGIONS; leaves of one region follow each other */
	for (hv_u32 tries = 0; tries < t->region_count; tries++) {
		if (hv_range_contains(t->regions[i].ipa_base, t->regions[i].size, t->ipa, size))
			return i;
		i = i + 1 < t->region_count ? i + 1 : 0;
	}
	return t->region_count;
}

static const char *check_leaf(struct tour *t, hv_u64 desc)
{
	const hv_u64 mask = address_mask(t->level);
	const hv_u64 size = HV_BIT(span_bits(t->level));

	t->hint = region_of(t, size);
	if (t->hint == t->region_count)
		return "mapped outside every region";

	const struct hv_mem_region *r = &t->regions[t->hint];
	const hv_u64 type = t->level == LAST ? (D_TABLE | D_VALID) : D_VALID;

	if ((desc & mask) != r->pa_base + (t->ipa - r->ipa_base))
		return "wrong physical address";
	if ((desc & ~mask) != ((r->attrs & ~HV_MEM_TYPE) | type))
		return "wrong attributes";
	if (t->level != LAST && (r->attrs & HV_MEM_TYPE) != D_VALID)
		return "block where pages were asked for";
	return NULL;
}

/* How many descriptors from @p entry, a checked leaf, go on with the same region in this
 * table. The region ends within the physical address size, so no sum carries into [48]. */
static hv_u64 count_leaves(const struct tour *t, const hv_u64 *entry, hv_u64 index)
{
	const struct hv_mem_region *r = &t->regions[t->hint];
	const hv_u64 left = (r->size - (t->ipa - r->ipa_base)) >> span_bits(t->level);
	const hv_u64 size = HV_BIT(span_bits(t->level));
	hv_u64 leaves = 1;

	/* bound: 512 */
	while (index + leaves < HV_TABLE_ENTRIES && leaves < left &&
	       entry[leaves] == entry[leaves - 1] + size)
		leaves++;
	return leaves;
}

static const char *enter_table(struct tour *t, hv_u64 desc)
{
	if ((desc & ~(address_mask(LAST) | D_TABLE | D_VALID)) != 0)
		return "table descriptor with other bits set";
	t->table[++t->level] = desc & address_mask(LAST);
	return NULL;
}

/* Invalid descriptors from @p entry to the end of its 4 KB. */
static hv_u64 count_holes(const hv_u64 *entry, hv_u64 index)
{
	hv_u64 holes = 0;

	/* bound: 512 */
	while (index + holes < HV_TABLE_ENTRIES && entry[holes] == 0)
		holes++;
	return holes;
}

/* Judge one table descriptor, a run of leaves, or a run of holes. */
static const char *step(struct tour *t)
{
	const hv_u32 start = t->format.start;
	const hv_u64 place = t->ipa >> span_bits(t->level);
	const hv_u64 index = place % HV_TABLE_ENTRIES;
	const hv_u64 *entry = fetch(t->walk, t->table[t->level], t->level == start ? place : index);

	if (entry == NULL)
		return "table outside the pool";

	hv_u64 passed = count_holes(entry, index);

	if (passed == 0) {
		if (judge(&t->format, t->level, *entry) != HV_WALK_MAPPED)
			return "descriptor that is not 0, but faults";
		if (is_table(t->level, *entry))
			return enter_table(t, *entry);

		const char *reason = check_leaf(t, *entry);

		if (reason != NULL)
			return reason;
		passed = count_leaves(t, entry, index);
		t->mapped[t->hint] += passed << span_bits(t->level);
	}
	t->ipa += passed << span_bits(t->level);
	/* bound: 3; leave the tables that end here */
	while (t->level > start && (t->ipa & (HV_BIT(span_bits(t->level - 1)) - 1)) == 0)
		t->level--;
	return NULL;
}

static const char *tour_all(struct tour *t)
{
	const hv_u64 end = HV_BIT(t->format.ipa_bits);
	const char *reason = NULL;

	/* bound: table_count * 512; a tree has each descriptor once */
	for (hv_u64 left = (hv_u64)t->walk->table_count * HV_TABLE_ENTRIES;
	     left != 0 && reason == NULL && t->ipa < end; left--)
		reason = step(t);
	if (reason == NULL && t->ipa < end)
		reason = "a table is used more than once";
	return reason;
}

static const char *find_missing(struct tour *t)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < t->region_count; i++) {
		if (t->mapped[i] != t->regions[i].size) {
			t->ipa = t->regions[i].ipa_base;
			return "part of the region is not mapped";
		}
	}
	return NULL;
}

hv_status_t hv_stage2_verify(const struct hv_stage2_walk *walk, const struct hv_mem_region *regions,
			     hv_u32 region_count, struct hv_stage2_difference *diff)
{
	struct tour t = {.walk = walk, .regions = regions, .region_count = region_count};
	const hv_status_t status = open_walk(walk, &t.format);

	if (status != HV_OK)
		return status;
	if (regions == NULL || region_count > HV_MAX_REGIONS ||
	    !comparable(&t.format, regions, region_count))
		return HV_EINVAL;
	t.level = t.format.start;
	t.table[t.level] = t.format.root;

	const char *reason = tour_all(&t);

	if (reason == NULL)
		reason = find_missing(&t);
	if (reason == NULL)
		return HV_OK;
	if (diff != NULL)
		*diff = (struct hv_stage2_difference){t.ipa, reason};
	return HV_EPERM;
}
