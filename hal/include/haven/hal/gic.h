/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_GIC_H
#define HAVEN_HAL_GIC_H
/**
 * @file
 * The physical GICv3: distributor, this CPU's redistributor and CPU interface,
 * and the virtual CPU interface (ICH_*). Words are the 32-INTID words of the
 * distributor bitmaps; bits of a mask that are 0 are left alone. Word 0 (SGI and
 * PPI) is the one of @p cpu, an index of the board's CPUs; for SPIs it is ignored.
 */
#include <haven/types.h>

/** Ids that ICC_IAR1_EL1 can answer besides real ones: SPECIAL..NONE. */
#define HV_INTID_SPECIAL 1020u
#define HV_INTID_NONE    1023u

/** SGI that makes a CPU look at its requests. */
#define HV_SGI_KICK 0u

/** Distributor: everything off, Group 1, one priority, then enabled. Boot CPU. */
void hv_hal_gicd_init(hv_u64 base, hv_u32 intid_count);
/**
 * Wake this CPU's redistributor; SGIs on, PPIs off; CPU interface with EOImode 1.
 * @return false if no redistributor carries this CPU's affinity.
 */
bool hv_hal_gicr_init(hv_u64 first_frame, hv_u32 frames, hv_u32 cpu);

void hv_hal_gic_enable(hv_u32 cpu, hv_u32 word, hv_u32 mask);
/** Takes effect before it returns. */
void hv_hal_gic_disable(hv_u32 cpu, hv_u32 word, hv_u32 mask);
void hv_hal_gic_clear_pending(hv_u32 cpu, hv_u32 word, hv_u32 mask);
void hv_hal_gic_clear_active(hv_u32 cpu, hv_u32 word, hv_u32 mask);
/** Frame of hv_hal_gic_read/write: the distributor; else a CPU index, its SGI frame. */
#define HV_GICD 0xffffffffu
hv_u32 hv_hal_gic_read(hv_u32 frame, hv_u32 offset);
void hv_hal_gic_write(hv_u32 frame, hv_u32 offset, hv_u32 value);
/** Trigger of an SPI, at boot only. */
void hv_hal_gic_set_edge(hv_u32 intid, bool edge);
/** Affinity routing of an SPI to one CPU. @p mpidr: affinity fields. */
void hv_hal_gic_route(hv_u32 intid, hv_u64 mpidr);

/** Acknowledge: INTID, or a special one. */
hv_u32 hv_hal_gic_ack(void);
/** Priority drop. */
void hv_hal_gic_eoi(hv_u32 intid);
/** Deactivate. Not for LPIs, 8192 and up: they have no active state. */
void hv_hal_gic_deactivate(hv_u32 intid);
/** Send an SGI to the CPU with this affinity; earlier stores are visible to it. */
void hv_hal_gic_send_sgi(hv_u64 mpidr, hv_u32 sgi);

/** List registers implemented, 1..16. */
hv_u32 hv_hal_lr_count(void);
hv_u64 hv_hal_lr_read(hv_u32 index);
void hv_hal_lr_write(hv_u32 index, hv_u64 value);
/** ICH_ELRSR_EL2, ICH_HCR_EL2, ICH_VMCR_EL2. */
hv_u64 hv_hal_lr_empty(void);
hv_u64 hv_hal_ich_hcr(void);
hv_u64 hv_hal_ich_vmcr(void);
void hv_hal_ich_set_hcr(hv_u64 value);
/** Active SGIs and PPIs of this CPU, with all that a guest has deactivated until now. */
hv_u32 hv_hal_gic_active(hv_u32 cpu);
void hv_hal_gic_set_active(hv_u32 cpu, hv_u32 mask);
/** Reset the virtual CPU interface: no list register, no active priority, ICH_VMCR_EL2 = 0. */
void hv_hal_ich_reset(void);

#endif
