/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/journal.h>
#include <haven/text_line.h>

#include "hv.h"
#include "news.h"

/* Characters of a step. */
#define STEP_BYTES 22u

static struct hv_line line;

/* What hv_print() said, whether some of a line of it has been taken, and what found no room. */
static struct hv_ring said;
static bool repeating;
static hv_u32 lost;

static hv_u32 shown[HV_MAX_CPUS]; /* sequence number of the last record told, per CPU */
static hv_u32 known[HV_MAX_PARTITIONS]; /* state last told, per partition index */
static hv_u32 lives[HV_MAX_PARTITIONS]; /* and in which of its lives */

static const char *const kinds[] = {
	"none", "boot", "start", "stop", "s2-fault", "mmio", "sysreg", "smc", "irq-spurious",
	"sgi-denied", "exception", "serror", "budget", "dma", "irq-denied",
	"switch", "mcu", "scmi",
};
static const char *const verdicts[] = {
	"none", "inject", "suspend", "restart", "halt", "ignore", "deny",
};
static const char *const states[] = {"off", "running", "suspended", "stopping", "starting"};

static const char *name_of(const char *const *names, hv_u32 count, hv_u32 value)
{
	return value < count ? names[value] : "?";
}
#define NAME(names, value) name_of(names, sizeof(names) / sizeof((names)[0]), value)

void hv_news_say(hv_u8 byte)
{
	if (!hv_ring_put(&said, byte))
		lost++;
}

static void begin_losses(void)
{
	hv_line_begin(&line);
	hv_line_number(&line, "", HV_LINE_DECIMAL, lost);
	hv_line_text(&line, " bytes of these messages found no room\n", "");
	lost = 0;
}

/* ---- journals ---- */

/* Records that were overwritten before they could be told are skipped, and said to be: with the
 * record that follows, or it would be gone by then as well. */
static void begin_record(const struct hv_journal_record *r, hv_u32 skipped)
{
	const char *key = "journal seq=";

	hv_line_begin(&line);
	if (skipped != 0) {
		hv_line_number(&line, "journal: ", HV_LINE_DECIMAL, skipped);
		key = " records were overwritten before they could be shown\njournal seq=";
	}
	hv_line_number(&line, key, HV_LINE_DECIMAL, r->sequence);
	hv_line_number(&line, " cpu=", HV_LINE_DECIMAL, r->cpu);
	hv_line_number(&line, " partition=", HV_LINE_DECIMAL, r->partition);
	hv_line_text(&line, " kind=", NAME(kinds, r->kind));
	hv_line_text(&line, " verdict=", NAME(verdicts, r->verdict));
	hv_line_number(&line, " esr=", HV_LINE_HEX, r->esr);
	hv_line_number(&line, " far=", HV_LINE_HEX, r->far);
	hv_line_number(&line, " ipa=", HV_LINE_HEX, r->ipa);
	hv_line_number(&line, " detail=", HV_LINE_HEX, r->detail);
	hv_line_number(&line, " pc=", HV_LINE_HEX, r->pc_low);
	hv_line_number(&line, " t=", HV_LINE_HEX, r->timestamp);
	hv_line_text(&line, "\n", "");
}

static bool has_record(hv_u32 index)
{
	const struct hv_cpu *cpu = &hv_cpus[index];

	return __atomic_load_n(&cpu->up, __ATOMIC_ACQUIRE) != 0 &&
	       hv_journal_next(cpu->journal) != shown[index] + 1;
}

static void tell_record(hv_u32 index)
{
	const struct hv_journal *journal = hv_cpus[index].journal;
	const hv_u32 left = hv_journal_next(journal) - shown[index] - 1;
	const hv_u32 skipped = left > journal->capacity ? left - journal->capacity : 0;
	struct hv_journal_record record;

	shown[index] += skipped + 1;
	if (hv_journal_read(journal, shown[index], &record) == HV_OK)
		begin_record(&record, skipped);
}

/* ---- states ---- */

/* A partition that ended and started between two looks runs again, and that is told. */
static bool has_state(hv_u32 index)
{
	const struct hv_partition *p = &hv_partitions[index];
	const hv_u32 state = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);

	return state != known[index] || (state == HV_PARTITION_RUNNING &&
					 __atomic_load_n(&p->lives, __ATOMIC_ACQUIRE) != lives[index]);
}

static void tell_state(hv_u32 index)
{
	const struct hv_partition *p = &hv_partitions[index];

	known[index] = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
	lives[index] = __atomic_load_n(&p->lives, __ATOMIC_ACQUIRE);
	hv_line_begin(&line);
	hv_line_text(&line, "partition ", hv_config.partitions[index].name);
	hv_line_text(&line, " is ", NAME(states, known[index]));
	hv_line_text(&line, "\n", "");
}

/* ---- whose turn it is ---- */

/* CPUs with their records, then partitions with their states: one after the other has its say. */
static hv_u32 turn;

static hv_u32 sources(void)
{
	return hv_config.board->cpu_count + hv_config.partition_count;
}

static bool has_news(hv_u32 source)
{
	const hv_u32 cpus = hv_config.board->cpu_count;

	return source < cpus ? has_record(source) : has_state(source - cpus);
}

/* The first from `turn` on that has something to say; sources(): none has. */
static hv_u32 find(void)
{
	const hv_u32 count = sources();
	hv_u32 source = turn;

	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_MAX_CPUS + HV_MAX_PARTITIONS */
		if (has_news(source))
			return source;
		source = source + 1 < count ? source + 1 : 0;
	}
	return count;
}

static void tell_next(void)
{
	const hv_u32 cpus = hv_config.board->cpu_count;
	const hv_u32 source = find();

	if (source == sources())
		return;
	turn = source + 1 < sources() ? source + 1 : 0;
	if (source < cpus)
		tell_record(source);
	else
		tell_state(source - cpus);
}

void hv_news_look(void)
{
	if (hv_news_writing())
		return;
	if (hv_ring_used(&said) != 0)
		repeating = true;
	else if (lost != 0)
		begin_losses();
	else
		tell_next();
}

bool hv_news_writing(void)
{
	return repeating || !hv_line_is_over(&line);
}

/* To the end of a line: then it is somebody else's turn. */
static void repeat(struct hv_ring *out)
{
	hv_u8 byte = 0;

	for (hv_u32 i = 0; i < STEP_BYTES && repeating; i++) { /* bound: STEP_BYTES */
		if (hv_ring_used(out) == HV_RING_SIZE)
			return;
		repeating = hv_ring_get(&said, &byte) && hv_ring_put(out, byte) && byte != '\n';
	}
}

void hv_news_write(struct hv_ring *out)
{
	if (repeating)
		repeat(out);
	else
		(void)hv_line_write(&line, out, STEP_BYTES);
}

bool hv_news_waiting(void)
{
	return hv_news_writing() || hv_ring_used(&said) != 0 || lost != 0 || find() != sources();
}

bool hv_news_all_off(void)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		if (__atomic_load_n(&hv_partitions[i].state, __ATOMIC_ACQUIRE) != HV_PARTITION_OFF)
			return false;
	}
	return true;
}
