/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/mu.h>
#include <haven/scmi_filter.h>

#include "console.h"
#include "gic.h"
#include "scmi.h"

/* What the service CPU does. */
static struct {
	struct hv_hal_scmi *platform; /* NULL: none */
	struct hv_partition *current; /* whose request is under way; NULL: nobody's */
	hv_u32 last;        /* index of the partition that was served last */
	hv_u64 deadline;    /* until when the platform has to take it */
	bool sent;
} service;

static hv_u32 channels; /* given away */

void hv_scmi_place(struct hv_partition *p)
{
	if (p->config->scmi.ipa == 0)
		return;
	p->scmi = &hv_scmi_channels[channels++];
	hv_vsmt_reset(&p->scmi->smt);
}

void hv_scmi_launch(struct hv_hal_scmi *platform)
{
	service.platform = platform;
}

/* ---- the guest's side ---- */

bool hv_scmi_access(struct hv_vcpu *vcpu, const struct hv_mmio *mmio, hv_u64 *value)
{
	struct hv_partition *p = vcpu->partition;
	bool done;

	hv_lock(&p->lock);
	done = hv_vsmt_access(&p->scmi->smt, (hv_u32)(mmio->ipa - p->config->scmi.ipa), mmio->size,
			      mmio->write, value);
	hv_unlock(&p->lock);
	return done;
}

/* Where a guest lives on the service CPU, the console sets the pace, whatever others ask for: on a
 * shared one that is what its reserve is made for. */
static void call_service(void)
{
	const struct hv_cpu *service_cpu = &hv_cpus[hv_config.service_cpu];

	/* Whose turn it is on a shared CPU does not matter, and only that CPU may read it. */
	if (service_cpu->shared != NULL || service_cpu->vcpu != NULL)
		hv_console_post();
	else
		hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_PASS);
}

/* The mail may still carry what an earlier life has sent. */
static void post_locked(struct hv_scmi_channel *channel)
{
	const hv_u32 mail = __atomic_load_n(&channel->mail, __ATOMIC_ACQUIRE);

	channel->queued = mail != HV_SCMI_EMPTY;
	if (channel->queued)
		return;
	channel->message = channel->request;
	channel->mail_life = channel->life;
	__atomic_store_n(&channel->mail, HV_SCMI_POSTED, __ATOMIC_RELEASE);
	call_service();
}

/* @return true: @p channel's reply is in the buffer, and the guest asked for an interrupt. */
static bool reply_locked(struct hv_scmi_channel *channel, const struct hv_scmi_msg *reply)
{
	bool interrupt = false;

	return hv_vsmt_reply(&channel->smt, reply, &interrupt) == HV_OK && interrupt;
}

/* @return true: interrupt the guest. @p refused is set to the status if it is worth a record. */
static bool judge_locked(const struct hv_partition *p, int32_t *refused)
{
	struct hv_scmi_channel *channel = p->scmi;
	struct hv_scmi_msg reply;

	switch (hv_scmi_filter(&p->config->scmi.rights, &channel->request, &reply)) {
	case HV_SCMI_PASS:
		if (service.platform != NULL) {
			post_locked(channel);
			return false;
		}
		reply = (struct hv_scmi_msg){.header = channel->request.header, .count = 1,
					     .word = {(hv_u32)(int32_t)HV_SCMI_COMMS_ERROR}};
		*refused = HV_SCMI_COMMS_ERROR;
		break;
	case HV_SCMI_REFUSE:
		*refused = hv_scmi_reply_status(&reply);
		break;
	default:
		break;
	}
	return reply_locked(channel, &reply);
}

static void audit(const struct hv_partition *p, hv_u32 header, int32_t status)
{
	const struct hv_exc_regs regs = {.esr = header};

	hv_audit(HV_J_SCMI, HV_JV_DENY, &regs, p->config->scmi.ipa, (hv_u64)(int64_t)status);
}

static hv_u64 ring_locked(const struct hv_partition *p, bool *interrupt, hv_u32 *header,
			  int32_t *refused)
{
	struct hv_scmi_channel *channel = p->scmi;

	switch (hv_vsmt_ring(&channel->smt, &channel->request, interrupt)) {
	case HV_VSMT_EMPTY:
		return HV_CALL_INVALID_PARAMETER;
	case HV_VSMT_BUSY:
		return HV_CALL_BUSY;
	case HV_VSMT_DAMAGED:
		*refused = HV_SCMI_PROTOCOL_ERROR;
		return 0;
	default:
		*header = channel->request.header;
		*interrupt = judge_locked(p, refused);
		return 0;
	}
}

