/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/fault_policy.h>
#include <haven/hal/gic.h>
#include <haven/smmu_event.h>
#include <haven/smmu_gerror.h>

#include "console.h"
#include "dma.h"
#include "partition.h"
#include "pci.h"
#include "print.h"
#include "smmu.h"

/* Events taken at a time: what bounds a step of the service CPU. */
#define EVENTS_PER_STEP 8u
/* After so many steps the queue holds no event of before the first of them. */
#define QUEUE_STEPS (HV_SMMU_EVENTS / EVENTS_PER_STEP)

/* The SMMU no longer obeys: all DMA aborts, for good. */
static bool dead;

static void enable(hv_u32 intid)
{
	if (intid == 0)
		return;
	hv_hal_gic_set_edge(intid, true);
	hv_hal_gic_route(intid, hv_cpus[hv_config.service_cpu].mpidr);
	hv_hal_gic_enable(0, intid / 32, 1u << (intid % 32));
}

void hv_dma_launch(void)
{
	if (hv_smmu_stream_at(0) == NULL)
		return;
	enable(hv_config.board->smmu.event_irq);
	enable(hv_config.board->smmu.gerror_irq);
}

static void give_up(void)
{
	if (dead)
		return;
	dead = true;
	hv_smmu_silence();
	hv_audit_dma(HV_PARTITION_HYPERVISOR, HV_JV_HALT, HV_J_DMA_ERROR, 0, 0, 0);
	hv_print("SMMU does not obey: all DMA aborts from now on\n");
}

/* ---- open and closed ---- */

bool hv_dma_reach(struct hv_partition *p, bool open)
{
	const hv_u32 wish = open;

	if (p->config->dma.stream_count == 0 && p->config->dma.function_count == 0)
		return true;
	if (__atomic_load_n(&p->dma.done, __ATOMIC_ACQUIRE) == wish)
		return true;
	/* bound: others' writes */
	if (__atomic_exchange_n(&p->dma.wish, wish, __ATOMIC_ACQ_REL) != wish)
		hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_SMMU);
	return false;
}

static bool wants(const struct hv_partition *p, hv_u32 wish)
{
	return __atomic_load_n(&p->dma.wish, __ATOMIC_ACQUIRE) == wish &&
	       __atomic_load_n(&p->dma.done, __ATOMIC_RELAXED) != wish;
}

static void answer(struct hv_partition *p, hv_u32 done)
{
	__atomic_store_n(&p->dma.done, done, __ATOMIC_RELEASE);
	hv_kick(&p->vcpu[0], HV_REQUEST_LOOK);
}

static void close_streams(struct hv_partition *p)
{
	const struct hv_dma_config *dma = &p->config->dma;
	bool obeyed = true;

	hv_pci_quiet(p);
	for (hv_u32 i = 0; i < dma->stream_count && !dead; i++) /* bound: HV_MAX_SMMU_DEVICES */
		obeyed = hv_smmu_close(dma->streams[i]) && obeyed;
	if (dma->stream_count != 0 && !dead)
		obeyed = hv_smmu_forget(p->config->id) && obeyed;
	if (!obeyed)
		give_up();
	answer(p, 0);
}

static void open_streams(struct hv_partition *p)
{
	const struct hv_dma_config *dma = &p->config->dma;
	bool obeyed = hv_smmu_clear_faults(p->config->id) == HV_OK;

	__atomic_store_n(&p->dma.sentence, 0, __ATOMIC_RELAXED);
	p->dma.steps = 0;
	for (hv_u32 i = 0; i < dma->stream_count && !dead; i++) /* bound: HV_MAX_SMMU_DEVICES */
		obeyed = hv_smmu_open(dma->streams[i], p->config->id) && obeyed;
	if (!obeyed)
		give_up();
	answer(p, 1);
}

/* ---- faults ---- */

static bool is_open(const struct hv_partition *p)
{
	return __atomic_load_n(&p->dma.done, __ATOMIC_ACQUIRE) == 1 &&
	       __atomic_load_n(&p->state, __ATOMIC_ACQUIRE) == HV_PARTITION_RUNNING;
}

/* A fault that an earlier life left behind is only recorded. */
static enum hv_journal_verdict decide(const struct hv_partition *p)
{
	const struct hv_partition_config *config = p->config;

	if (!is_open(p))
		return HV_JV_NONE;
	switch (config->dma.policy) {
	case HV_DMA_SUSPEND:
		return HV_JV_SUSPEND;
	case HV_DMA_RESTART:
		return hv_fault_decide(HV_CAUSE_ACCESS, HV_FAULT_RESTART, p->restarts, config->max_restarts);
	default:
		return HV_JV_NONE;
	}
}

