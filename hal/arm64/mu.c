/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/cpu.h>
#include <haven/hal/mu.h>

#include <arm64/barrier.h>
#include <arm64/mmio.h>

#define MU_GIER 0x110 /* interrupt enable of the doorbells */
#define MU_GCR  0x114 /* rings the other side */
#define MU_GSR  0x118 /* was rung; write 1 to clear */
#define MU_SRAM 0x1000

#define ALL_DOORBELLS 0xfu

void hv_hal_mu_init(hv_u64 base, hv_u32 interrupts)
{
	mmio_write32(base + MU_GIER, 0);
	mmio_write32(base + MU_GSR, ALL_DOORBELLS);
	mmio_write32(base + MU_GIER, interrupts & ALL_DOORBELLS);
}

void hv_hal_mu_ring(hv_u64 base, hv_u32 doorbell)
{
	dsb(sy);
	mmio_write32(base + MU_GCR, 1u << doorbell);
}

bool hv_hal_mu_rung(hv_u64 base, hv_u32 doorbell)
{
	const hv_u32 bit = 1u << doorbell;

	if ((mmio_read32(base + MU_GSR) & bit) == 0)
		return false;
	mmio_write32(base + MU_GSR, bit);
	return true;
}

static hv_u64 word_at(const struct hv_hal_scmi *scmi, hv_u32 buffer, hv_u32 word)
{
	return scmi->mu + MU_SRAM + 4 * ((hv_u64)buffer * HV_SMT_BUFFER_WORDS + word);
}

static hv_u32 status_of(const struct hv_hal_scmi *scmi, hv_u32 buffer)
{
	return mmio_read32(word_at(scmi, buffer, HV_SMT_STATUS));
}

static void copy_out(const struct hv_hal_scmi *scmi, hv_u32 buffer, struct hv_smt *out)
{
	dsb(sy); /* not before the status that said so */
	for (hv_u32 i = 0; i < HV_SMT_BUFFER_WORDS; i++) /* bound: HV_SMT_BUFFER_WORDS */
		out->word[i] = mmio_read32(word_at(scmi, buffer, i));
}

void hv_hal_scmi_init(struct hv_hal_scmi *scmi, hv_u64 mu, bool crc, hv_u32 wait_us)
{
	*scmi = (struct hv_hal_scmi){.mu = mu, .wait_us = wait_us, .channel = {.crc = crc}};
	hv_hal_mu_init(mu, 0);
}

void hv_hal_scmi_listen(const struct hv_hal_scmi *scmi)
{
	mmio_write32(scmi->mu + MU_GIER, 1u << HV_MU_A2P | 1u << HV_MU_P2A);
}

void hv_hal_scmi_hush(const struct hv_hal_scmi *scmi)
{
	mmio_write32(scmi->mu + MU_GSR, 1u << HV_MU_A2P | 1u << HV_MU_P2A);
}

bool hv_hal_scmi_send(struct hv_hal_scmi *scmi, const struct hv_scmi_msg *request)
{
	struct hv_smt image;
	hv_u32 count;

	if (scmi->channel.pending ||
	    hv_smt_send(&scmi->channel, status_of(scmi, HV_MU_A2P), request, &image, &count) != HV_OK)
		return false;
	for (hv_u32 i = 0; i < count; i++) /* bound: HV_SMT_BUFFER_WORDS */
		mmio_write32(word_at(scmi, HV_MU_A2P, HV_SMT_FIRST + i), image.word[HV_SMT_FIRST + i]);
	dsb(sy);
	mmio_write32(word_at(scmi, HV_MU_A2P, HV_SMT_STATUS), 0);
	hv_hal_mu_ring(scmi->mu, HV_MU_A2P);
	scmi->deadline = hv_hal_counter() + hv_hal_counter_frequency() * scmi->wait_us / 1000000 + 1;
	return true;
}

static enum hv_smt_state look(struct hv_hal_scmi *scmi, struct hv_scmi_msg *reply)
{
	struct hv_smt copy;

	if (!hv_smt_answered(status_of(scmi, HV_MU_A2P)))
		return HV_SMT_BUSY;
	copy_out(scmi, HV_MU_A2P, &copy);
	return hv_smt_receive(&scmi->channel, &copy, reply);
}

bool hv_hal_scmi_poll(struct hv_hal_scmi *scmi, struct hv_scmi_msg *reply, enum hv_smt_state *state)
{
	/* The time is taken before the look, so the last look comes when all of it has passed. */
	const bool late = hv_hal_counter() >= scmi->deadline;

	*state = look(scmi, reply);
	if (*state != HV_SMT_BUSY) {
		hv_hal_mu_rung(scmi->mu, HV_MU_A2P);
		return true;
	}
	if (late)
		hv_smt_give_up(&scmi->channel);
	return late;
}

enum hv_smt_state hv_hal_scmi_call(struct hv_hal_scmi *scmi, const struct hv_scmi_msg *request,
				   struct hv_scmi_msg *reply)
{
	enum hv_smt_state state;

	if (!hv_hal_scmi_send(scmi, request))
		return HV_SMT_FAILED;
	while (!hv_hal_scmi_poll(scmi, reply, &state)) /* bound: wait_us */
		;
	return state;
}

enum hv_smt_state hv_hal_scmi_take(struct hv_hal_scmi *scmi, struct hv_scmi_msg *out)
{
	enum hv_smt_state state;
	struct hv_smt copy;
	bool ring;

	hv_hal_mu_rung(scmi->mu, HV_MU_P2A);
	if ((status_of(scmi, HV_MU_P2A) & HV_SMT_FREE) != 0)
		return HV_SMT_IDLE;
	copy_out(scmi, HV_MU_P2A, &copy);
	state = hv_smt_take(&copy, scmi->channel.crc, out, &ring);
	if (state == HV_SMT_IDLE)
		return state;
	mmio_write32(word_at(scmi, HV_MU_P2A, HV_SMT_STATUS), HV_SMT_FREE);
	if (ring)
		hv_hal_mu_ring(scmi->mu, HV_MU_P2A);
	return state;
}
