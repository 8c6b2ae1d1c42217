/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of random calls against a model that is too simple to be wrong: a flat
 * list of regions, and a set of table prefixes filled one leaf at a time. */
#include "mm_fixture.h"

#define IPA_BITS 41 /* four concatenated root tables */
#define PA_BITS	 42
#define LISTED	 512
#define TABLES	 24 /* few, so that they run out */

struct owned {
	hv_u32 id;
	struct hv_mem_region r;
};

static struct owned listed[LISTED];
static hv_u32 listed_count;
static hv_u64 seed;

static hv_u64 random_below(hv_u64 limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % limit;
}

static bool meet(hv_u64 a, hv_u64 a_size, hv_u64 b, hv_u64 b_size)
{
	return a < b + b_size && b < a + a_size; /* nothing here is near 2^64 */
}

/* May the regions of @p list stand together? */
static bool list_is_legal(const struct owned *list, hv_u32 count)
{
	for (hv_u32 i = 0; i < count; i++) {
		const struct hv_mem_region *a = &list[i].r;

		if (a->ipa_base + a->size > UINT64_C(1) << IPA_BITS ||
		    a->pa_base + a->size > UINT64_C(1) << PA_BITS ||
		    meet(a->pa_base, a->size, POOL_PA, TABLES * K4))
			return false;
		for (hv_u32 j = 0; j < i; j++) {
			const struct hv_mem_region *b = &list[j].r;
			const bool both = (a->attrs & b->attrs & HV_MEM_SHARED) != 0;

			if (list[i].id == list[j].id &&
			    meet(a->ipa_base, a->size, b->ipa_base, b->size))
				return false;
			if (!both && meet(a->pa_base, a->size, b->pa_base, b->size))
				return false;
		}
	}
	return true;
}

static hv_u64 prefixes[4096];
static hv_u32 prefix_count;

static void note(hv_u64 key)
{
	for (hv_u32 i = 0; i < prefix_count; i++) {
		if (prefixes[i] == key)
			return;
	}
	assert_true(prefix_count < 4096);
	prefixes[prefix_count++] = key;
}

static hv_u64 leaf_size(const struct hv_mem_region *r, hv_u64 done)
{
	const hv_u64 both = (r->ipa_base + done) | (r->pa_base + done);
	const hv_u64 left = r->size - done;

	if ((r->attrs & 3) == 3)
		return K4;
	if (both % G1 == 0 && left >= G1)
		return G1;
	return both % M2 == 0 && left >= M2 ? M2 : K4;
}

/* Tables that the whole list takes. */
static hv_u32 tables_of(const struct owned *list, hv_u32 count)
{
	prefix_count = 0;
	for (hv_u32 i = 0; i < count; i++) {
		const hv_u64 id = (hv_u64)list[i].id << 60;
		hv_u64 size;

		for (hv_u64 root = 0; root < 4; root++)
			note(id | 1 << 8 | root);
		for (hv_u64 done = 0; done < list[i].r.size; done += size) {
			const hv_u64 at = list[i].r.ipa_base + done;

			size = leaf_size(&list[i].r, done);
			if (size < G1)
				note(id | 2 << 8 | (at / G1) << 12);
			if (size < M2)
				note(id | 3 << 8 | (at / M2) << 12);
		}
	}
	return prefix_count;
}

/* Regions near each other and near boundaries, so that most things happen often. */
static struct hv_mem_region random_region(void)
{
	static const hv_u64 units[] = {K4, K4, K4, M2, M2, G1};
	const hv_u64 unit = units[random_below(6)];
	const hv_u64 window = unit == G1 ? 2048 : 512;
	struct hv_mem_region r = {
	    .ipa_base = random_below(window) * unit,
	    .pa_base = random_below(window) * unit,
	    .size = (1 + random_below(unit == K4 ? 700 : 3)) * unit,
	    .attrs = RWX,
	};

