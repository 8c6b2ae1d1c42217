/* SPDX-License-Identifier: Apache-2.0 */
#include "sysreg.h"

static struct trap taken[MAX_VCPUS];
static bool expected[MAX_VCPUS];
void (*volatile trap_irq_hook)(void);

void trap_sync(struct frame *frame);
void trap_irq(struct frame *frame);
void trap_fiq(struct frame *frame);
void trap_serror(struct frame *frame);
_Noreturn void trap_foreign_vector(u64 vector);

void trap_expect(void)
{
	const u32 self = vcpu_self();

	taken[self] = (struct trap){0, 0, 0, 0};
	expected[self] = true;
}

struct trap trap_taken(void)
{
	const u32 self = vcpu_self();

	dsb();
	isb();
	expected[self] = false;
	return taken[self];
}

static _Noreturn void stop(const char *what, const struct frame *frame)
{
	print("probe: trap: %s: FAIL vcpu %u esr %x far %x elr %x (image at %x)\n", what,
	      (u64)vcpu_self(), sysreg_read(esr_el1), sysreg_read(far_el1), frame->elr,
	      (u64)_start);
	for (;;)
		wfi();
}

static bool in_image(u64 pc)
{
	return pc >= (u64)_start && pc < (u64)image_end;
}

/* What failed outside the image was a call; everything else continues behind the instruction. */
static void record(struct frame *frame)
{
	struct trap *t = &taken[vcpu_self()];

	t->count++;
	t->esr = sysreg_read(esr_el1);
	t->far = sysreg_read(far_el1);
	t->elr = frame->elr;
	if (ESR_EC(t->esr) == EC_SVC)
		return; /* the one whose ELR is behind it already */
	frame->elr = in_image(t->elr) ? t->elr + 4 : frame->x[30];
}

void trap_sync(struct frame *frame)
{
	if (!expected[vcpu_self()])
		stop("unexpected exception", frame);
	record(frame);
}

void trap_serror(struct frame *frame)
{
	stop("SError", frame);
}

void trap_irq(struct frame *frame)
{
	if (trap_irq_hook == 0)
		stop("unexpected interrupt", frame);
	trap_irq_hook();
}

void trap_fiq(struct frame *frame)
{
	stop("unexpected FIQ", frame);
}

_Noreturn void trap_foreign_vector(u64 vector)
{
	print("probe: trap: vector %u: FAIL\n", vector);
	for (;;)
		wfi();
}
