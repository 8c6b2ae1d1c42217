/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MSI_H
#define HAVEN_MSI_H
/**
 * @file
 * Message-signalled interrupts of passed-through devices: a static ITS behind the GICv2m
 * frame that the guest sees. docs/dma-isolation.md says why.
 */
#include "hv.h"

/** Tables of the ITS and of the LPIs. Boot CPU, before any hv_msi_cpu_prepare(). */
void hv_msi_prepare(void);
/** LPIs of this CPU, if any come here. Each CPU on its way up. */
void hv_msi_cpu_prepare(const struct hv_cpu *cpu);
/** Map every (device, vector) of the configuration to its LPI. Boot CPU, all CPUs being up. */
void hv_msi_boot(void);
/** Partition that an LPI belongs to; HV_IRQ_UNOWNED: nobody's. */
hv_u32 hv_msi_owner(hv_u32 intid);
/** An LPI of a vCPU of this CPU, acknowledged and priority-dropped: raise the virtual SPI that it
 *  stands for. */
void hv_msi_take(struct hv_vcpu *vcpu, hv_u32 intid);
/** A CPU of the guest touches its GICv2m frame. @return false if the width is not allowed. */
bool hv_msi_access(const struct hv_vcpu *vcpu, const struct hv_exc_regs *regs,
		   const struct hv_mmio *mmio, hv_u64 *value);

#endif
