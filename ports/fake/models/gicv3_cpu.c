/* SPDX-License-Identifier: Apache-2.0 */
/* CPU interfaces of the GICv3 model: IHI 0069, 4.8 (priorities), 12.1 (ICC) and 12.4 (ICH). */
#include <stdlib.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_gicv3.h"

#define NONE       1023u
#define CTLR_GRP1A 0x2u
#define EOIMODE    2u

static bool bit_of(const hv_u32 *words, hv_u32 intid)
{
	return (words[intid / 32] >> (intid % 32) & 1) != 0;
}

static bool is_edge(const struct fake_gicv3 *gic, hv_u32 intid)
{
	return (gic->cfg[intid / 16] >> (intid % 16 * 2 + 1) & 1) != 0;
}

/* Pending, enabled, not active, and here. */
static bool ready_spi(const struct fake_gicv3 *gic, const struct fake_gicv3_cpu *cpu, hv_u32 intid)
{
	const bool pending = bit_of(gic->pending, intid) ||
			     (!is_edge(gic, intid) && bit_of(gic->lines, intid));

	return pending && bit_of(gic->enable, intid) && !bit_of(gic->active, intid) &&
	       gic->route[intid] == cpu->affinity;
}

static hv_u32 priority_of(const struct fake_gicv3 *gic, const struct fake_gicv3_cpu *cpu, hv_u32 intid)
{
	return intid < 32 ? cpu->priority[intid] : gic->priority[intid];
}

static hv_u32 best(const struct fake_gicv3 *gic, const struct fake_gicv3_cpu *cpu)
{
	const hv_u32 own = (cpu->pending | cpu->lines) & cpu->enable & ~cpu->active;
	hv_u32 found = NONE;

	for (hv_u32 intid = 0; intid < gic->intids; intid++) {
		const bool ready = intid < 32 ? (own >> intid & 1) != 0 : ready_spi(gic, cpu, intid);

		if (ready && (found == NONE ||
			      priority_of(gic, cpu, intid) < priority_of(gic, cpu, found)))
			found = intid;
	}
	return found;
}

/* The mask is in Non-secure form; the running priority is that of the last acknowledged one. */
static hv_u32 signalled(const struct fake_gicv3 *gic, const struct fake_gicv3_cpu *cpu)
{
	const hv_u32 intid = best(gic, cpu);
	const hv_u32 mask = (hv_u32)(cpu->pmr >> 1 | 0x80);

	if (intid == NONE || (gic->ctlr & CTLR_GRP1A) == 0 || (cpu->igrpen1 & 1) == 0 ||
	    priority_of(gic, cpu, intid) >= mask)
		return NONE;
	if (cpu->depth != 0 && priority_of(gic, cpu, intid) >=
				       priority_of(gic, cpu, cpu->running[cpu->depth - 1]))
		return NONE;
	return intid;
}

bool fake_gicv3_signals(const struct fake_gicv3 *gic, hv_u32 cpu)
{
	return signalled(gic, &gic->cpu[cpu]) != NONE;
}

void fake_gicv3_line(struct fake_gicv3 *gic, hv_u32 cpu, hv_u32 intid, bool high)
{
	hv_u32 *lines = intid < 32 ? &gic->cpu[cpu].lines : &gic->lines[intid / 32];
	const hv_u32 mask = 1u << (intid % 32);

	if (intid >= 32 && is_edge(gic, intid) && high && (*lines & mask) == 0)
		gic->pending[intid / 32] |= mask;
	*lines = high ? *lines | mask : *lines & ~mask;
}

static hv_u32 acknowledge(struct fake_gicv3 *gic, struct fake_gicv3_cpu *cpu)
{
	const hv_u32 intid = signalled(gic, cpu);

	if (intid == NONE)
		return NONE;
	if (intid < 32) {
		cpu->pending &= ~(1u << intid);
		cpu->active |= 1u << intid;
	} else {
		gic->pending[intid / 32] &= ~(1u << (intid % 32));
		gic->active[intid / 32] |= 1u << (intid % 32);
	}
	if (cpu->depth == 32)
		fake_fail("ICC_IAR1_EL1: more interrupts than priorities");
	cpu->running[cpu->depth++] = intid;
	return intid;
}

static void drop(struct fake_gicv3_cpu *cpu, hv_u64 intid)
{
	if (cpu->depth == 0 || cpu->running[cpu->depth - 1] != intid)
		fake_fail("ICC_EOIR1_EL1: %u is not the running interrupt", (hv_u32)intid);
	if ((cpu->icc_ctlr & EOIMODE) == 0)
		fake_fail("ICC_EOIR1_EL1 with EOImode 0 deactivates");
	cpu->depth--;
}

static void deactivate(struct fake_gicv3 *gic, struct fake_gicv3_cpu *cpu, hv_u64 intid)
{
	if (intid >= gic->intids)
		fake_fail("ICC_DIR_EL1: %u is not implemented", (hv_u32)intid);
	if (intid < 32)
		cpu->active &= ~(1u << intid);
	else
		gic->active[intid / 32] &= ~(1u << (intid % 32));
}

