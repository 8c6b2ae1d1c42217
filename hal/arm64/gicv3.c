/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical GICv3. Words 0 of the bitmaps live in the redistributor of the
 * executing CPU, the others in the distributor. Enable, pending and active
 * registers are write-one, so no access needs a lock between CPUs.
 */
#include <haven/bits.h>
#include <haven/hal/gic.h>

#include <arm64/gicv3.h>
#include <arm64/mmio.h>
#include <arm64/sysreg.h>

#define GICD_CTLR      0x0000
#define GICD_IGROUPR   0x0080
#define GIC_ISENABLER  0x0100 /* the same offsets in GICD and in the SGI frame */
#define GIC_ICENABLER  0x0180
#define GIC_ICPENDR    0x0280
#define GIC_ISACTIVER  0x0300
#define GIC_ICACTIVER  0x0380
#define GIC_IPRIORITYR 0x0400
#define GICD_ICFGR     0x0c00
#define GICD_IROUTER   0x6000
#define GICR_WAKER     0x0014
#define GICR_SGI_FRAME 0x10000
#define GICR_STRIDE    0x20000

#define GICD_CTLR_RWP       0x80000000u
#define GICR_CTLR_RWP       0x8u
#define GICD_CTLR_ARE_NS    0x10u
#define GICD_CTLR_GRP1      0x2u /* EnableGrp1, or EnableGrp1A from Non-secure */
#define WAKER_PROCESSOR     0x2u
#define WAKER_CHILDREN      0x4u
#define TYPER_AFFINITY      HV_BITS(63, 32)
#define SPI_PRIORITY        0xa0a0a0a0u
#define PRIVATE_PRIORITY    0x80808080u /* EL2's timer and kicks come before any device */
#define ICC_CTLR_EOIMODE    HV_BIT(1)
#define ICC_SRE_EL2         UINT64_C(7) /* SRE, no bypass; a guest's ICC_SRE_EL1 traps */
#define ALL_PRIORITIES      UINT64_C(0xff)

/* A handshake takes a few bus cycles; this many polls mean that the GIC is broken. */
#define POLLS 100000

static hv_u64 gicd;
static hv_u64 gicr[HV_MAX_CPUS];

/* Aff3.Aff2.Aff1.Aff0 as GICR_TYPER holds it, from MPIDR. */
static hv_u64 packed_affinity(hv_u64 mpidr)
{
	return (HV_GET(HV_BITS(39, 32), mpidr) << 24) | HV_GET(HV_BITS(23, 0), mpidr);
}

static void wait_clear(hv_u64 address, hv_u32 mask)
{
	for (int i = 0; i < POLLS && (mmio_read32(address) & mask) != 0; i++)
		; /* bound: POLLS */
}

static void wait_rwp(void)
{
	wait_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
}

void hv_hal_gicd_init(hv_u64 base, hv_u32 intid_count)
{
	gicd = base;
	/* ARE never goes back to 0: 12.9.4. */
	mmio_write32(gicd + GICD_CTLR, mmio_read32(gicd + GICD_CTLR) & GICD_CTLR_ARE_NS);
	wait_rwp();
	for (hv_u64 word = 1; word < intid_count / 32; word++) { /* bound: HV_MAX_IRQ_ID / 32 */
		mmio_write32(gicd + GIC_ICENABLER + 4 * word, ~0u);
		mmio_write32(gicd + GIC_ICPENDR + 4 * word, ~0u);
		mmio_write32(gicd + GIC_ICACTIVER + 4 * word, ~0u);
		mmio_write32(gicd + GICD_IGROUPR + 4 * word, ~0u);
	}
	for (hv_u64 i = 32; i < intid_count; i += 4) /* bound: HV_MAX_IRQ_ID / 4 */
		mmio_write32(gicd + GIC_IPRIORITYR + i, SPI_PRIORITY);
	wait_rwp();
	mmio_write32(gicd + GICD_CTLR, GICD_CTLR_ARE_NS);
	wait_rwp();
	mmio_write32(gicd + GICD_CTLR, GICD_CTLR_ARE_NS | GICD_CTLR_GRP1);
	wait_rwp();
}

static hv_u64 find_frame(hv_u64 first, hv_u32 frames)
{
	const hv_u64 affinity = packed_affinity(read_mpidr_el1());

	for (hv_u32 i = 0; i < frames; i++) { /* bound: HV_MAX_CPUS */
		const hv_u64 frame = first + (hv_u64)i * GICR_STRIDE;

		if (HV_GET(TYPER_AFFINITY, mmio_read64(frame + GICR_TYPER)) == affinity)
			return frame;
	}
	return 0;
}

hv_u64 gicv3_redistributor(void)
{
	const hv_u64 affinity = packed_affinity(read_mpidr_el1());

	for (hv_u32 i = 0; i < HV_MAX_CPUS; i++) { /* bound: HV_MAX_CPUS */
		const hv_u64 frame = gicr[i] - GICR_SGI_FRAME;

		if (gicr[i] != 0 &&
		    HV_GET(TYPER_AFFINITY, mmio_read64(frame + GICR_TYPER)) == affinity)
			return frame;
	}
	return 0;
}

static void cpu_interface_init(void)
{
	write_icc_sre_el2(ICC_SRE_EL2);
	isb();
	write_icc_pmr_el1(ALL_PRIORITIES);
	write_icc_bpr1_el1(0);
	write_icc_ctlr_el1(ICC_CTLR_EOIMODE);
	write_icc_igrpen1_el1(1);
	isb();
}

