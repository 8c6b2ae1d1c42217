/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TYPES_H
#define HAVEN_TYPES_H
/**
 * @file
 * Fixed-width types, status codes and build-time limits that every library shares.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t hv_u8;
typedef uint16_t hv_u16;
typedef uint32_t hv_u32;
typedef uint64_t hv_u64;

/** Result of a call: HV_OK or one of the negative codes below. Must be checked. */
typedef int32_t hv_status_t;

#define HV_OK      0    /**< Done. */
#define HV_EPERM   (-1) /**< Another owner, exhausted budget, or the front door is sealed. */
#define HV_EINVAL  (-22) /**< NULL, zero size, out of range, overflow, forbidden combination. */
#define HV_ENOSPC  (-28) /**< A fixed table is full; nothing was changed. */
#define HV_ENOTSUP (-95) /**< The architecture or the hardware cannot do this. */

/** The caller may not ignore the result. */
#define HV_MUST_CHECK __attribute__((warn_unused_result))

/** Partitions including the hypervisor itself, which is partition 0. */
#ifndef HV_MAX_PARTITIONS
#define HV_MAX_PARTITIONS 8
#endif
/** Physical CPUs, and vCPUs of one partition. */
#ifndef HV_MAX_CPUS
#define HV_MAX_CPUS 8
#endif
/** Memory regions of one partition. */
#ifndef HV_MAX_REGIONS
#define HV_MAX_REGIONS 64
#endif
/** Interrupt ids: SGI, PPI and SPI. A multiple of 32. */
#ifndef HV_MAX_IRQ_ID
#define HV_MAX_IRQ_ID 1024
#endif
/** Streams that may be assigned. */
#ifndef HV_MAX_SMMU_DEVICES
#define HV_MAX_SMMU_DEVICES 256
#endif

/** Partition id of the hypervisor; guests are 1..HV_MAX_PARTITIONS-1. */
#define HV_PARTITION_HYPERVISOR 0u

/** True if @p id names a guest partition. */
static inline bool hv_is_guest_id(hv_u32 id)
{
	return id >= 1u && id < HV_MAX_PARTITIONS;
}

#endif
