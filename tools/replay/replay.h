/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_REPLAY_H
#define HAVEN_REPLAY_H
/**
 * @file
 * The boot of one configuration, replayed on the build host with the real
 * libraries. What cannot be proven here does not become an image.
 */
#include <haven/config.h>
#include <haven/stage2_walk.h>

/** From config_limits.h: sizes of static memory, no more and no less than is needed. */
struct replay_limits {
	hv_u32 tables;    /**< Stage-2 pool. */
	hv_u32 functions; /**< PCI functions. */
	hv_u32 apps_domain; /**< Of the firewall: application cores. */
	hv_u32 mcu_domain;  /**< The microcontroller's; 0: none. */
};
extern const struct replay_limits replay_limits;

/** Pool that stands in for the hypervisor's, and where it pretends to be. */
struct replay_pool {
	hv_table_t *tables;
	hv_u64 pa;
	hv_u32 count;
	hv_u64 vtcr;
};

/** Print "haven-replay: <what>" with printf arguments. @return false, for `return replay_fail(...)`. */
bool replay_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Run hv_setup() over the pool; sets pool->vtcr. */
bool replay_boot(struct replay_pool *pool);
/** No table, of CPUs or of devices, has an output that belongs to somebody else, and maps of
 *  devices equal the configuration. @p leaves counts. */
bool replay_reach(const struct replay_pool *pool, hv_u64 *leaves);
/** Each interrupt has the owner that the configuration names, all others none. */
bool replay_irqs(void);
/** Each stream has the owner that the configuration names, all others none. */
bool replay_streams(void);
/** Each PCI function has one owner, with its registers, line, stream and messages. */
bool replay_pci(const struct replay_pool *pool);
/** What the SMMU and the ITS read has room in its range, and the range is nobody else's. */
bool replay_dma_memory(void);
/** Do the partition's devices have a map of their own? */
bool replay_has_device_map(const struct hv_partition_config *p);
/** The page of GITS_TRANSLATER; 0: there is no ITS. */
hv_u64 replay_msi_page(void);
/** Each virtual GIC takes its partition's interrupts, console, doorbell and messages, each INTID once. */
bool replay_vgic(void);
/** Guests start in memory that they may execute, payloads land in memory they own. */
bool replay_starts(const struct replay_pool *pool);
/** The counted number of tables suffices, and one less does not. Writes over the pool. */
bool replay_count_is_exact(const struct replay_pool *pool);
/** The assumed firewall's policy is one, keeps the microcontroller out of everything but its window,
 *  lets the application cores into all that is theirs, and agrees with the witnesses. */
bool replay_firewall(void);
/** Translate one IPA of a partition; false after a message if the walk is refused. */
bool replay_translate(const struct replay_pool *pool, const struct hv_partition_config *p,
		      hv_u64 ipa, struct hv_stage2_translation *out);

#endif
