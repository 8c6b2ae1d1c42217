/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_PCI_H
#define HAVEN_HAL_PCI_H
/**
 * @file
 * PCI configuration space through ECAM (PCI Express Base 7.2.2): one access, no decision.
 */
#include <haven/types.h>

/** Read 1, 2 or 4 bytes at an ECAM address, naturally aligned. */
hv_u32 hv_hal_pci_read(hv_u64 address, hv_u32 size);
/** Write the low @p size bytes of @p value. */
void hv_hal_pci_write(hv_u64 address, hv_u32 size, hv_u32 value);

#endif
