/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FP_CHECK_H
#define FP_CHECK_H
#include <stdint.h>

/** What one task holds in its FP registers; fp_check.S knows the layout. */
struct fp_pattern {
	uint64_t v[32][2];
	uint64_t fpcr;
	uint64_t fpsr;
};

/**
 * Load the pattern into v0-v31, FPCR and FPSR, yield, wait until CNTVCT reaches
 * @p until, then compare.
 *
 * @return 0 when each register still holds the pattern.
 */
uint64_t fp_check(const struct fp_pattern *pattern, uint64_t until);
#endif