bool hv_hal_gicr_init(hv_u64 first_frame, hv_u32 frames, hv_u32 cpu)
{
	const hv_u64 frame = find_frame(first_frame, frames);

	if (frame == 0)
		return false;
	gicr[cpu] = frame + GICR_SGI_FRAME;
	mmio_write32(frame + GICR_CTLR, 0); /* no LPIs */
	wait_clear(frame + GICR_CTLR, GICR_CTLR_RWP);
	mmio_write32(frame + GICR_WAKER, mmio_read32(frame + GICR_WAKER) & ~WAKER_PROCESSOR);
	wait_clear(frame + GICR_WAKER, WAKER_CHILDREN);
	mmio_write32(gicr[cpu] + GICD_IGROUPR, ~0u);
	mmio_write32(gicr[cpu] + GIC_ICENABLER, 0xffff0000u);
	wait_clear(frame + GICR_CTLR, GICR_CTLR_RWP);
	mmio_write32(gicr[cpu] + GIC_ICPENDR, ~0u);
	mmio_write32(gicr[cpu] + GIC_ICACTIVER, ~0u);
	for (hv_u64 i = 0; i < 32; i += 4) /* bound: 8 */
		mmio_write32(gicr[cpu] + GIC_IPRIORITYR + i, PRIVATE_PRIORITY);
	mmio_write32(gicr[cpu] + GIC_ISENABLER, 0xffffu);
	cpu_interface_init();
	return true;
}

/* Frame that holds a bitmap word: the CPU's own for word 0. */
static hv_u64 bank(hv_u32 cpu, hv_u32 word)
{
	return word == 0 ? gicr[cpu] : gicd + (hv_u64)word * 4;
}

void hv_hal_gic_enable(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	mmio_write32(bank(cpu, word) + GIC_ISENABLER, mask);
}

void hv_hal_gic_disable(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	mmio_write32(bank(cpu, word) + GIC_ICENABLER, mask);
	if (word == 0)
		wait_clear(gicr[cpu] - GICR_SGI_FRAME + GICR_CTLR, GICR_CTLR_RWP);
	else
		wait_rwp();
}

void hv_hal_gic_clear_pending(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	mmio_write32(bank(cpu, word) + GIC_ICPENDR, mask);
}

void hv_hal_gic_clear_active(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	mmio_write32(bank(cpu, word) + GIC_ICACTIVER, mask);
}

hv_u32 hv_hal_gic_active(hv_u32 cpu)
{
	dsb(sy); /* writes of the CPU interface have reached the redistributor */
	return mmio_read32(gicr[cpu] + GIC_ISACTIVER);
}

void hv_hal_gic_set_active(hv_u32 cpu, hv_u32 mask)
{
	mmio_write32(gicr[cpu] + GIC_ISACTIVER, mask);
}

static hv_u64 frame_base(hv_u32 frame)
{
	return frame == HV_GICD ? gicd : gicr[frame];
}

hv_u32 hv_hal_gic_read(hv_u32 frame, hv_u32 offset)
{
	return mmio_read32(frame_base(frame) + offset);
}

void hv_hal_gic_write(hv_u32 frame, hv_u32 offset, hv_u32 value)
{
	mmio_write32(frame_base(frame) + offset, value);
}

void hv_hal_gic_set_edge(hv_u32 intid, bool edge)
{
	const hv_u64 address = gicd + GICD_ICFGR + (hv_u64)(intid / 16) * 4;
	const hv_u32 bit = 2u << (intid % 16 * 2);
	const hv_u32 old = mmio_read32(address);

	mmio_write32(address, edge ? old | bit : old & ~bit);
}

void hv_hal_gic_route(hv_u32 intid, hv_u64 mpidr)
{
	mmio_write64(gicd + GICD_IROUTER + (hv_u64)intid * 8, mpidr);
}

hv_u32 hv_hal_gic_ack(void)
{
	const hv_u32 intid = (hv_u32)HV_GET(HV_BITS(23, 0), read_icc_iar1_el1());

	dsb(sy);
	return intid;
}

void hv_hal_gic_eoi(hv_u32 intid)
{
	write_icc_eoir1_el1(intid);
}

void hv_hal_gic_deactivate(hv_u32 intid)
{
	write_icc_dir_el1(intid);
}

/*
 * ICC_SGI1R_EL1: Aff3 [55:48], RS [47:44], Aff2 [39:32], INTID [27:24],
 * Aff1 [23:16], TargetList [15:0].
 */
void hv_hal_gic_send_sgi(hv_u64 mpidr, hv_u32 sgi)
{
	const hv_u64 aff0 = HV_GET(HV_BITS(7, 0), mpidr);

	dsb(ishst);
	write_icc_sgi1r_el1(HV_PUT(HV_BITS(55, 48), HV_GET(HV_BITS(39, 32), mpidr)) |
			    HV_PUT(HV_BITS(47, 44), aff0 >> 4) |
			    HV_PUT(HV_BITS(39, 32), HV_GET(HV_BITS(23, 16), mpidr)) |
			    HV_PUT(HV_BITS(27, 24), sgi) |
			    HV_PUT(HV_BITS(23, 16), HV_GET(HV_BITS(15, 8), mpidr)) |
			    (UINT64_C(1) << (aff0 & 15)));
	isb();
}
