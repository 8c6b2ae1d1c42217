/* SPDX-License-Identifier: Apache-2.0 */
/*
 * World switch of a CPU that several vCPUs share: everything that a guest may write, out
 * and in. docs/world-switch.md lists it, and says why the rest need not be switched.
 */
#include <haven/bits.h>
#include <haven/hal/vcpu.h>

#include <arm64/switch.h>
#include <arm64/sysreg.h>

#define SCTLR_M   HV_BIT(0)
#define TCR_EPD0  HV_BIT(7)
#define TCR_EPD1  HV_BIT(23)
#define PFR0_RAS  HV_BITS(31, 28)
#define ISR_A     HV_BIT(8)

/* vectors.S: SErrors are taken in it. */
hv_u64 hv_probe_load(hv_u64 address);

_Static_assert(offsetof(struct hv_context, pc) == 256 && offsetof(struct hv_context, pstate) == 264 &&
	       offsetof(struct hv_context, fpcr) == 720 && offsetof(struct hv_context, fpsr) == 728 &&
	       offsetof(struct hv_context, v) == 736, "switch.S");

static bool has_ras(void)
{
	return HV_GET(PFR0_RAS, read_id_aa64pfr0_el1()) != 0;
}

void hv_vdisr_reset(void)
{
	if (has_ras())
		write_vdisr_el2(0);
}

static void save_el1(struct hv_context_el1 *c)
{
	c->vmpidr = read_vmpidr_el2();
	c->sctlr = read_sctlr_el1();
	c->cpacr = read_cpacr_el1();
	c->ttbr0 = read_ttbr0_el1();
	c->ttbr1 = read_ttbr1_el1();
	c->tcr = read_tcr_el1();
	c->mair = read_mair_el1();
	c->amair = read_amair_el1();
	c->vbar = read_vbar_el1();
	c->contextidr = read_contextidr_el1();
	c->esr = read_esr_el1();
	c->far = read_far_el1();
	c->afsr0 = read_afsr0_el1();
	c->afsr1 = read_afsr1_el1();
	c->par = read_par_el1();
	c->csselr = read_csselr_el1();
	c->elr = read_elr_el1();
	c->spsr = read_spsr_el1();
	c->sp_el0 = read_sp_el0();
	c->sp_el1 = read_sp_el1();
	c->tpidr_el0 = read_tpidr_el0();
	c->tpidrro_el0 = read_tpidrro_el0();
	c->tpidr_el1 = read_tpidr_el1();
	c->cntkctl = read_cntkctl_el1();
	c->mdscr = read_mdscr_el1();
	if (has_ras())
		c->vdisr = read_vdisr_el2();
}

/* SCTLR_EL1 and TCR_EL1 are not among them: they come last, see hv_hal_context_load(). */
static void load_el1(const struct hv_context_el1 *c)
{
	write_vmpidr_el2(c->vmpidr);
	write_cpacr_el1(c->cpacr);
	write_ttbr0_el1(c->ttbr0);
	write_ttbr1_el1(c->ttbr1);
	write_mair_el1(c->mair);
	write_amair_el1(c->amair);
	write_vbar_el1(c->vbar);
	write_contextidr_el1(c->contextidr);
	write_esr_el1(c->esr);
	write_far_el1(c->far);
	write_afsr0_el1(c->afsr0);
	write_afsr1_el1(c->afsr1);
	write_par_el1(c->par);
	write_csselr_el1(c->csselr);
	write_elr_el1(c->elr);
	write_spsr_el1(c->spsr);
	write_sp_el0(c->sp_el0);
	write_sp_el1(c->sp_el1);
	write_tpidr_el0(c->tpidr_el0);
	write_tpidrro_el0(c->tpidrro_el0);
	write_tpidr_el1(c->tpidr_el1);
	write_cntkctl_el1(c->cntkctl);
	write_mdscr_el1(c->mdscr);
	if (has_ras())
		write_vdisr_el2(c->vdisr);
}

void hv_hal_vcpu_timers(struct hv_guest_timers *timers)
{
	timers->cntv_ctl = read_cntv_ctl_el0();
	timers->cntv_cval = read_cntv_cval_el0();
	timers->cntp_ctl = read_cntp_ctl_el0();
	timers->cntp_cval = read_cntp_cval_el0();
}

/* Off at once: what they would raise belongs to somebody who does not run. */
static void save_timers(struct hv_guest_timers *timers)
{
	hv_hal_vcpu_timers(timers);
	write_cntv_ctl_el0(0);
	write_cntp_ctl_el0(0);
}

static void load_timers(const struct hv_guest_timers *timers)
{
	write_cntv_cval_el0(timers->cntv_cval);
	write_cntv_ctl_el0(timers->cntv_ctl);
	write_cntp_cval_el0(timers->cntp_cval);
	write_cntp_ctl_el0(timers->cntp_ctl);
}

void hv_hal_context_save(struct hv_context *context)
{
	save_timers(&context->timers);
	save_el1(&context->el1);
	hv_ich_save(&context->gic);
	hv_fp_save(context);
	isb(); /* the timers' lines are low from now on */
}

/*
 * Erratum 1530923: an address translation that EL1 speculates must never find the old
 * guest's tables together with the new VMID, nor the reverse. So first stage-1 walks are
 * disabled, then stage 1 enabled, lest a flat translation be cached; then the registers
 * change; then stage 1 gets its own setting, and walks last.
 */
static void stop_walks(void)
{
	write_tcr_el1(read_tcr_el1() | TCR_EPD0 | TCR_EPD1);
	isb();
	write_sctlr_el1(read_sctlr_el1() | SCTLR_M);
	isb();
}

void hv_hal_context_load(const struct hv_context *context, hv_u64 vttbr)
{
	stop_walks();
	write_vttbr_el2(vttbr);
	if (context == NULL) {
		hv_ich_off();
		isb();
		return;
	}
	load_el1(&context->el1);
	hv_ich_load(&context->gic);
	hv_fp_load(context);
	load_timers(&context->timers);
	isb();
	write_sctlr_el1(context->el1.sctlr);
	isb();
	write_tcr_el1(context->el1.tcr);
	isb();
}

bool hv_hal_serror_pending(void)
{
	dsb(sy);
	isb();
	return (read_isr_el1() & ISR_A) != 0;
}

void hv_hal_serror_drop(void)
{
	const hv_u32 word = 0;

	(void)hv_probe_load((hv_u64)(uintptr_t)&word);
}

hv_u64 hv_hal_vcpu_mdscr(void)
{
	return read_mdscr_el1();
}

void hv_hal_vcpu_set_mdscr(hv_u64 value)
{
	write_mdscr_el1(value);
}
