/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_LOADER_H
#define HAVEN_LOADER_H
/**
 * @file
 * Puts a partition's memory into its start state, in steps.
 *
 * A step handles at most HV_LOAD_DEDICATED bytes, or on a CPU that partitions share
 * HV_LOAD_SHARED: there it is what the neighbour's interrupt may have to wait for. The
 * time is the loading partition's own.
 */
#include <haven/config.h>

/** Bytes that a step zeroes or copies; it checks a quarter of that. */
#define HV_LOAD_DEDICATED UINT64_C(0x40000)
#define HV_LOAD_SHARED    UINT64_C(0x1000)

/** How far a partition's memory is. All zero: nothing is done. */
struct hv_load {
	hv_u32 stage; /**< Private to loader.c. */
	hv_u32 index; /**< Of the range or payload in work. */
	hv_u64 done;  /**< Bytes of it. */
	hv_u32 crc;   /**< Of those. */
};

enum hv_load_result {
	HV_LOAD_MORE,    /**< Call again. */
	HV_LOAD_DONE,    /**< The partition may be entered. */
	HV_LOAD_DAMAGED, /**< A payload in the image is damaged. */
};

/**
 * Zero the partition's private memory, check its payloads, copy them from the image, and
 * clean everything to the point of coherency: the next step of that.
 *
 * Who: the CPU of vCPU 0, at every start and restart, no vCPU in the guest.
 *
 * @param cpu   Index of the executing CPU.
 * @param step  HV_LOAD_DEDICATED or HV_LOAD_SHARED.
 *
 * Cost: one pass over @p step bytes of memory or of image.
 */
HV_MUST_CHECK
enum hv_load_result hv_load_step(struct hv_load *load, hv_u32 cpu,
				 const struct hv_partition_config *config, hv_u64 step);

#endif
