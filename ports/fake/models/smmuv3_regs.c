/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the SMMUv3 model: IHI 0070, chapter 6. */
#include <string.h>

#include "fake_bus.h"
#include "smmuv3_private.h"

#define UNKNOWN UINT64_C(0x5a5a5a5a5a5a5a40)

#define GBPA_UPDATE 0x80000000u
#define GBPA_ABORT  0x00100000u
#define IRQ_GERROR  0x1u
#define IRQ_EVENTQ  0x4u

static void start(struct fake_smmu *smmu, struct fake_smmu_field *field, hv_u32 value)
{
	field->written = value;
	field->polls = smmu->latency;
}

/* One look at the acknowledgement. Returns true when the last one was enough. */
static bool progress(struct fake_smmu_field *field, hv_u32 stuck)
{
	const hv_u32 next = (field->written & ~stuck) | (field->effective & stuck);

	if (field->effective == next)
		return false;
	if (field->polls != 0) {
		field->polls--;
		return false;
	}
	field->effective = next;
	return true;
}

static hv_u32 stuck_cr0(const struct fake_smmu *smmu)
{
	return ((smmu->stuck & FAKE_SMMU_STUCK_SMMUEN) != 0 ? CR0_SMMUEN : 0) |
	       ((smmu->stuck & FAKE_SMMU_STUCK_CMDQEN) != 0 ? CR0_CMDQEN : 0) |
	       ((smmu->stuck & FAKE_SMMU_STUCK_EVENTQEN) != 0 ? CR0_EVENTQEN : 0);
}

/* Fields of CR0 that exist here; the others are not acknowledged. */
static hv_u32 cr0_fields(const struct fake_smmu *smmu)
{
	return CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN |
	       (bits(smmu->idr[0], 10, 10) != 0 ? CR0_ATSCHK : 0) |
	       (bits(smmu->idr[0], 16, 16) != 0 ? CR0_PRIQEN : 0);
}

static void write_cr0(struct fake_smmu *smmu, hv_u32 value)
{
	const hv_u32 old = smmu->cr0.written;

	if (((old ^ smmu->cr0.effective) & (old ^ value)) != 0)
		fake_fail("CR0: 0x%x over 0x%x, whose update is under way", value, old);
	if ((value & ~cr0_fields(smmu)) != 0)
		fake_fail("CR0: 0x%x has reserved bits", value);
	start(smmu, &smmu->cr0, value);
}

static void write_gbpa(struct fake_smmu *smmu, hv_u32 value)
{
	if ((smmu->gbpa.written & GBPA_UPDATE) != 0)
		fake_fail("GBPA: written while an update is under way");
	if ((value & GBPA_UPDATE) == 0)
		fake_fail("GBPA: written without Update");
	start(smmu, &smmu->gbpa, value);
}

static hv_u64 read_gbpa(struct fake_smmu *smmu)
{
	if (smmu->stuck == 0 || (smmu->stuck & FAKE_SMMU_STUCK_GBPA) == 0) {
		if (progress(&smmu->gbpa, 0))
			smmu->gbpa.written = smmu->gbpa.effective = smmu->gbpa.effective & ~GBPA_UPDATE;
	}
	return smmu->gbpa.written;
}

static hv_u64 read_cr0ack(struct fake_smmu *smmu)
{
	if (progress(&smmu->cr0, stuck_cr0(smmu)))
		smmu_consume(smmu);
	return smmu->cr0.effective;
}

static void write_gerrorn(struct fake_smmu *smmu, hv_u32 value)
{
	if (((value ^ smmu->gerrorn) & ~smmu_errors(smmu)) != 0)
		fake_fail("GERRORN: 0x%x acknowledges what is not active", value);
	smmu->gerrorn = value;
	smmu_consume(smmu);
}

static void write_cmdq_prod(struct fake_smmu *smmu, hv_u32 value)
{
	const hv_u32 log2 = smmu_queue_log2(smmu->cmdq_base, (hv_u32)bits(smmu->idr[1], 25, 21));

	smmu->cmdq_prod = value & 0xfffff;
	if ((smmu->cr0.written & CR0_CMDQEN) == 0)
		return;
	if (!smmu_queue_consistent(log2, smmu->cmdq_prod, smmu->cmdq_cons))
		fake_fail("CMDQ_PROD: 0x%x with CONS 0x%x", value, smmu->cmdq_cons);
	if (!smmu->lazy)
		smmu_consume(smmu);
}

static void write_eventq_cons(struct fake_smmu *smmu, hv_u32 value)
{
	const hv_u32 log2 = smmu_queue_log2(smmu->eventq_base, (hv_u32)bits(smmu->idr[1], 20, 16));

	smmu->eventq_cons = value & 0x800fffff;
	if ((smmu->cr0.written & CR0_EVENTQEN) != 0 &&
	    !smmu_queue_consistent(log2, smmu->eventq_prod, value))
		fake_fail("EVENTQ_CONS: 0x%x with PROD 0x%x", value, smmu->eventq_prod);
}

/* Is a field of CR0 (or IRQ_CTRL) off, and known to be? */
static bool off(const struct fake_smmu_field *field, hv_u32 mask)
{
	return ((field->written | field->effective) & mask) == 0;
}

static void guard(const struct fake_smmu_field *field, hv_u32 mask, const char *name)
{
	if (!off(field, mask))
		fake_fail("%s: written while it is guarded", name);
}