/* Aff3 [55:48], RS [47:44], IRM [40], Aff2 [39:32], INTID [27:24], Aff1 [23:16], list [15:0]. */
static void send(struct fake_gicv3 *gic, hv_u64 value)
{
	const hv_u64 cluster = (value >> 48 & 0xff) << 32 | (value >> 32 & 0xff) << 16 |
			       (value >> 16 & 0xff) << 8;
	const hv_u32 base = (hv_u32)(value >> 44 & 0xf) * 16;

	for (hv_u32 i = 0; i < gic->cpus; i++) {
		const hv_u64 affinity = gic->cpu[i].affinity;
		const hv_u32 own = (hv_u32)(affinity & 0xff);

		if ((affinity & ~UINT64_C(0xff)) == cluster && own >= base && own < base + 16 &&
		    (value >> (own - base) & 1) != 0)
			gic->cpu[i].pending |= 1u << (value >> 24 & 0xf);
	}
}

/* ---- registers ---- */

static hv_u64 empty(const struct fake_gicv3 *gic, const struct fake_gicv3_cpu *cpu)
{
	hv_u64 value = 0;

	for (hv_u32 i = 0; i < gic->list_registers; i++) {
		const bool eoi = (cpu->lr[i] >> 61 & 1) == 0 && (cpu->lr[i] >> 41 & 1) != 0;

		if (cpu->lr[i] >> 62 == 0 && !eoi)
			value |= UINT64_C(1) << i;
	}
	return value;
}

/* "ich_lr<n>": where it is kept; NULL: another name. */
static hv_u64 *list_register(struct fake_gicv3 *gic, struct fake_gicv3_cpu *cpu, const char *name)
{
	hv_u32 index;

	if (strncmp(name, "ich_lr", 6) != 0)
		return NULL;
	index = (hv_u32)strtoul(name + 6, NULL, 10);
	if (index >= gic->list_registers)
		fake_fail("%s is not implemented", name);
	return &cpu->lr[index];
}

static hv_u64 *plain(struct fake_gicv3_cpu *cpu, const char *name)
{
	static const char *const names[] = {"icc_pmr_el1", "icc_bpr1_el1", "icc_ctlr_el1", "icc_igrpen1_el1",
					    "ich_hcr_el2", "ich_vmcr_el2", "ich_ap0r0_el2", "ich_ap1r0_el2"};
	hv_u64 *const kept[] = {&cpu->pmr, &cpu->bpr, &cpu->icc_ctlr, &cpu->igrpen1,
				&cpu->hcr, &cpu->vmcr, &cpu->apr[0], &cpu->apr[1]};

	for (hv_u32 i = 0; i < 8; i++) {
		if (strcmp(name, names[i]) == 0)
			return kept[i];
	}
	return NULL;
}

static void need_sre(const struct fake_gicv3_cpu *cpu, const char *name)
{
	if ((cpu->sre & 1) == 0)
		fake_fail("%s without ICC_SRE_EL2.SRE", name);
}

bool fake_gicv3_sysreg_read(struct fake_gicv3 *gic, hv_u32 index, const char *name, hv_u64 *value)
{
	struct fake_gicv3_cpu *cpu = &gic->cpu[index];
	const hv_u64 *kept;

	if (strncmp(name, "icc_", 4) != 0 && strncmp(name, "ich_", 4) != 0)
		return false;
	if (strcmp(name, "icc_sre_el2") == 0) {
		*value = cpu->sre;
		return true;
	}
	if (name[2] == 'c')
		need_sre(cpu, name);
	kept = list_register(gic, cpu, name);
	if (kept == NULL)
		kept = plain(cpu, name);
	if (kept != NULL)
		*value = *kept;
	else if (strcmp(name, "icc_iar1_el1") == 0)
		*value = acknowledge(gic, cpu);
	else if (strcmp(name, "ich_vtr_el2") == 0)
		*value = UINT64_C(0x90080000) | (gic->list_registers - 1); /* 5 bits of priority */
	else if (strcmp(name, "ich_elrsr_el2") == 0)
		*value = empty(gic, cpu);
	else
		return false;
	return true;
}

bool fake_gicv3_sysreg_write(struct fake_gicv3 *gic, hv_u32 index, const char *name, hv_u64 value)
{
	struct fake_gicv3_cpu *cpu = &gic->cpu[index];
	hv_u64 *kept;

	if (strncmp(name, "icc_", 4) != 0 && strncmp(name, "ich_", 4) != 0)
		return false;
	if (strcmp(name, "icc_sre_el2") == 0) {
		cpu->sre = value & 0xf;
		return true;
	}
	if (name[2] == 'c')
		need_sre(cpu, name);
	kept = list_register(gic, cpu, name);
	if (kept == NULL)
		kept = plain(cpu, name);
	if (kept != NULL)
		*kept = value;
	else if (strcmp(name, "icc_eoir1_el1") == 0)
		drop(cpu, value);
	else if (strcmp(name, "icc_dir_el1") == 0)
		deactivate(gic, cpu, value);
	else if (strcmp(name, "icc_sgi1r_el1") == 0)
		send(gic, value);
	else
		return false;
	return true;
}
