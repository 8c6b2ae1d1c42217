/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HOLD_H
#define HAVEN_HOLD_H
/**
 * @file
 * SPIs of a vCPU that does not run, on a shared CPU: each interrupts whoever runs once, until
 * that vCPU has had its turn.
 *
 * After the acknowledge an SPI is physically active, and only its guest ends that; but another
 * vCPU of the partition, on another CPU, can do so at any time by the distributor's registers or
 * by a new route. One that comes a second time is therefore disabled until its turn.
 *
 * All under the partition's lock.
 */
#include "hv.h"

/** SPI @p intid of @p vcpu, which does not run, was taken in. Its CPU. */
void hv_hold_came(struct hv_vcpu *vcpu, hv_u32 intid);
/** It is loaded: enable what was held back, as far as the guest has it enabled. Its CPU. */
void hv_hold_release(struct hv_vcpu *vcpu);
/** Bits of a store to the physical distributor that may be made now. Any CPU of the partition. */
hv_u32 hv_hold_filter(const struct hv_partition *p, const struct hv_vgic_poke *poke);
/** The partition stops or starts, none of its vCPUs is in the guest: nothing is held back. */
void hv_hold_forget(struct hv_partition *p);

#endif
