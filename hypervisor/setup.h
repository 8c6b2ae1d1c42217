/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SETUP_H
#define HAVEN_SETUP_H
/**
 * @file
 * The configuration, fed to the libraries. No hardware access: the boot CPU runs
 * it on the target, and the replay runs the same code on the build host.
 */
#include <haven/config.h>

/** What only the machine knows. */
struct hv_setup_platform {
	hv_table_t *tables;  /**< Stage-2 pool. */
	hv_u64 pool_pa;
	hv_u32 table_count;
	hv_u32 pa_bits;
	bool has_xnx;
	bool has_vmid16;
};

/** Where it stopped. */
struct hv_setup_error {
	const char *step;      /**< Constant text. */
	const char *partition; /**< Name, or "-" if the step concerns all. */
	hv_u64 value;          /**< The interrupt, IPA, ... that was refused; 0 if none. */
	const char *reason;    /**< More from the walker; "" if none. */
	hv_status_t status;
};

/** Page of GITS_TRANSLATER, which only maps of devices have; 0: the board has no ITS. */
hv_u64 hv_setup_msi_page(const struct hv_board *board);
/** CPUs that several vCPUs name: bit n for CPU n. Cost: one step for each vCPU. */
hv_u32 hv_setup_shared_cpus(const struct hv_config *config);

/**
 * Configure every library, map and assign what the partitions get, walk each
 * table back against the configuration, and seal the front door.
 *
 * @retval HV_OK  Partitions may be started; @p vtcr is what their stage 2 needs.
 * @return otherwise the status of the call that refused; @p error names it.
 * Cost: regions * regions for overlaps, one step per descriptor, one per interrupt.
 */
HV_MUST_CHECK
hv_status_t hv_setup(const struct hv_config *config, const struct hv_setup_platform *platform,
		     struct hv_stage2_vtcr *vtcr, struct hv_setup_error *error);

#endif
