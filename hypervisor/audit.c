/* SPDX-License-Identifier: Apache-2.0 */
#include "hv.h"

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

	if (cpu->partition != NULL)
		record.partition = (hv_u16)cpu->partition->config->id;
	if (regs != NULL) {
		record.esr = regs->esr;
		record.far = regs->far;
		record.pc_low = (hv_u32)regs->elr;
	}
	hv_journal_append(cpu->journal, &record);
}
