/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_VGIC_IMPL_H
#define HAVEN_VGIC_IMPL_H
/* What the files of the virtual GIC share. */
#include <haven/bits.h>
#include <haven/vgic.h>

#define VGIC_FIRST_SPECIAL 1020u
#define VGIC_NONE          0xffffffffu

/* GICD_IIDR and GICR_IIDR: product 'H', no JEP106 implementer. */
#define VGIC_IIDR  0x48000000u
#define VGIC_PIDR2 0x3bu /* ArchRev 3: GICv3 */

_Static_assert(HV_MAX_CPUS <= 16, "a vCPU index is Aff0 of one target list, and a nibble");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "priority bytes in their words");
_Static_assert(HV_VGIC_WORDS <= 32, "one summary word per vCPU");

static inline struct hv_vgic_bank *vgic_bank(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 word)
{
	return word == 0 ? &vgic->cpu[vcpu].priv : &vgic->spi[word];
}

/* Enabled, and so is its group. */
static inline hv_u32 vgic_enabled(const struct hv_vgic *vgic, const struct hv_vgic_bank *bank)
{
	return bank->enable & ((bank->group & vgic->on1) | (~bank->group & vgic->on0));
}

/* Pending for the guest, list registers aside. */
static inline hv_u32 vgic_pending(const struct hv_vgic_bank *bank)
{
	return bank->pend | (bank->line & ~bank->edge);
}

/* Pending ones that a list register would signal. */
static inline hv_u32 vgic_ready(const struct hv_vgic *vgic, const struct hv_vgic_bank *bank)
{
	return vgic_pending(bank) & vgic_enabled(vgic, bank) & ~bank->active & ~bank->queued;
}

/* Active ones that the guest's EOI will not find in a list register. */
static inline hv_u32 vgic_spilled(const struct hv_vgic_bank *bank)
{
	return bank->active & ~bank->queued;
}

static inline hv_u32 vgic_prio_byte(const struct hv_vgic_bank *bank, hv_u32 n)
{
	return ((const hv_u8 *)bank->prio)[n];
}

/* Tell the vCPUs concerned that interrupts @mask of a word changed; returns whom to kick. */
hv_u32 vgic_changed(struct hv_vgic *vgic, struct hv_vgic_bank *bank, hv_u32 word, hv_u32 mask);

/* Carry out new routes of SPIs @mask, which are idle; returns whom to kick. */
hv_u32 vgic_settle(struct hv_vgic *vgic, hv_u32 word, hv_u32 mask);

/* The vCPU whose mask in @masks has @bit; 0 if none. */
static inline hv_u32 vgic_find(const struct hv_vgic *vgic, const hv_u32 *masks, hv_u32 bit)
{
	for (hv_u32 v = 1; v < vgic->vcpus; v++) /* bound: HV_MAX_CPUS */
		if ((masks[v] & bit) != 0)
			return v;
	return 0;
}

/* Registers that distributor and redistributor have in common, for one word. */
struct vgic_access {
	struct hv_vgic *vgic;
	struct hv_vgic_bank *bank;
	struct hv_vgic_fx *fx;
	hv_u32 word;
};

hv_u32 vgic_bitmap_read(const struct vgic_access *at, hv_u32 offset);
void vgic_bitmap_write(const struct vgic_access *at, hv_u32 offset, hv_u32 value);
hv_u32 vgic_icfgr_read(const struct vgic_access *at, hv_u32 half);
void vgic_icfgr_write(const struct vgic_access *at, hv_u32 half, hv_u32 value);

/* GICD/GICR_IPRIORITYR of one word: @n is the first INTID's bit, @size 1 or 4 bytes. */
hv_u32 vgic_prio_read(const struct hv_vgic_bank *bank, hv_u32 n, hv_u32 size);
void vgic_prio_write(const struct vgic_access *at, hv_u32 n, hv_u32 size, hv_u32 value);

static inline void vgic_fx_clear(struct hv_vgic_fx *fx, hv_u32 redist)
{
	fx->merge = 0;
	fx->pokes = 0;
	fx->redist = redist;
	fx->route_intid = 0;
	fx->kick = 0;
	fx->denied = false;
}

static inline hv_u32 vgic_low_bits(hv_u32 count) /* 1..32 */
{
	return 0xffffffffu >> ((32 - count) & 31);
}

static inline bool vgic_size_ok(hv_u32 offset, hv_u32 size, bool bytes, bool doublewords)
{
	if ((offset & (size - 1)) != 0)
		return false;
	return size == 4 || (size == 1 && bytes) || (size == 8 && doublewords);
}

/* List register @index for @intid of @bank, whose state moves into it. */
hv_u64 vgic_place(struct hv_vgic *vgic, struct hv_vgic_cpu *cpu, struct hv_vgic_bank *bank,
		  hv_u32 intid, hv_u32 index);

/* SGIs received since the last time. */
static inline hv_u32 vgic_take_inbox(struct hv_vgic_cpu *cpu)
{
	if (__atomic_load_n(&cpu->inbox, __ATOMIC_RELAXED) == 0)
		return 0;
	return __atomic_exchange_n(&cpu->inbox, 0, __ATOMIC_ACQUIRE); /* bound: others' writes */
}

/* ICH_LR<n>_EL2 */
#define LR_PENDING HV_BIT(62) /* State[0] */
#define LR_ACTIVE  HV_BIT(63) /* State[1] */
#define LR_HW      HV_BIT(61)
#define LR_GROUP   HV_BIT(60)
#define LR_PRIO    HV_BITS(55, 48)
#define LR_PINTID  HV_BITS(44, 32)
#define LR_EOI     HV_BIT(41) /* only with HW = 0 */
#define LR_VINTID  HV_BITS(31, 0)

/* ICH_HCR_EL2 */
#define HCR_EN       HV_BIT(0)
#define HCR_LRENPIE  HV_BIT(2)
#define HCR_NPIE     HV_BIT(3)
#define HCR_TDIR     HV_BIT(14)
#define HCR_EOICOUNT HV_BITS(31, 27)
#define VMCR_VEOIM   HV_BIT(9) /* ICH_VMCR_EL2: the guest's EOImode */

_Static_assert(LR_PRIO == UINT64_C(0x00ff000000000000), "LR.Priority");
_Static_assert(LR_PINTID == UINT64_C(0x00001fff00000000), "LR.pINTID");
_Static_assert(LR_EOI == UINT64_C(0x0000020000000000), "LR.EOI");
_Static_assert(VMCR_VEOIM == 0x200, "VMCR.VEOIM");
_Static_assert(HCR_EOICOUNT == UINT64_C(0xf8000000), "HCR.EOIcount");
_Static_assert(HCR_TDIR == UINT64_C(0x4000), "HCR.TDIR");

#endif
