/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

bool replay_fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "haven-replay: %s: ", hv_config.name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

/* Aligned for 16 concatenated roots; filled, because the target's pool need not be clear. */
static bool make_pool(struct replay_pool *pool)
{
	const size_t bytes = (size_t)replay_limits.tables * sizeof(hv_table_t);
	const size_t align = 16 * sizeof(hv_table_t);

	pool->tables = aligned_alloc(align, (bytes + align - 1) / align * align);
	if (pool->tables == NULL)
		return replay_fail("no memory for %" PRIu32 " tables", replay_limits.tables);
	memset(pool->tables, 0xa5, bytes);
	pool->pa = hv_config.hypervisor.base;
	pool->count = replay_limits.tables;
	return true;
}

int main(void)
{
	struct replay_pool pool;
	hv_u64 leaves = 0;

	if (!make_pool(&pool) || !replay_boot(&pool) || !replay_reach(&pool, &leaves) ||
	    !replay_irqs() || !replay_vgic() || !replay_streams() || !replay_pci(&pool) ||
	    !replay_dma_memory() || !replay_firewall() || !replay_starts(&pool) ||
	    !replay_count_is_exact(&pool))
		return EXIT_FAILURE;
	printf("haven-replay: %s: %" PRIu32 " partitions, %" PRIu32 " tables, %" PRIu64
	       " leaves: tables equal the configuration, and nothing foreign is reachable\n",
	       hv_config.name, hv_config.partition_count, pool.count, leaves);
	free(pool.tables);
	return EXIT_SUCCESS;
}
