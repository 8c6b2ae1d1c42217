/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/pace.h>

static enum hv_pace_work work_of(hv_u32 slot)
{
	static const hv_u8 work[HV_PACE_SLOTS] = {
		HV_PACE_SEND, HV_PACE_WRITE, HV_PACE_SEND, HV_PACE_LOOK,
		HV_PACE_SEND, HV_PACE_WRITE, HV_PACE_SEND, HV_PACE_END,
	};

	return (enum hv_pace_work)work[slot % HV_PACE_SLOTS];
}

/* The round before has ended in the last of its slots. */
hv_u64 hv_pace_start(struct hv_pace *pace, hv_u64 now, hv_u64 slot)
{
	const hv_u64 over = pace->due + slot;

	*pace = (struct hv_pace){.due = now < over ? over : now, .slot = 0};
	return pace->due;
}

enum hv_pace_work hv_pace_work(const struct hv_pace *pace)
{
	return work_of(pace->slot);
}

static bool is_empty(enum hv_pace_work work, bool send, bool write)
{
	return (work == HV_PACE_SEND && !send) || (work == HV_PACE_WRITE && !write);
}

hv_u64 hv_pace_next(struct hv_pace *pace, bool send, bool write, hv_u64 now, hv_u64 slot)
{
	const hv_u64 soonest = now + slot / 2;

	do { /* bound: 4, from one slot that is never left out to the next */
		pace->slot = (pace->slot + 1) % HV_PACE_SLOTS;
		pace->due += slot;
	} while (is_empty(hv_pace_work(pace), send, write));
	if (pace->due < now)
		pace->due = now;
	return pace->due < soonest ? soonest : pace->due;
}
