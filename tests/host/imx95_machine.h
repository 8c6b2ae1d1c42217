/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An i.MX95 for the whole C code of the image: hypervisor, libraries and hal/arm64, compiled
 * unchanged. Six Cortex-A55 take turns, each with a stack and system registers of its own.
 *
 * The program is linked where the image is loaded, 0x90200000, and owns the hypervisor's memory
 * up to 0x9fffffff, so EL2's addresses are physical ones. Guest memory is elsewhere: it is
 * visible only through EL2's window, where a fault walks EL2's own tables as its MMU would and
 * TLBI forgets.
 *
 * Stands in for what is no C: start.S (entry of both kinds of CPU, cpu loop, entering a guest),
 * vectors.S (an interrupt of a guest's CPU is a call of hv_exit_irq(); the guarded load) and firmware
 * at EL3. What that load meets is decided by EL2's map and by models of the TRDCs, with the policy
 * of NXP's stock configuration, mx95evk, or another that a test asks for.
 */
#ifndef IMX95_MACHINE_H
#define IMX95_MACHINE_H
#include <haven/types.h>

#include "fake_gicv3.h"
#include "fake_lpuart.h"
#include "fake_sm.h"
#include "fake_smmuv3.h"

#define IMX95_CPUS    6u
#define IMX95_ENTRIES 16u
#define IMX95_WITNESSES 16u

/** Entry into a guest. */
struct imx95_entry {
	hv_u32 cpu;
	hv_u64 pc, x0, stack_top;
};

struct imx95 {
	/* For a test to set, after imx95_on(). */
	hv_u32 cores;            /**< 2, 4 or 6; the first of them. */
	bool deaf_to_missing;    /**< CPU_ON says yes to cores that are fused off. */
	hv_u64 least_entry;      /**< CPU_ON refuses entry points below. */
	hv_u64 ticks_per_look;   /**< What passes between two looks at the counter. */
	/* To look at. */
	struct imx95_entry entry[IMX95_ENTRIES];
	hv_u32 entries;
	bool off;                /**< SYSTEM_OFF */
	hv_u32 calls;            /**< To EL3. */
	hv_u64 last_call[4];
	hv_u64 witness[IMX95_WITNESSES]; /**< Physical addresses of guarded loads that reached the bus. */
	hv_u32 witnesses;
};
extern struct imx95 imx95;
extern struct fake_gicv3 imx95_gic;
extern struct fake_lpuart imx95_uart;
extern struct fake_smmu imx95_smmu;
extern struct fake_sm imx95_sm;

/** U-Boot has just jumped to the image on core 0. */
void imx95_on(void);
/** The firewalls' policy is that of mx95evkrpmsg, whatever the System Manager says of itself. */
void imx95_open_firewall(void);
/** May core @p did (3 A55, 4 M7) read this address, Non-secure? */
bool imx95_may_read(hv_u32 did, hv_u64 pa);
/** Let all cores run until each waits, is in a guest with nothing to do, or the machine stops. */
void imx95_run(void);
/** A system register of a core. */
hv_u64 imx95_sysreg(hv_u32 cpu, const char *name);
/** Where guest memory is, for one page or less. */
hv_u8 *imx95_guest_memory(hv_u64 pa);
/** An address in EL2's own map. @return false: not mapped. */
bool imx95_el2_walk(hv_u64 va, hv_u64 *pa, hv_u64 *descriptor);

#endif
