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

/** From config_limits.h: tables that the pool must have, no more and no less. */
extern const hv_u32 replay_table_count;

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
/** No partition's table has an output that belongs to somebody else. @p leaves counts. */
bool replay_reach(const struct replay_pool *pool, hv_u64 *leaves);
/** Each interrupt has the owner that the configuration names, all others none. */
bool replay_irqs(void);
/** Each virtual GIC takes its partition's interrupts, console and doorbell, each INTID once. */
bool replay_vgic(void);
/** Guests start in memory that they may execute, payloads land in memory they own. */
bool replay_starts(const struct replay_pool *pool);
/** The counted number of tables suffices, and one less does not. Writes over the pool. */
bool replay_count_is_exact(const struct replay_pool *pool);
/** Translate one IPA of a partition; false after a message if the walk is refused. */
bool replay_translate(const struct replay_pool *pool, const struct hv_partition_config *p,
		      hv_u64 ipa, struct hv_stage2_translation *out);

#endif
