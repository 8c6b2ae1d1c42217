/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>
#include <haven/journal.h>

#define MAX_CAPACITY 65536u
#define CRC_BYTES    offsetof(struct hv_journal_record, crc)

_Static_assert(CRC_BYTES == 60, "crc covers all but itself");
_Static_assert(offsetof(struct hv_journal_record, esr) == 24, "no hole before esr");

static hv_u32 header_crc(const struct hv_journal *journal)
{
	return hv_crc32(0, journal, offsetof(struct hv_journal, next));
}

hv_status_t hv_journal_open(struct hv_journal *journal, hv_u32 capacity, bool *survived)
{
	if (journal == NULL || survived == NULL)
		return HV_EINVAL;
	if (capacity == 0 || capacity > MAX_CAPACITY || (capacity & (capacity - 1)) != 0)
		return HV_EINVAL;

	*survived = journal->magic == HV_JOURNAL_MAGIC && journal->capacity == capacity &&
		    journal->crc == header_crc(journal);
	if (!*survived) {
		journal->magic = HV_JOURNAL_MAGIC;
		journal->capacity = capacity;
		journal->next = 1;
		journal->crc = header_crc(journal);
	}
	return HV_OK;
}

void hv_journal_append(struct hv_journal *journal, const struct hv_journal_record *record)
{
	const hv_u32 sequence = journal->next;
	struct hv_journal_record *slot = &journal->slot[sequence & (journal->capacity - 1)];

	*slot = *record;
	slot->magic = HV_JOURNAL_MAGIC;
	slot->sequence = sequence;
	slot->reserved = 0;
	slot->crc = hv_crc32(0, slot, CRC_BYTES);
	__atomic_store_n(&journal->next, sequence + 1, __ATOMIC_RELEASE);
}

hv_u32 hv_journal_next(const struct hv_journal *journal)
{
	return __atomic_load_n(&journal->next, __ATOMIC_ACQUIRE);
}

/* A slot may be rewritten while it is copied; its CRC then does not match. */
static bool intact(const struct hv_journal_record *record, hv_u32 sequence)
{
	return record->magic == HV_JOURNAL_MAGIC && record->sequence == sequence &&
	       record->crc == hv_crc32(0, record, CRC_BYTES);
}

hv_status_t hv_journal_read(const struct hv_journal *journal, hv_u32 sequence,
			    struct hv_journal_record *out)
{
	struct hv_journal_record copy;

	if (journal == NULL || out == NULL)
		return HV_EINVAL;
	/* Sequence numbers wrap: compare by distance. */
	if ((hv_journal_next(journal) - sequence - 1) > UINT32_MAX / 2)
		return HV_ENOSPC;
	copy = journal->slot[sequence & (journal->capacity - 1)];
	if (!intact(&copy, sequence))
		return HV_EPERM;
	*out = copy;
	return HV_OK;
}
