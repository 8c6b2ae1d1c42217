/* SPDX-License-Identifier: Apache-2.0 */
/* The redistributors' register map: RD frame, then SGI frame, per vCPU. */
#include "vgic_impl.h"

#define STRIDE_SHIFT  17 /* 0x20000: no VLPI frames */

#define GICR_CTLR     0x00000u
#define GICR_IIDR     0x00004u
#define GICR_TYPER    0x00008u
#define GICR_TYPER_HI 0x0000cu
#define GICR_WAKER    0x00014u
#define GICR_LPI      0x00040u /* SETLPIR .. INVALLR: RES0 without LPIs, but 64 bits wide */
#define GICR_LPI_END  0x000c0u
#define GICR_PIDR2    0x0ffe8u

#define SGI_BASE      0x10000u
#define SGI_IPRIORITY 0x10400u
#define SGI_PRIO_END  0x10420u
#define SGI_ICFGR0    0x10c00u
#define SGI_ICFGR1    0x10c04u

#define TYPER_LAST    HV_BIT(4)
#define TYPER_CPU     HV_BITS(23, 8)

#define WAKER_SLEEP   0x2u
#define WAKER_ASLEEP  0x4u

_Static_assert((HV_PUT(TYPER_CPU, 3) | TYPER_LAST) == 0x310, "GICR_TYPER of the last of four");

static hv_u64 read_typer(const struct hv_vgic *vgic, hv_u32 vcpu)
{
	const hv_u64 last = vcpu == vgic->vcpus - 1 ? TYPER_LAST : 0;

	return (hv_u64)vcpu << 32 | HV_PUT(TYPER_CPU, vcpu) | last;
}

static hv_u64 read_rd(const struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 offset, hv_u32 size)
{
	switch (offset) {
	case GICR_IIDR:
		return VGIC_IIDR;
	case GICR_TYPER:
		return size == 8 ? read_typer(vgic, vcpu) : read_typer(vgic, vcpu) & 0xffffffffu;
	case GICR_TYPER_HI:
		return read_typer(vgic, vcpu) >> 32;
	case GICR_WAKER:
		return vgic->cpu[vcpu].waker;
	case GICR_PIDR2:
		return VGIC_PIDR2;
	default:
		return 0; /* GICR_CTLR: no LPIs, no write is ever in flight */
	}
}

static bool is_bitmap(hv_u32 offset)
{
	/* The first word of each; the others are extended PPIs, which are not there. */
	return offset >= SGI_BASE + 0x80 && offset < SGI_IPRIORITY && (offset & 0x7f) == 0;
}

static hv_u64 read_sgi(const struct vgic_access *at, hv_u32 offset, hv_u32 size)
{
	if (is_bitmap(offset))
		return vgic_bitmap_read(at, offset);
	if (offset >= SGI_IPRIORITY && offset < SGI_PRIO_END)
		return vgic_prio_read(at->bank, offset & 0x1f, size);
	if (offset == SGI_ICFGR0 || offset == SGI_ICFGR1)
		return vgic_icfgr_read(at, offset / 4 & 1);
	return 0;
}

static void write_sgi(const struct vgic_access *at, hv_u32 offset, hv_u32 size, hv_u32 value)
{
	if (is_bitmap(offset))
		vgic_bitmap_write(at, offset, value);
	else if (offset >= SGI_IPRIORITY && offset < SGI_PRIO_END)
		vgic_prio_write(at, offset & 0x1f, size, value);
	else if (offset == SGI_ICFGR0 || offset == SGI_ICFGR1)
		vgic_icfgr_write(at, offset / 4 & 1, value);
}

/* ChildrenAsleep follows ProcessorSleep at once. */
static void write_waker(struct hv_vgic_cpu *cpu, hv_u32 value)
{
	cpu->waker = (value & WAKER_SLEEP) != 0 ? WAKER_SLEEP | WAKER_ASLEEP : 0;
}

static bool is_doubleword(hv_u32 offset)
{
	return offset == GICR_TYPER || (offset >= GICR_LPI && offset < GICR_LPI_END);
}

enum hv_vgic_verdict hv_vgic_redist_access(struct hv_vgic *vgic, hv_u32 offset, hv_u32 size,
					   bool write, hv_u64 *value, struct hv_vgic_fx *fx)
{
	const hv_u32 vcpu = offset >> STRIDE_SHIFT;
	const hv_u32 reg = offset & ((1u << STRIDE_SHIFT) - 1);
	const bool bytes = reg >= SGI_IPRIORITY && reg < SGI_PRIO_END;
	const bool ok = vgic_size_ok(reg, size, bytes, is_doubleword(reg));

	vgic_fx_clear(fx, vcpu + 1);
	if (!ok || vcpu >= vgic->vcpus) {
		*value = write ? *value : 0;
		return ok ? HV_VGIC_DONE : HV_VGIC_BAD_SIZE;
	}

	const struct vgic_access at = { vgic, &vgic->cpu[vcpu].priv, fx, 0 };

	if (!write)
		*value = reg < SGI_BASE ? read_rd(vgic, vcpu, reg, size) : read_sgi(&at, reg, size);
	else if (reg >= SGI_BASE)
		write_sgi(&at, reg, size, (hv_u32)*value);
	else if (reg == GICR_WAKER)
		write_waker(&vgic->cpu[vcpu], (hv_u32)*value);
	return HV_VGIC_DONE;
}
