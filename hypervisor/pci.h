/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PCI_GLUE_H
#define HAVEN_PCI_GLUE_H
/**
 * @file
 * Between lib/dma and PCI configuration space: at boot every function is found, checked and
 * silenced, later a guest's accesses to its own are carried out.
 */
#include "hv.h"

/** Bus mastering off for every function there is; those of the configuration checked and given
 *  their addresses. Halts with a reason if one is missing or another. Boot CPU. */
void hv_pci_boot(void);
/** No decoding, bus mastering or messages of a partition's functions; their shadows as after reset.
 *  No vCPU of it is in the guest. */
void hv_pci_quiet(const struct hv_partition *p);
/** The guest touches configuration space. @return false if the width is not allowed. */
bool hv_pci_access(struct hv_vcpu *vcpu, const struct hv_mmio *mmio, hv_u64 *value);

#endif
