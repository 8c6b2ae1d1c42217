/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>

#include "dma_memory.h"
#include "print.h"

static hv_u64 next; /* first free byte */

void hv_dma_memory_init(void)
{
	const struct hv_range range = hv_config.dma_memory;

	next = range.base;
	if (range.size != 0)
		hv_hal_zero((void *)range.base, range.size);
}

hv_u64 hv_dma_memory_take(const char *what, hv_u64 bytes, hv_u64 align)
{
	const struct hv_range range = hv_config.dma_memory;
	const hv_u64 start = (next + align - 1) & ~(align - 1);

	if (range.size == 0 || !hv_range_valid(start, bytes) ||
	    !hv_range_contains(range.base, range.size, start, bytes)) {
		hv_print("haven: no room for the %s, %x bytes\n", what, bytes);
		hv_panic("DMA memory of the configuration");
	}
	next = start + bytes;
	return start;
}
