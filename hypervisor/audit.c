/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>

#include "console.h"
#include "hv.h"

/* A warm reset drops what is only in a cache: clean the newest record, then the header. */
static void keep(struct hv_journal *journal)
{
	const hv_u32 newest = (hv_journal_next(journal) - 1) & (journal->capacity - 1);

	hv_hal_cache_clean(&journal->slot[newest], sizeof(journal->slot[newest]));
	hv_hal_cache_clean(journal, sizeof(*journal));
}

static void append(const struct hv_cpu *cpu, const struct hv_journal_record *record)
{
	hv_journal_append(cpu->journal, record);
	keep(cpu->journal);
	hv_console_post();
}

void hv_audit(enum hv_journal_kind kind, enum hv_journal_verdict verdict,
	      const struct hv_exc_regs *regs, hv_u64 ipa, hv_u64 detail)
{
	const struct hv_cpu *cpu = hv_hal_cpu_self();
	struct hv_journal_record record = {
		.timestamp = hv_hal_counter(),
		.cpu = (hv_u16)cpu->index,
		.kind = (hv_u8)kind,
		.verdict = (hv_u8)verdict,
		.ipa = ipa,
		.detail = detail,
	};

	if (cpu->vcpu != NULL)
		record.partition = (hv_u16)cpu->vcpu->partition_id;
	if (regs != NULL) {
		record.esr = regs->esr;
		record.far = regs->far;
		record.pc_low = (hv_u32)regs->elr;
	}
	append(cpu, &record);
}

void hv_audit_dma(hv_u32 partition_id, enum hv_journal_verdict verdict, hv_u32 what, hv_u64 iova,
		  hv_u64 ipa, hv_u64 detail)
{
	const struct hv_cpu *cpu = hv_hal_cpu_self();

	append(cpu, &(struct hv_journal_record){
		.timestamp = hv_hal_counter(),
		.cpu = (hv_u16)cpu->index,
		.partition = (hv_u16)partition_id,
		.kind = HV_J_DMA,
		.verdict = (hv_u8)verdict,
		.esr = what,
		.far = iova,
		.ipa = ipa,
		.detail = detail,
	});
}

void hv_audit_mcu(struct hv_journal_record *record)
{
	const struct hv_cpu *cpu = hv_hal_cpu_self();

	record->timestamp = hv_hal_counter();
	record->cpu = (hv_u16)cpu->index;
	append(cpu, record);
}