	if (random_below(3) == 0)
		r.ipa_base += random_below(4) * 511 * G1;
	if (random_below(3) == 0)
		r.pa_base += random_below(8) * 511 * G1;
	if (random_below(2) == 0)
		r.attrs |= HV_MEM_SHARED;
	if (random_below(8) == 0 && r.size <= 4 * M2)
		r.attrs |= 2;
	return r;
}

static void verify_all(void)
{
	for (hv_u32 id = 1; id < HV_MAX_PARTITIONS; id++) {
		struct hv_mem_region mine[HV_MAX_REGIONS];
		struct hv_stage2_difference diff;
		hv_u32 count = 0;

		for (hv_u32 i = 0; i < listed_count; i++) {
			if (listed[i].id == id)
				mine[count++] = listed[i].r;
		}
		if (count == 0)
			continue;

		const struct hv_stage2_walk walk = walk_of(id);

		assert_int_equal(hv_stage2_verify(&walk, mine, count, &diff), HV_OK);
	}
}

/* Byte by byte over a few places: model, access check and walker agree. */
static void probe(hv_u32 id)
{
	const struct hv_mem_region near = random_region();
	const hv_u64 ipa = near.ipa_base + random_below(2) * (near.size - 1);
	const struct hv_mem_region *hit = NULL;

	for (hv_u32 i = 0; i < listed_count; i++) {
		const struct hv_mem_region *r = &listed[i].r;

		if (listed[i].id == id && ipa >= r->ipa_base && ipa - r->ipa_base < r->size)
			hit = r;
	}
	assert_int_equal(hv_s2_check_access(&s2, id, ipa, 1), hit != NULL ? HV_OK : HV_EPERM);
	if (s2.partitions[id - 1].count == 0)
		return;

	const struct hv_stage2_translation t = translate(id, ipa);

	assert_int_equal(t.result, hit != NULL ? HV_WALK_MAPPED : HV_WALK_TRANSLATION);
	if (hit != NULL) {
		assert_int_equal(t.pa, hit->pa_base + (ipa - hit->ipa_base));
		assert_int_equal(t.attrs & ~UINT64_C(2), hit->attrs & ~UINT64_C(2));
	}
}

static void random_calls_match_the_model(void **state)
{
	hv_u32 seen_ok = 0, seen_einval = 0, seen_enospc = 0;

	(void)state;
	seed = 20240517;
	for (hv_u32 op = 0; op < 3000; op++) {
		struct hv_mem_region regions[3];
		const hv_u32 id = 1 + (hv_u32)random_below(3);
		const hv_u32 count = 1 + (hv_u32)random_below(3);
		const struct hv_partition_mem mem = {id, regions, count};
		hv_status_t expected = HV_OK;

		if (op % 60 == 0) {
			struct hv_stage2_config config = config_of(IPA_BITS, PA_BITS);

			config.table_count = TABLES;
			start_with(&config);
			listed_count = 0;
		}
		for (hv_u32 i = 0; i < count; i++) {
			regions[i] = random_region();
			listed[listed_count + i] = (struct owned){id, regions[i]};
		}
		if (!list_is_legal(listed, listed_count + count))
			expected = HV_EINVAL;
		else if (tables_of(listed, listed_count + count) > TABLES)
			expected = HV_ENOSPC;

		remember_pool();
		assert_int_equal(hv_s2_map(&s2, &mem), expected);
		if (expected == HV_OK) {
			listed_count += count;
			verify_all();
			seen_ok++;
		} else {
			assert_pool_unchanged();
			seen_einval += expected == HV_EINVAL;
			seen_enospc += expected == HV_ENOSPC;
		}
		for (int i = 0; i < 4; i++)
			probe(id);
	}
	/* The mixture is what makes this a test. */
	print_message("%u mapped, %u refused, %u out of tables\n", seen_ok, seen_einval,
		      seen_enospc);
	assert_in_range(seen_ok, 300, 2500);
	assert_in_range(seen_einval, 300, 2500);
	assert_in_range(seen_enospc, 100, 2500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_calls_match_the_model)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