static bool write32(struct fake_smmu *smmu, hv_u64 offset, hv_u32 value)
{
	switch (offset) {
	case 0x20:
		write_cr0(smmu, value);
		return true;
	case 0x28:
		guard(&smmu->cr0, CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN | CR0_PRIQEN, "CR1");
		smmu->cr1 = value & 0xfff;
		return true;
	case 0x2c:
		guard(&smmu->cr0, CR0_SMMUEN, "CR2");
		smmu->cr2 = value & 0xf;
		return true;
	case 0x44:
		write_gbpa(smmu, value);
		return true;
	case 0x50:
		if (((smmu->irq_ctrl.written ^ smmu->irq_ctrl.effective) &
		     (smmu->irq_ctrl.written ^ value)) != 0)
			fake_fail("IRQ_CTRL: written while its update is under way");
		start(smmu, &smmu->irq_ctrl, value & 7);
		return true;
	case 0x64:
		write_gerrorn(smmu, value);
		return true;
	case 0x88:
		guard(&smmu->cr0, CR0_SMMUEN, "STRTAB_BASE_CFG");
		smmu->strtab_base_cfg = value;
		return true;
	case 0x98:
		write_cmdq_prod(smmu, value);
		return true;
	case 0x9c:
		guard(&smmu->cr0, CR0_CMDQEN, "CMDQ_CONS");
		smmu->cmdq_cons = value & 0xfffff;
		return true;
	case 0x100a8:
		guard(&smmu->cr0, CR0_EVENTQEN, "EVENTQ_PROD");
		smmu->eventq_prod = value & 0x800fffff;
		return true;
	case 0x100ac:
		write_eventq_cons(smmu, value);
		return true;
	default:
		return false;
	}
}

static bool write64(struct fake_smmu *smmu, hv_u64 offset, hv_u64 value)
{
	switch (offset) {
	case 0x68:
		guard(&smmu->irq_ctrl, IRQ_GERROR, "GERROR_IRQ_CFG0");
		smmu->gerror_irq_cfg0 = value;
		return true;
	case 0x80:
		guard(&smmu->cr0, CR0_SMMUEN, "STRTAB_BASE");
		smmu->strtab_base = value;
		return true;
	case 0x90:
		guard(&smmu->cr0, CR0_CMDQEN, "CMDQ_BASE");
		smmu->cmdq_base = value;
		return true;
	case 0xa0:
		guard(&smmu->cr0, CR0_EVENTQEN, "EVENTQ_BASE");
		smmu->eventq_base = value;
		return true;
	case 0xb0:
		guard(&smmu->irq_ctrl, IRQ_EVENTQ, "EVENTQ_IRQ_CFG0");
		smmu->eventq_irq_cfg0 = value;
		return true;
	default:
		return false;
	}
}

static bool read32(struct fake_smmu *smmu, hv_u64 offset, hv_u64 *value)
{
	if (offset <= 0x14) {
		*value = smmu->idr[offset / 4];
		return true;
	}
	switch (offset) {
	case 0x20:
		*value = smmu->cr0.written;
		return true;
	case 0x24:
		*value = read_cr0ack(smmu);
		return true;
	case 0x44:
		*value = read_gbpa(smmu);
		return true;
	case 0x50:
		*value = smmu->irq_ctrl.written;
		return true;
	case 0x54:
		progress(&smmu->irq_ctrl, (smmu->stuck & FAKE_SMMU_STUCK_IRQ) != 0 ? 7 : 0);
		*value = smmu->irq_ctrl.effective;
		return true;
	case 0x60:
		*value = smmu->gerror;
		return true;
	case 0x64:
		*value = smmu->gerrorn;
		return true;
	case 0x98:
		*value = smmu->cmdq_prod;
		return true;
	case 0x9c:
		if (smmu->lazy)
			smmu_consume(smmu);
		*value = smmu->cmdq_cons;
		return true;
	case 0x100a8:
		*value = smmu->eventq_prod;
		return true;
	case 0x100ac:
		*value = smmu->eventq_cons;
		return true;
	default:
		return false;
	}
}

static void traffic(struct fake_smmu *smmu)
{
	if (smmu->traffic == NULL || smmu->in_traffic)
		return;
	smmu->in_traffic = true;
	smmu->traffic(smmu, smmu->traffic_context);
	smmu->in_traffic = false;
}

static bool on_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_smmu *smmu = device;
	bool known;

	traffic(smmu);
	known = bytes == 4 && read32(smmu, offset, value);
	traffic(smmu);
	return known;
}

static bool on_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_smmu *smmu = device;
	bool known;

	traffic(smmu);
	if (bytes == 8)
		known = write64(smmu, offset, value);
	else
		known = bytes == 4 && write32(smmu, offset, (hv_u32)value);
	traffic(smmu);
	return known;
}

void fake_smmu_init(struct fake_smmu *smmu, hv_u64 base)
{
	static const struct fake_mmio_model model = {"SMMUv3", on_read, on_write};

	memset(smmu, 0, sizeof(*smmu));
	smmu->base = base;
	smmu->idr[0] = 0x0d44101b;
	smmu->idr[1] = 0x02730010;
	smmu->idr[3] = 0x00001414;
	smmu->idr[5] = 0x00000074;
	smmu->latency = 3;
	smmu->cr1 = (hv_u32)UNKNOWN & 0xfff;
	smmu->cr2 = (hv_u32)UNKNOWN & 0xf;
	smmu->gbpa.written = smmu->gbpa.effective = 0x00001000;
	smmu->strtab_base = smmu->cmdq_base = smmu->eventq_base = UNKNOWN;
	smmu->gerror_irq_cfg0 = smmu->eventq_irq_cfg0 = UNKNOWN;
	smmu->strtab_base_cfg = (hv_u32)UNKNOWN;
	smmu->cmdq_prod = smmu->cmdq_cons = smmu->eventq_prod = smmu->eventq_cons = 0x5a5a5;
	fake_mmio_attach(base, FAKE_SMMU_BYTES, &model, smmu);
}
