/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/probe.h>

#define UART 0x09000000u /* PL011 of QEMU's virt */
#define HOLE UINT64_C(0x0b000000) /* nothing is there */
#define RAM  UINT64_C(0x40000000)

void test_main(void);
_Noreturn void hv_exit_own(hv_u64 esr, hv_u64 elr, hv_u64 far);
_Noreturn void guarded_off(void);
hv_u32 naked_load(hv_u64 address);
hv_u64 hv_probe_load(hv_u64 address);

static hv_u32 failures;

static void print(const char *text)
{
	for (; *text != '\0'; text++)
		*(volatile hv_u32 *)UART = (hv_u32)*text;
}

static void expect(const char *what, bool good)
{
	if (good)
		return;
	print("wrong: ");
	print(what);
	print("\n");
	failures++;
}

static hv_u64 daif(void)
{
	hv_u64 value;

	__asm__ volatile("mrs %0, daif" : "=r"(value));
	return value;
}

void test_main(void)
{
	for (int i = 0; i < 3; i++) {
		expect("RAM answers", hv_hal_probe(RAM) == HV_PROBE_ANSWERED);
		expect("a hole aborts", hv_hal_probe(HOLE) == HV_PROBE_ABORTED);
		expect("as an external abort of EL2", (hv_probe_load(HOLE) & 0xfc00003f) == 0x94000010);
		expect("misaligned stays inside", hv_hal_probe(RAM + 1) == HV_PROBE_UNMAPPED);
		expect("a device answers", hv_hal_probe(UART + 0x18) == HV_PROBE_ANSWERED);
		expect("all is masked again", (daif() & 0x3c0) == 0x3c0);
	}
	(void)naked_load(HOLE);
	print("wrong: an abort elsewhere was swallowed\n");
	guarded_off();
}

/* Where the load without a guard has to end. */
_Noreturn void hv_exit_own(hv_u64 esr, hv_u64 elr, hv_u64 far)
{
	expect("the abort is the naked load's", elr == (hv_u64)naked_load && far == HOLE &&
							(esr >> 26 & 0x3f) == 0x25);
	if (failures == 0)
		print("guarded read: as expected\n");
	guarded_off();
}