bool hv_scmi_ring(struct hv_vcpu *vcpu, hv_u64 *x)
{
	struct hv_partition *p = vcpu->partition;
	int32_t refused = HV_SCMI_SUCCESS;
	bool interrupt = false;
	hv_u32 header = 0;

	if (p->scmi == NULL)
		return false;
	hv_lock(&p->lock);
	x[0] = ring_locked(p, &interrupt, &header, &refused);
	hv_unlock(&p->lock);
	if (refused != HV_SCMI_SUCCESS)
		audit(p, header, refused);
	if (interrupt)
		hv_gic_pulse(vcpu, p->config->scmi.irq);
	return true;
}

static bool collect_locked(struct hv_scmi_channel *channel)
{
	bool interrupt = false;

	if (__atomic_load_n(&channel->mail, __ATOMIC_ACQUIRE) != HV_SCMI_ANSWERED)
		return false;
	if (channel->mail_life == channel->life)
		interrupt = reply_locked(channel, &channel->message);
	__atomic_store_n(&channel->mail, HV_SCMI_EMPTY, __ATOMIC_RELAXED);
	if (channel->queued)
		post_locked(channel);
	return interrupt;
}

void hv_scmi_collect(struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;
	bool interrupt;

	hv_lock(&p->lock);
	interrupt = collect_locked(p->scmi);
	hv_unlock(&p->lock);
	if (interrupt)
		hv_gic_pulse(vcpu, p->config->scmi.irq);
}

void hv_scmi_end(struct hv_partition *p)
{
	struct hv_scmi_channel *channel = p->scmi;
	hv_u32 posted = HV_SCMI_POSTED;

	if (channel == NULL)
		return;
	hv_lock(&p->lock);
	channel->life++;
	channel->queued = false;
	hv_vsmt_reset(&channel->smt);
	/* What the service CPU has not taken yet is never sent. */
	/* bound: others' writes */
	(void)__atomic_compare_exchange_n(&channel->mail, &posted, HV_SCMI_EMPTY, false,
					  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	hv_unlock(&p->lock);
}

/* ---- the service CPU's side ---- */

static bool take(struct hv_partition *p)
{
	hv_u32 posted = HV_SCMI_POSTED;

	return p->scmi != NULL &&
	       /* bound: others' writes */
	       __atomic_compare_exchange_n(&p->scmi->mail, &posted, HV_SCMI_SENT, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Round and round, so that nobody waits for more than one request of each other partition. */
static void choose(void)
{
	const hv_u32 count = hv_config.partition_count;

	for (hv_u32 i = 1; i <= count; i++) { /* bound: HV_MAX_PARTITIONS */
		const hv_u32 index = (service.last + i) % count;

		if (!take(&hv_partitions[index]))
			continue;
		service.current = &hv_partitions[index];
		service.last = index;
		service.sent = false;
		service.deadline = hv_hal_counter() + hv_hal_counter_frequency() *
				   service.platform->wait_us / 1000000 + 1;
		return;
	}
}

/* The guest's header again: the platform knew the request by another token. */
static void answer(const struct hv_scmi_msg *reply)
{
	struct hv_scmi_channel *channel = service.current->scmi;
	const hv_u32 header = channel->message.header;

	channel->message = *reply;
	channel->message.header = header;
	__atomic_store_n(&channel->mail, HV_SCMI_ANSWERED, __ATOMIC_RELEASE);
	hv_kick(&service.current->vcpu[0], HV_REQUEST_SCMI);
	hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_MCU); /* it may have waited for the buffer */
	service.current = NULL;
}

/* Between two requests the hypervisor's own have their turn: the next begins with the next call. */
static void advance(void)
{
	struct hv_scmi_msg reply = {.count = 1, .word = {(hv_u32)(int32_t)HV_SCMI_COMMS_ERROR}};
	enum hv_smt_state state = HV_SMT_BUSY;

	if (!service.sent) {
		const bool late = hv_hal_counter() >= service.deadline;

		service.sent = hv_hal_scmi_send(service.platform, &service.current->scmi->message);
		if (!service.sent && late)
			answer(&reply);
	} else if (hv_hal_scmi_poll(service.platform, &reply, &state)) {
		if (state != HV_SMT_DONE)
			reply = (struct hv_scmi_msg){
				.count = 1, .word = {(hv_u32)(int32_t)HV_SCMI_COMMS_ERROR}};
		answer(&reply);
	}
}

static bool anything_posted(void)
{
	bool any = false;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_scmi_channel *channel = hv_partitions[i].scmi;

		any |= channel != NULL &&
		       __atomic_load_n(&channel->mail, __ATOMIC_RELAXED) == HV_SCMI_POSTED;
	}
	return any;
}

void hv_scmi_serve(void)
{
	if (service.platform == NULL)
		return;
	if (service.current == NULL)
		choose();
	if (service.current != NULL)
		advance();
	if (service.current != NULL)
		hv_console_post(); /* its next tick comes here again, if no interrupt does before */
	else if (anything_posted())
		call_service();
}
