/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_VGIC_H
#define HAVEN_VGIC_H
/**
 * @file
 * Virtual GICv3 of one partition: distributor, redistributors, SGIs, list registers.
 *
 * Pure logic: the caller samples and writes hardware, these functions decide.
 *
 * **Model.** One security state (GICD_CTLR.DS = 1), affinity routing always on, no
 * LPIs, 5 priority bits, no 1-of-N. This is what a guest finds on a machine without
 * EL3 firmware of its own, and what makes Linux read priorities unshifted. Both
 * groups work: Group 0 reaches the guest as FIQ. vCPU n has affinity 0.0.0.n.
 *
 * **Hardware interrupts** (HV_VGIC_HW) carry the same INTID physically. The physical
 * enable follows the guest's enable. Pending that the guest sets or clears is
 * forwarded to the physical GIC, not latched here: the state then has one home, so
 * level lines, re-arrival while active and reads behave as the hardware does. Once
 * EL2 has acknowledged one, it is physically active and waits here or in a list
 * register until the guest deactivates it.
 *
 * **Locking.** All calls on one `struct hv_vgic` are made under one lock that the
 * caller holds and that only CPUs of this partition take, except hv_vgic_sgi(),
 * which needs none. `vcpu` is the calling vCPU, running on this CPU, unless stated.
 *
 * **Errors.** What a guest can cause is a verdict. Indices (`vcpu`) are the caller's
 * own and must be below the configured count.
 */
#include <haven/types.h>

/** Words of a distributor bitmap; word 0 holds the private interrupts. */
#define HV_VGIC_WORDS (HV_MAX_IRQ_ID / 32)
/** List registers that the architecture allows. */
#define HV_VGIC_MAX_LRS 16
/** Deactivations of spilled interrupts (ICH_HCR_EL2.EOIcount) that one sync works off. The
 *  first one raises the maintenance interrupt, so that more than one is rare; what lies
 *  above stays active until the guest clears it. */
#define HV_VGIC_EOI_STEP 2

/* ---- state: fields are private to lib/irq, the layout is public for allocation ---- */

/** 32 INTIDs. Bit n of each word belongs to INTID 32 * index + n. */
struct hv_vgic_bank {
	hv_u32 owned;   /**< Exists for the guest; all else is RAZ/WI. */
	hv_u32 hw;      /**< Backed by the physical interrupt of the same INTID. */
	hv_u32 edge;    /**< Edge-triggered, else level-sensitive. */
	hv_u32 enable;
	hv_u32 group;   /**< 1: Group 1. */
	hv_u32 pend;    /**< Latched pending that is in no list register. */
	hv_u32 line;    /**< Input of emulated devices. */
	hv_u32 active;  /**< Active; for queued ones as last known. */
	hv_u32 queued;  /**< In a list register of the vCPU in `at`. */
	hv_u32 moving;  /**< IROUTER differs from `at` until it is idle. */
	hv_u32 unpend;  /**< Remove pending from its list register at its next sync. */
	hv_u32 unact;   /**< Remove active likewise. */
	hv_u32 plane[5]; /**< Priority[7:3], bit k of each INTID: plane[0] is bit 3. */
	hv_u32 prio[8];  /**< GICD_IPRIORITYR words. */
	hv_u32 at[HV_MAX_CPUS];    /**< Which interrupts are delivered to which vCPU. */
	hv_u32 route[HV_MAX_CPUS]; /**< Which are routed there in GICD_IROUTER. */
	hv_u32 home[HV_MAX_CPUS];  /**< Which are at reset. */
};

/** One vCPU: private interrupts, and what its list registers hold. */
struct hv_vgic_cpu {
	struct hv_vgic_bank priv;
	hv_u32 inbox;   /**< SGIs sent to it, bits 15:0. Atomic, the only lock-free field. */
	hv_u32 waiting; /**< Bit w: word w may hold something to deliver. Bit 0: private. */
	hv_u32 used;    /**< List registers given something. */
	hv_u32 latched; /**< Of those, whose pending came from a latch, not from a line. */
	bool resync;    /**< List registers no longer match the state. */
	hv_u8 waker;    /**< GICR_WAKER. */
	hv_u8 hint[32]; /**< List register that INTID n modulo 32 had last. */
	hv_u16 intid[HV_VGIC_MAX_LRS];
};

/** One partition's GIC. */
struct hv_vgic {
	hv_u32 vcpus, words, lrs;
	hv_u32 on0, on1; /**< All ones while the group is enabled in GICD_CTLR. */
	struct hv_vgic_cpu cpu[HV_MAX_CPUS];
	struct hv_vgic_bank spi[HV_VGIC_WORDS]; /**< [0] unused. */
};

