/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PPI_H
#define HAVEN_PPI_H
/**
 * @file
 * Hardware PPIs (the EL1 timers) of vCPUs on a shared CPU.
 *
 * Enable and active bits of a PPI exist once for each CPU, so they are part of the world
 * switch. Pending is not: a timer that is loaded raises its line again by itself, and
 * what a guest makes pending by a register write is taken in at once, as if it had been
 * acknowledged. Other vCPUs of the partition leave what they want in a mail box, because
 * the hardware may be in use by another partition at that moment.
 */
#include "hv.h"

/** Take its active bits out of the redistributor; its timers are off. This CPU. */
void hv_ppi_unload(struct hv_vcpu *vcpu);
/** Put its active and enable bits in. This CPU. */
void hv_ppi_load(struct hv_vcpu *vcpu);
/** It leaves the guest: nothing of its PPIs stays. This CPU, under lock. */
void hv_ppi_leave(struct hv_vcpu *vcpu);
/** Its partition stops or starts, and it is out of the guest. Any CPU of the partition. */
void hv_ppi_forget(struct hv_vcpu *vcpu);
/** Follow its enable bits and do what others left for it, which is loaded; when it enters the
 *  guest, and when it is kicked. This CPU, under lock. */
void hv_ppi_take_mail(struct hv_vcpu *vcpu);
/** PPIs of the vCPU that is loaded which the hardware would signal: enabled, not active. */
hv_u32 hv_ppi_signalled(const struct hv_vcpu *vcpu);
/**
 * What an access of @p vcpu to the redistributor of @p target, on a shared CPU, has to do
 * to the hardware. Under lock.
 */
void hv_ppi_access(const struct hv_vcpu *vcpu, struct hv_vcpu *target, const struct hv_vgic_fx *fx,
		   hv_u64 *value);

#endif
