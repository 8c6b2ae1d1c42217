/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_SWITCH_H
#define HAVEN_ARM64_SWITCH_H
/**
 * @file
 * Parts of the world switch, within hal/arm64.
 */
#include <haven/hal/vcpu.h>

/** ich.c: the virtual CPU interface, out and in; loading leaves nothing of the last one. */
void hv_ich_save(struct hv_context_gic *gic);
void hv_ich_load(const struct hv_context_gic *gic);
/** ich.c: no maintenance interrupt comes from it. */
void hv_ich_off(void);

/** switch.S: FP and SIMD registers, FPCR and FPSR. */
void hv_fp_save(struct hv_context *context);
void hv_fp_load(const struct hv_context *context);

/** switch.c: DISR_EL1 of a vCPU at its reset. */
void hv_vdisr_reset(void);

#endif
