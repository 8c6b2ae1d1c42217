/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>
#include <haven/mailbox.h>

#define SLOT  64u
#define LINES 0x40u
#define RINGS 0xc0u

struct header {
	hv_u32 magic, version, slots;
};

struct line {
	hv_u32 session, ack, head, tail;
};

struct slot {
	hv_u32 sequence, length;
	hv_u32 payload[HV_MAILBOX_PAYLOAD / 4];
	hv_u32 crc;
};
_Static_assert(sizeof(struct slot) == SLOT, "format is fixed");
_Static_assert(offsetof(struct slot, crc) == 60, "the checksum covers what is before it");

static struct header *header_of(const struct hv_mailbox *box)
{
	return (struct header *)(void *)box->window;
}

static struct line *line_of(const struct hv_mailbox *box, hv_u32 end)
{
	const hv_u32 offset = LINES + 0x40u * end;

	return (struct line *)(void *)(box->window + offset);
}

/* Slot of the ring that @p end fills. */
static struct slot *slot_of(const struct hv_mailbox *box, hv_u32 end, hv_u32 index)
{
	const hv_u32 number = end * box->slots + (index & (box->slots - 1));
	const hv_u32 offset = RINGS + SLOT * number;

	return (struct slot *)(void *)(box->window + offset);
}

static hv_u32 load(const hv_u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(hv_u32 *word, hv_u32 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static bool good_slots(hv_u32 slots, hv_u32 size)
{
	return slots != 0 && slots <= HV_MAILBOX_SLOTS_MAX && (slots & (slots - 1)) == 0 &&
	       HV_MAILBOX_SIZE(slots) <= size;
}

/* Nothing of an earlier life counts: first the ack goes, so that the link is down. */
static void begin(struct hv_mailbox *box)
{
	struct line *own = line_of(box, box->end);

	box->session = load(&own->session) + 1;
	if (box->session == 0)
		box->session = 1;
	store(&own->ack, 0);
	store(&own->head, 0);
	store(&own->tail, 0);
	store(&own->session, box->session);
}

hv_status_t hv_mailbox_open(struct hv_mailbox *box, void *window, hv_u32 size,
			    enum hv_mailbox_end end, hv_u32 slots)
{
	if (box == NULL || window == NULL || ((uintptr_t)window & 15u) != 0 ||
	    size < HV_MAILBOX_SIZE(1u) || (end == HV_MAILBOX_A && !good_slots(slots, size)))
		return HV_EINVAL;
	*box = (struct hv_mailbox){.window = window, .size = size, .end = (hv_u32)end};
	if (end == HV_MAILBOX_A) {
		struct header *header = header_of(box);

		box->slots = slots;
		store(&header->version, HV_MAILBOX_VERSION);
		store(&header->slots, slots);
		store(&header->magic, HV_MAILBOX_MAGIC);
	}
	begin(box);
	return HV_OK;
}

/* End B takes the number of slots once: the peer cannot change it later. */
static bool formatted(struct hv_mailbox *box)
{
	const struct header *header = header_of(box);
	hv_u32 slots;

	if (box->slots != 0)
		return true;
	if (load(&header->magic) != HV_MAILBOX_MAGIC || load(&header->version) != HV_MAILBOX_VERSION)
		return false;
	slots = load(&header->slots);
	if (!good_slots(slots, box->size))
		return false;
	box->slots = slots;
	return true;
}

static bool is_up(const struct hv_mailbox *box)
{
	const struct line *peer = line_of(box, 1u - box->end);

	return box->peer_session != 0 && load(&peer->session) == box->peer_session &&
	       load(&peer->ack) == box->session;
}

/* A peer that was not there before: start over with it. */
static bool meet(struct hv_mailbox *box)
{
	struct line *own = line_of(box, box->end);
	const hv_u32 session = load(&line_of(box, 1u - box->end)->session);
	const bool again = box->peer_session != 0;

	if (session == box->peer_session || session == 0)
		return false;
	box->head = 0;
	box->tail = 0;
	box->broken = false;
	store(&own->head, 0);
	store(&own->tail, 0);
	box->peer_session = session;
	store(&own->ack, session);
	return again;
}

enum hv_mailbox_link hv_mailbox_poll(struct hv_mailbox *box)
{
	if (!formatted(box))
		return HV_MAILBOX_DOWN;
	if (meet(box))
		return HV_MAILBOX_RESTARTED;
	if (box->broken)
		return HV_MAILBOX_BROKEN;
	return is_up(box) ? HV_MAILBOX_UP : HV_MAILBOX_DOWN;
}

/* May messages go? A peer that counts more than the ring has is out. */
static bool usable(struct hv_mailbox *box, hv_u32 distance)
{
	if (distance > box->slots)
		box->broken = true;
	return !box->broken;
}

static bool ready(const struct hv_mailbox *box)
{
	return box != NULL && box->slots != 0 && !box->broken && is_up(box);
}

static void copy(hv_u8 *to, const hv_u8 *from, hv_u32 length)
{
	for (hv_u32 i = 0; i < length; i++) /* bound: HV_MAILBOX_PAYLOAD */
		to[i] = from[i];
}

/* Word by word: a window may be device memory to one of the ends. */
static void copy_slot(struct slot *to, const struct slot *from)
{
	const volatile hv_u32 *source = (const volatile hv_u32 *)(const volatile void *)from;
	volatile hv_u32 *target = (volatile hv_u32 *)(volatile void *)to;

	for (hv_u32 i = 0; i < SLOT / 4; i++) /* bound: 16 */
		target[i] = source[i];
}

hv_status_t hv_mailbox_send(struct hv_mailbox *box, const void *data, hv_u32 length)
{
	struct slot message = {.length = length};
	hv_u32 used;

	if (data == NULL || length > HV_MAILBOX_PAYLOAD)
		return HV_EINVAL;
	if (!ready(box))
		return HV_EPERM;
	used = box->head - load(&line_of(box, 1u - box->end)->tail);
	if (!usable(box, used))
		return HV_EPERM;
	if (used == box->slots)
		return HV_ENOSPC;
	message.sequence = box->head;
	copy((hv_u8 *)message.payload, data, length);
	message.crc = hv_crc32(0, &message, offsetof(struct slot, crc));
	copy_slot(slot_of(box, box->end, box->head), &message);
	box->head++;
	store(&line_of(box, box->end)->head, box->head);
	return HV_OK;
}

hv_status_t hv_mailbox_receive(struct hv_mailbox *box, void *data, hv_u32 *length)
{
	struct slot message;
	hv_u32 waiting;
	bool whole;

	if (data == NULL || length == NULL)
		return HV_EINVAL;
	if (!ready(box))
		return HV_EPERM;
	waiting = load(&line_of(box, 1u - box->end)->head) - box->tail;
	if (!usable(box, waiting))
		return HV_EPERM;
	if (waiting == 0)
		return HV_ENOSPC;
	copy_slot(&message, slot_of(box, 1u - box->end, box->tail));
	whole = message.sequence == box->tail && message.length <= HV_MAILBOX_PAYLOAD &&
		message.crc == hv_crc32(0, &message, offsetof(struct slot, crc));
	box->tail++;
	store(&line_of(box, box->end)->tail, box->tail);
	if (!whole)
		return HV_ENOTSUP;
	copy(data, (const hv_u8 *)message.payload, message.length);
	*length = message.length;
	return HV_OK;
}