static hv_u32 describe(const struct hv_smmu_event *event, enum hv_smmu_verdict verdict)
{
	hv_u32 what = event->type & 0xff;

	if (event->has_access)
		what |= event->read ? HV_J_DMA_READ : HV_J_DMA_WRITE;
	if (event->stage2)
		what |= HV_J_DMA_STAGE2;
	if (verdict == HV_SMMU_CUT_OFF)
		what |= HV_J_DMA_CUT_OFF;
	return what;
}

static enum hv_journal_verdict judge(hv_u32 partition_id)
{
	struct hv_partition *p = &hv_partitions[partition_id - 1];
	const enum hv_journal_verdict verdict = decide(p);

	if (verdict != HV_JV_NONE) {
		__atomic_store_n(&p->dma.sentence, (hv_u32)verdict, __ATOMIC_RELEASE);
		hv_kick(&p->vcpu[0], HV_REQUEST_DMA);
	}
	return verdict;
}

static void handle_event(const hv_u64 record[4])
{
	struct hv_smmu_event event;
	struct hv_smmu_fault fault;
	enum hv_journal_verdict verdict = HV_JV_NONE;

	if (hv_smmu_event_decode(record, &event) != HV_OK ||
	    hv_smmu_note_fault(event.stream_id, &fault) != HV_OK || fault.verdict == HV_SMMU_DROP)
		return;
	if (fault.verdict == HV_SMMU_CUT_OFF && !dead && !hv_smmu_close(event.stream_id))
		give_up();
	if (fault.verdict != HV_SMMU_UNKNOWN)
		verdict = judge(fault.partition_id);
	hv_audit_dma(fault.partition_id, verdict, describe(&event, fault.verdict), event.iova, event.ipa,
		     event.stream_id);
}

/* @return true if there may be more. */
static bool take_events(void)
{
	hv_u64 record[4];
	bool lost = false;
	hv_u32 taken = 0;

	while (taken < EVENTS_PER_STEP && hv_smmu_next_event(record, &lost)) { /* bound: EVENTS_PER_STEP */
		handle_event(record);
		taken++;
	}
	if (lost)
		hv_audit_dma(HV_PARTITION_HYPERVISOR, HV_JV_NONE, HV_J_DMA_LOST, 0, 0, 0);
	return taken == EVENTS_PER_STEP;
}

/* A flood of others' events is no reason to wait for ever. */
static bool is_past_gone(struct hv_partition *p, bool more)
{
	p->dma.steps++;
	return !more || p->dma.steps >= QUEUE_STEPS;
}

/* Closing comes first. Opening waits until what the past left in the queue is gone, so that a
 * new life does not answer for it. */
void hv_dma_serve(void)
{
	bool more;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		if (wants(&hv_partitions[i], 0))
			close_streams(&hv_partitions[i]);
	}
	more = take_events();
	if (more)
		hv_console_post(); /* its next tick comes here again */
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		if (wants(&hv_partitions[i], 1) && is_past_gone(&hv_partitions[i], more))
			open_streams(&hv_partitions[i]);
	}
}

static void handle_errors(void)
{
	hv_u32 cmd_error = 0;
	const hv_u32 errors = hv_smmu_errors(&cmd_error);

	if (errors == 0)
		return;
	hv_audit_dma(HV_PARTITION_HYPERVISOR, HV_JV_NONE, HV_J_DMA_ERROR, 0, 0,
		     errors | (hv_u64)cmd_error << 32);
	if ((errors & HV_SMMU_GERROR_SFM) != 0)
		give_up();
}

bool hv_dma_irq(hv_u32 intid)
{
	const struct hv_smmu_board *board = &hv_config.board->smmu;

	if (board->base == 0 || (intid != board->event_irq && intid != board->gerror_irq))
		return false;
	hv_hal_gic_deactivate(intid);
	if (intid == board->gerror_irq)
		handle_errors();
	else
		hv_dma_serve();
	return true;
}

void hv_dma_obey(struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;

	/* bound: others' writes */
	switch (__atomic_exchange_n(&p->dma.sentence, 0, __ATOMIC_ACQUIRE)) {
	case HV_JV_SUSPEND:
		hv_partition_stop(vcpu, HV_PARTITION_SUSPENDED);
		break;
	case HV_JV_RESTART:
		hv_partition_stop(vcpu, HV_PARTITION_STARTING);
		break;
	case HV_JV_HALT:
		hv_partition_stop(vcpu, HV_PARTITION_OFF);
		break;
	default:
		break;
	}
}