/* ---- set-up ---- */

#define HV_VGIC_HW   0x1u /**< Physical interrupt of the same INTID. */
#define HV_VGIC_EDGE 0x2u /**< Edge-triggered; else level-sensitive. */

/**
 * Make an empty GIC: SGIs only.
 *
 * Who: boot code, per partition.
 *
 * @param vcpus  1..HV_MAX_CPUS.
 * @param words  INTIDs / 32, 2..HV_VGIC_WORDS: sets GICD_TYPER.ITLinesNumber and each bound here.
 * @param lrs    List registers, 1..16: ICH_VTR_EL2.ListRegs + 1.
 *
 * @retval HV_OK      Ready for hv_vgic_add(); registers have their reset values.
 * @retval HV_EINVAL  NULL or out of range.
 * Cost: bounded by the size of the state; boot only.
 */
HV_MUST_CHECK
hv_status_t hv_vgic_init(struct hv_vgic *vgic, hv_u32 vcpus, hv_u32 words, hv_u32 lrs);

/**
 * Let the guest have an interrupt: a PPI on each of its vCPUs, or an SPI.
 *
 * Who: boot code, after hv_vgic_init(). Ownership of hardware interrupts is checked by
 * hv_irq_assign(), not here.
 *
 * @param intid  16..32*words-1, at most 1019.
 * @param flags  HV_VGIC_HW, HV_VGIC_EDGE. Trigger is wiring: a guest cannot change it.
 * @param vcpu   SPI: reset value of GICD_IROUTER; PPI: ignored.
 *
 * @retval HV_OK      Added.
 * @retval HV_EINVAL  NULL, INTID, flags or vCPU out of range.
 * Cost: vCPUs.
 */
HV_MUST_CHECK
hv_status_t hv_vgic_add(struct hv_vgic *vgic, hv_u32 intid, hv_u32 flags, hv_u32 vcpu);

/**
 * Put every register back to its reset value; added interrupts stay.
 *
 * Who: partition (re)start, while none of its vCPUs runs, after the caller has zeroed
 * the list registers and quiesced hardware with hv_vgic_hw_word(). Lines of emulated
 * devices read as low afterwards.
 *
 * Reset values: all disabled, inactive, Group 1, priority 0, GICD_CTLR 0x50,
 * GICR_WAKER 0x6, IROUTER as added. Group 1 at reset (the specification leaves it
 * open) saves simple guests from programming IGROUPR.
 *
 * Cost: words + vCPUs banks.
 */
void hv_vgic_reset(struct hv_vgic *vgic);

/**
 * Hardware interrupts of distributor word @p word (word 0: PPIs): write it to the
 * physical ICENABLER, ICPENDR and ICACTIVER (word 0: of each of its CPUs) to quiesce
 * the partition for a stop or restart; then restore IROUTER.
 *
 * @return 0 for words out of range. Cost: constant.
 */
hv_u32 hv_vgic_hw_word(const struct hv_vgic *vgic, hv_u32 word);

/** SPIs of distributor word @p word that are hardware's and enabled: what the physical ISENABLER
 *  has to show of them. Lock held. @return 0 for words out of range. Cost: constant. */
hv_u32 hv_vgic_enabled_word(const struct hv_vgic *vgic, hv_u32 word);

/** PPIs of @p vcpu that are hardware's and enabled: what its physical ISENABLER0 has to show.
 *  Another vCPU may change them meanwhile; it kicks then. Cost: constant. */
hv_u32 hv_vgic_ppi_enabled(const struct hv_vgic *vgic, hv_u32 vcpu);

/** Reset target vCPU of SPI @p intid; 0 for anything that is no SPI of the guest. Cost: vCPUs. */
hv_u32 hv_vgic_home(const struct hv_vgic *vgic, hv_u32 intid);

/* ---- register accesses (stage-2 data abort on GICD or GICR) ---- */

/** What a guest's access came to. */
enum hv_vgic_verdict {
	HV_VGIC_DONE,     /**< Emulated, RAZ/WI included. */
	HV_VGIC_BAD_SIZE, /**< Width or alignment that the register does not allow; no effect, reads 0. */
};

/** One 32-bit store to the physical GIC, at the same offset as the guest's register. */
struct hv_vgic_poke {
	hv_u32 offset; /**< From GICD (SPIs), or from the SGI frame of the redistributor. */
	hv_u32 value;
};

