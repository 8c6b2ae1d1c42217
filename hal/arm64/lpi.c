/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>
#include <haven/hal/gic.h>
#include <haven/hal/its.h>

#include <arm64/barrier.h>
#include <arm64/gicv3.h>
#include <arm64/mmio.h>

#define GICD_TYPER     0x0004
#define GICR_PROPBASER 0x0070
#define GICR_PENDBASER 0x0078

#define CTLR_ENABLE_LPIS 0x1u
#define TYPER_NUMBER     HV_BITS(23, 8)
#define CONFIG_ALIGN     UINT64_C(0x1000)
#define PENDING_ALIGN    UINT64_C(0x10000)

static enum hv_its_reply ask(hv_u64 address, hv_u64 value)
{
	mmio_write64(address, value);
	return hv_lpi_reply(value, mmio_read64(address));
}

static bool give_config(hv_u64 frame, hv_u64 config, hv_u32 id_bits, bool coherent)
{
	const hv_u64 address = frame + GICR_PROPBASER;
	enum hv_its_reply reply = ask(address, hv_lpi_propbaser(config, id_bits, coherent));

	if (reply == HV_ITS_NONCOHERENT)
		reply = ask(address, hv_lpi_propbaser(config, id_bits, false));
	return reply == HV_ITS_TAKEN;
}

static bool give_pending(hv_u64 frame, hv_u64 pending, bool coherent)
{
	const hv_u64 address = frame + GICR_PENDBASER;
	enum hv_its_reply reply = ask(address, hv_lpi_pendbaser(pending, coherent));

	if (reply == HV_ITS_NONCOHERENT)
		reply = ask(address, hv_lpi_pendbaser(pending, false));
	return reply == HV_ITS_TAKEN;
}

/* Tables may be given only while LPIs are off; some redistributors never turn them off. */
static bool is_ready(hv_u64 frame, hv_u32 id_bits)
{
	return hv_lpi_supported(hv_hal_gic_read(HV_GICD, GICD_TYPER),
				mmio_read64(frame + GICR_TYPER), id_bits) &&
	       (mmio_read32(frame + GICR_CTLR) & CTLR_ENABLE_LPIS) == 0;
}

bool hv_hal_lpi_enable(const hv_u8 *config, void *pending, hv_u32 id_bits, bool coherent)
{
	const hv_u64 frame = gicv3_redistributor();

	if (frame == 0 || ((hv_u64)config & (CONFIG_ALIGN - 1)) != 0 ||
	    ((hv_u64)pending & (PENDING_ALIGN - 1)) != 0 || !is_ready(frame, id_bits))
		return false;
	hv_hal_cache_clean(config, HV_LPI_CONFIG_BYTES);
	hv_hal_cache_clean_invalidate(pending, HV_LPI_PENDING_BYTES);
	if (!give_config(frame, (hv_u64)config, id_bits, coherent) ||
	    !give_pending(frame, (hv_u64)pending, coherent))
		return false;
	mmio_write32(frame + GICR_CTLR, mmio_read32(frame + GICR_CTLR) | CTLR_ENABLE_LPIS);
	dsb(sy);
	return (mmio_read32(frame + GICR_CTLR) & CTLR_ENABLE_LPIS) != 0;
}

hv_u64 hv_hal_lpi_target(bool physical_address)
{
	const hv_u64 frame = gicv3_redistributor();

	if (physical_address)
		return frame;
	return HV_GET(TYPER_NUMBER, mmio_read64(frame + GICR_TYPER)) << 16;
}
