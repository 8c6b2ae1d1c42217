/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_H
#define PROBE_H
/**
 * @file
 * What a test of the probe guest is made of: arguments, report, expected faults.
 *
 * Output has one grammar, which tests/target reads:
 *
 *     probe: <test>: <what>: ok
 *     probe: <test>: <what>: FAIL <details>
 *     probe: <test>: done <n> ok <m> failed
 */
#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

/** A test program; `run` may never return. */
struct test {
	const char *name;
	void (*run)(void);
};

/* args.c: probe.<name>=<value> of /chosen/bootargs, then of the console's command. */
void args_read(const void *fdt);
void args_override(const char *line);
/** Copy of the value, or NULL. The buffer lives until the next call. */
const char *arg_text(const char *name);
u64 arg(const char *name, u64 otherwise);
u64 parse_number(const char *text);
/** First region of the device tree's memory node. */
u64 ram_base(void);
u64 ram_size(void);

/* console.c: PL011 at the address that each partition and the bare board have it. */
void console_init(void);
void put_char(char c);
/** %s %u (decimal) %x (hexadecimal), all arguments 64 bits wide. */
void print(const char *format, ...);
/** Character, or -1 if there is none. */
int get_char(void);

/* report.c */
void report_begin(const char *test);
void report_end(void);
void check(const char *what, bool ok);
void check_eq(const char *what, u64 got, u64 expected);
/** For loops: silent unless it fails; the caller reports the whole. */
bool quiet_eq(const char *what, u64 index, u64 got, u64 expected);
void say(const char *what);

/* trap.c */
struct frame {
	u64 x[31];
	u64 elr, spsr;
	u64 pad;
};
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "vectors.S saves this");

struct trap {
	u64 count, esr, far, elr;
};
/** From now on exceptions of this vCPU are recorded and stepped over. */
void trap_expect(void);
/** Back to normal, where an exception is the end. Tells the last one and how many. */
struct trap trap_taken(void);
/** What IRQs and FIQs call; gic.c sets it. */
extern void (*volatile trap_irq_hook)(void);

#define EC_UNKNOWN 0x00u
#define EC_SVC     0x15u
#define EC_IABT    0x21u
#define EC_DABT    0x25u
#define ESR_EC(esr)  ((u32)((esr) >> 26) & 0x3f)
#define ESR_FSC(esr) ((u32)(esr) & 0x3f)
#define ESR_IL       (1u << 25)
#define ESR_WNR      (1u << 6)
#define FSC_SEA      0x10u

extern u8 vectors[];

/* mmu.c: identity map of 40 bits: first gigabyte and high half device, rest write-back. */
void mmu_map_gigabyte(u64 va, u64 descriptor);
u64 mmu_descriptor(u64 va);
extern u64 mmu_registers[3]; /**< MAIR, TCR, TTBR0 */
#define MMU_NORMAL 0x701u /* AF, inner shareable, AttrIndx 0, block */
#define MMU_DEVICE 0x405u
#define MMU_TABLE  0x003u
#define MMU_USER   0x040u
#define GIGABYTE   (UINT64_C(1) << 30)

/* smp.c */
struct vcpu_start {
	u64 index, sctlr;
	void (*run)(struct vcpu_start *start);
	u64 daif;
	volatile u64 state; /**< For the test's own use. */
};
void vcpu_entry(void);
static inline u32 vcpu_self(void)
{
	u64 index;

	__asm__("mrs %0, tpidr_el1" : "=r"(index));
	return (u32)index;
}
/** Clean and invalidate to the point of coherency. */
void clean(const void *data, u64 size);
/** Start vCPU 1 with CPU_ON; true once it has left its `state` 0. */
bool vcpu_run(struct vcpu_start *start);
/** Wait until it is off. */
bool vcpu_wait_off(u32 index);

struct context {
	u64 saved[14];
};
int context_save(struct context *context) __attribute__((returns_twice));
void resume_entry(void);

/* calls.S, psci.c */
u64 hvc(u64 function, u64 a, u64 b, u64 c);
u64 smc(u64 function, u64 a, u64 b, u64 c);
_Noreturn void power_off(void);
_Noreturn void restart(void);

/* link.ld, start.S */
extern u8 image_end[];
extern u8 _start[];

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