/** What the caller must do after an access. Overwritten by each access. */
struct hv_vgic_fx {
	hv_u32 merge;   /**< Read, if not 0: OR (this mask AND the physical register at the same
			 *   offset, as for a poke) into the value. */
	hv_u32 merge_offset; /**< That offset. */
	hv_u32 pokes;   /**< Stores to make, in order: 0..2. */
	struct hv_vgic_poke poke[2];
	hv_u32 redist;  /**< 0: pokes and merge go to GICD. n: redistributor of vCPU n - 1. */
	hv_u32 route_intid; /**< Not 0: set the physical GICD_IROUTER of this SPI ... */
	hv_u32 route_vcpu;  /**< ... to the CPU of this vCPU. */
	hv_u32 kick;    /**< vCPUs that must call hv_vgic_deliver(), the caller's own included. */
	bool denied;    /**< Asked for something not its own: HV_J_IRQ_DENIED. */
};

/**
 * True if the list registers must be read and hv_vgic_sync() called before the access,
 * and hv_vgic_flush() after it: pending and active registers.
 *
 * @param offset  From GICD, or from the first redistributor.
 * @param redist  The offset is a redistributor's.
 * Cost: constant.
 */
bool hv_vgic_needs_sync(hv_u32 offset, bool redist);

/**
 * Access to the distributor.
 *
 * @param offset  From the frame's base, below 0x10000.
 * @param size    Bytes: 1, 2, 4 or 8.
 * @param value   Write: the data. Read: receives the data, zero-extended.
 * @param fx      Receives what the caller must do.
 *
 * All registers take 32-bit accesses; IPRIORITYR and ITARGETSR also 8-bit, IROUTER also
 * 64-bit. Bits of INTIDs that were not added are RAZ/WI; setting their enable, pending
 * or active bit is also reported as `denied`, as are a level made edge in ICFGR and an
 * IROUTER with IRM = 1 or a target outside of the partition. Clearing is never denied:
 * an operating system starts by clearing everything, triggers included.
 *
 * What another vCPU has in its list registers is read as last known, and that vCPU is
 * kicked, so that a guest that polls sees the truth the next time; clearing its
 * pending or active bit takes effect when that vCPU has followed its kick, setting its
 * active bit has no effect.
 * Cost: constant; writes add one step per vCPU.
 * Source: IHI 0069, "The GIC Distributor register map".
 */
enum hv_vgic_verdict hv_vgic_dist_access(struct hv_vgic *vgic, hv_u32 offset, hv_u32 size,
					 bool write, hv_u64 *value, struct hv_vgic_fx *fx);

/**
 * Access to the redistributors, one 0x20000 frame pair per vCPU, any vCPU's from any.
 *
 * @param offset  From the first frame's base. At or past vcpus * 0x20000: RAZ/WI.
 *
 * Others as hv_vgic_dist_access(). GICR_TYPER also takes 64-bit accesses. GICR_WAKER
 * completes its handshake at once and does not hold interrupts back.
 * Source: IHI 0069, "The GIC Redistributor register map".
 */
enum hv_vgic_verdict hv_vgic_redist_access(struct hv_vgic *vgic, hv_u32 offset, hv_u32 size,
					   bool write, hv_u64 *value, struct hv_vgic_fx *fx);

/* ---- software generated interrupts ---- */

/**
 * A guest's write to ICC_SGI1R_EL1. No lock needed.
 *
 * @param value   Register value.
 * @param denied  Set if a target lies outside of the partition; the others still get it.
 *
 * @return vCPUs that must call hv_vgic_deliver(), the caller's own included.
 *
 * ICC_SGI0R_EL1 and ICC_ASGI1R_EL1 are refused by the caller: no guest has another
 * security state or a use for Group 0 SGIs.
 * Cost: one step per vCPU.
 * Source: IHI 0069, "ICC_SGI1R_EL1".
 */
hv_u32 hv_vgic_sgi(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 value, bool *denied);

/* ---- delivery through list registers ---- */

/** What brings an interrupt to the guest. */
enum hv_vgic_step {
	HV_VGIC_IDLE,     /**< Nothing to do now. */
	HV_VGIC_WRITE_LR, /**< Write `slot->value` to ICH_LR<slot->index>_EL2. */
	HV_VGIC_RESYNC,   /**< Read the list registers, hv_vgic_sync(), hv_vgic_flush(), write them. */
	HV_VGIC_FOREIGN,  /**< Not this guest's: deactivate it physically, HV_J_IRQ_SPURIOUS. */
};

struct hv_vgic_slot {
	hv_u64 value;
	hv_u32 index;
};

