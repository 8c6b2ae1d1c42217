/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual CPU interface. List registers have no index register: each is a
 * system register of its own, so access is a switch. A register that is not
 * implemented is UNDEFINED and is never named: indices are below hv_hal_lr_count().
 */
#include <haven/bits.h>
#include <haven/hal/gic.h>

#include <arm64/switch.h>
#include <arm64/sysreg.h>

#define VTR_LISTREGS HV_BITS(4, 0)
#define VTR_PREBITS  HV_BITS(28, 26)

#define FOR_EACH_LR(X)                                                                          \
	X(0, "s3_4_c12_c12_0")                                                                  \
	X(1, "s3_4_c12_c12_1")                                                                  \
	X(2, "s3_4_c12_c12_2")                                                                  \
	X(3, "s3_4_c12_c12_3")                                                                  \
	X(4, "s3_4_c12_c12_4")                                                                  \
	X(5, "s3_4_c12_c12_5")                                                                  \
	X(6, "s3_4_c12_c12_6")                                                                  \
	X(7, "s3_4_c12_c12_7")                                                                  \
	X(8, "s3_4_c12_c13_0")                                                                  \
	X(9, "s3_4_c12_c13_1")                                                                  \
	X(10, "s3_4_c12_c13_2")                                                                 \
	X(11, "s3_4_c12_c13_3")                                                                 \
	X(12, "s3_4_c12_c13_4")                                                                 \
	X(13, "s3_4_c12_c13_5")                                                                 \
	X(14, "s3_4_c12_c13_6")                                                                 \
	X(15, "s3_4_c12_c13_7")

#define DEFINE_LR(n, reg) SYSREG_AS(ich_lr##n, reg)
FOR_EACH_LR(DEFINE_LR)

hv_u32 hv_hal_lr_count(void)
{
	return (hv_u32)HV_GET(VTR_LISTREGS, read_ich_vtr_el2()) + 1;
}

hv_u64 hv_hal_lr_read(hv_u32 index)
{
	switch (index) {
#define READ_LR(n, reg) \
	case n:         \
		return read_ich_lr##n();
		FOR_EACH_LR(READ_LR)
	default:
		return 0;
	}
}

void hv_hal_lr_write(hv_u32 index, hv_u64 value)
{
	switch (index) {
#define WRITE_LR(n, reg)                \
	case n:                         \
		write_ich_lr##n(value); \
		break;
		FOR_EACH_LR(WRITE_LR)
	default:
		break;
	}
}

hv_u64 hv_hal_lr_empty(void)
{
	return read_ich_elrsr_el2();
}

hv_u64 hv_hal_ich_hcr(void)
{
	return read_ich_hcr_el2();
}

hv_u64 hv_hal_ich_vmcr(void)
{
	return read_ich_vmcr_el2();
}

void hv_hal_ich_set_hcr(hv_u64 value)
{
	write_ich_hcr_el2(value);
}

/* Active priorities: one register for 5 bits of preemption, two for 6, four for 7. */
static hv_u64 preemption_bits(void)
{
	return HV_GET(VTR_PREBITS, read_ich_vtr_el2()) + 1;
}

static void active_priorities_reset(void)
{
	const hv_u64 bits = preemption_bits();

	write_ich_ap0r0_el2(0);
	write_ich_ap1r0_el2(0);
	if (bits >= 6) {
		write_ich_ap0r1_el2(0);
		write_ich_ap1r1_el2(0);
	}
	if (bits >= 7) {
		write_ich_ap0r2_el2(0);
		write_ich_ap0r3_el2(0);
		write_ich_ap1r2_el2(0);
		write_ich_ap1r3_el2(0);
	}
}

static void active_priorities_save(struct hv_context_gic *gic)
{
	const hv_u64 bits = preemption_bits();

	gic->ap0r[0] = read_ich_ap0r0_el2();
	gic->ap1r[0] = read_ich_ap1r0_el2();
	if (bits >= 6) {
		gic->ap0r[1] = read_ich_ap0r1_el2();
		gic->ap1r[1] = read_ich_ap1r1_el2();
	}
	if (bits >= 7) {
		gic->ap0r[2] = read_ich_ap0r2_el2();
		gic->ap0r[3] = read_ich_ap0r3_el2();
		gic->ap1r[2] = read_ich_ap1r2_el2();
		gic->ap1r[3] = read_ich_ap1r3_el2();
	}
}

static void active_priorities_load(const struct hv_context_gic *gic)
{
	const hv_u64 bits = preemption_bits();

	write_ich_ap0r0_el2(gic->ap0r[0]);
	write_ich_ap1r0_el2(gic->ap1r[0]);
	if (bits >= 6) {
		write_ich_ap0r1_el2(gic->ap0r[1]);
		write_ich_ap1r1_el2(gic->ap1r[1]);
	}
	if (bits >= 7) {
		write_ich_ap0r2_el2(gic->ap0r[2]);
		write_ich_ap0r3_el2(gic->ap0r[3]);
		write_ich_ap1r2_el2(gic->ap1r[2]);
		write_ich_ap1r3_el2(gic->ap1r[3]);
	}
}

#define SAVE_LR(n, reg)   \
	if (count <= (n)) \
		return;   \
	gic->lr[n] = read_ich_lr##n();

/* NOLINTNEXTLINE(readability-function-size): one statement for each of 16 list registers */
static void list_registers_save(struct hv_context_gic *gic)
{
	const hv_u32 count = hv_hal_lr_count();

	FOR_EACH_LR(SAVE_LR)
}

#define LOAD_LR(n, reg)   \
	if (count <= (n)) \
		return;   \
	write_ich_lr##n(gic->lr[n]);

/* NOLINTNEXTLINE(readability-function-size): the same */
static void list_registers_load(const struct hv_context_gic *gic)
{
	const hv_u32 count = hv_hal_lr_count();

	FOR_EACH_LR(LOAD_LR)
}

void hv_ich_save(struct hv_context_gic *gic)
{
	gic->hcr = read_ich_hcr_el2();
	gic->vmcr = read_ich_vmcr_el2();
	active_priorities_save(gic);
	list_registers_save(gic);
}

void hv_ich_load(const struct hv_context_gic *gic)
{
	active_priorities_load(gic);
	list_registers_load(gic);
	write_ich_vmcr_el2(gic->vmcr);
	write_ich_hcr_el2(gic->hcr);
}

void hv_ich_off(void)
{
	write_ich_hcr_el2(0);
}

void hv_hal_ich_reset(void)
{
	const hv_u32 count = hv_hal_lr_count();

	write_ich_hcr_el2(0);
	write_ich_vmcr_el2(0);
	active_priorities_reset();
	for (hv_u32 i = 0; i < count; i++) /* bound: 16 */
		hv_hal_lr_write(i, 0);
	isb();
}
