/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_INSTRUCTION_H
#define HAVEN_ARM64_INSTRUCTION_H
/**
 * @file
 * Twin of hal/arm64/instruction.h for the build host: each instruction is a function of the
 * machine that a test makes, by name where there are several.
 */
#include <haven/types.h>

/** Wait until an interrupt is pending for the executing CPU. */
void fake_wfi(void);
/** Firmware at EL3: x[0..3] in and out. */
void fake_smc(hv_u64 *x);
/** TLB, instruction cache and data cache maintenance; @p operand 0 if there is none. */
void fake_tlbi(const char *operation, hv_u64 operand);
void fake_ic(const char *operation);
void fake_dc(const char *operation, hv_u64 address);

#define wfi()                      fake_wfi()
#define smc(x)                     fake_smc(x)
#define tlbi(operation)            fake_tlbi(#operation, 0)
#define tlbi_page(operation, page) fake_tlbi(#operation, page)
#define ic(operation)              fake_ic(#operation)
#define dc(operation, address)     fake_dc(#operation, address)

#endif