/**
 * Physical interrupt acknowledged on the CPU of @p vcpu: the fast path.
 *
 * The caller has done the priority drop (ICC_EOIR1_EL1, EOImode 1) and does not
 * deactivate; the guest's deactivation does, through the list register.
 *
 * @param intid  Owned by this partition (hv_irq_owner()) and added with HV_VGIC_HW.
 * @param elrsr  ICH_ELRSR_EL2.
 * @param slot   Written on HV_VGIC_WRITE_LR.
 *
 * @return A step: HV_VGIC_IDLE if it is held back (disabled, group off), HV_VGIC_FOREIGN
 *         if it was not added with HV_VGIC_HW; no effect then.
 * Cost: constant plus one step per list register that became free.
 */
enum hv_vgic_step hv_vgic_inject(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, hv_u64 elrsr,
				 struct hv_vgic_slot *slot);

/**
 * Look for work: SGIs received, changes by other vCPUs, raised lines.
 *
 * Who: on the CPU of @p vcpu, when it is named in a kick bitmap: at once for the caller
 * itself, from the kick SGI's handler for others.
 *
 * Cost: as hv_vgic_inject().
 */
enum hv_vgic_step hv_vgic_deliver(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 elrsr,
				  struct hv_vgic_slot *slot);

/**
 * May hv_vgic_deliver() have work? For a vCPU whose list registers come back from memory:
 * what arrived meanwhile, and changes by others. Needs no lock: whoever adds something
 * after the look kicks.
 * Cost: constant.
 */
bool hv_vgic_undelivered(const struct hv_vgic *vgic, hv_u32 vcpu);

/** True if list register value @p lr is pending, i.e. a WFI would not wait. Cost: constant. */
bool hv_vgic_lr_pending(hv_u64 lr);

/**
 * Drive the input of an emulated device's interrupt.
 *
 * Level-sensitive: pending while @p high, presented again after the guest's EOI if
 * still high. Edge-triggered: a rise latches pending.
 *
 * @param vcpu  PPI: whose. SPI: ignored.
 * @return vCPUs that must call hv_vgic_deliver(); 0 for INTIDs not added, or hardware's.
 * Cost: constant plus one step per vCPU.
 */
hv_u32 hv_vgic_set_level(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, bool high);

/** List registers and control, as the hardware holds them. */
struct hv_vgic_lrs {
	hv_u64 lr[HV_VGIC_MAX_LRS]; /**< ICH_LR<n>_EL2 */
	hv_u64 hcr;                 /**< ICH_HCR_EL2 */
	hv_u64 vmcr;                /**< ICH_VMCR_EL2; only read: VEOIM. */
};

/** What the caller must do after a sync. */
struct hv_vgic_sync_fx {
	hv_u32 kick;  /**< Other vCPUs that must call hv_vgic_deliver(). */
	hv_u32 count; /**< INTIDs to deactivate physically: write each to ICC_DIR_EL1. */
	hv_u16 deactivate[HV_VGIC_MAX_LRS + HV_VGIC_EOI_STEP + 1];
};

/** List registers that hold something, i.e. that a sync must be given. Cost: constant. */
hv_u32 hv_vgic_used(const struct hv_vgic *vgic, hv_u32 vcpu);

/**
 * Take the list registers' contents back into the state. All are free afterwards; a
 * hv_vgic_flush() must follow before the guest runs.
 *
 * Who: maintenance interrupt, HV_VGIC_RESYNC, before an access that hv_vgic_needs_sync().
 *
 * @param lrs  lr[] of hv_vgic_used(), hcr and vmcr sampled from hardware.
 * Cost: used list registers + HV_VGIC_EOI_STEP searches over the words.
 * Source: IHI 0069, "ICH_LR<n>_EL2", "ICH_HCR_EL2.EOIcount".
 */
void hv_vgic_sync(struct hv_vgic *vgic, hv_u32 vcpu, const struct hv_vgic_lrs *lrs,
		  struct hv_vgic_sync_fx *fx);

/**
 * Fill the list registers with what matters most and ask for the maintenance
 * interrupts that bring in the rest.
 *
 * The best pending interrupt always has a list register; the others go to the highest
 * priorities, active before pending. What does not fit waits here: pending ones set
 * NPIE, active ones LRENPIE and TDIR.
 *
 * @param lrs  Receives all configured list registers (0: empty) and ICH_HCR_EL2;
 *             write each to hardware.
 * Cost: words + list registers searches.
 */
void hv_vgic_flush(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_lrs *lrs);

/**
 * A guest's write to ICC_DIR_EL1, trapped while TDIR is set: deactivate @p intid.
 *
 * Who: between hv_vgic_sync() and hv_vgic_flush(), with the same @p fx: a physical
 * deactivation is added to its list.
 *
 * An INTID that is not active on this vCPU has no effect; any value is safe.
 * Cost: constant plus one step per vCPU.
 */
void hv_vgic_dir(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, struct hv_vgic_sync_fx *fx);

#endif
