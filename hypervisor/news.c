/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/journal.h>

#include "hv.h"
#include "news.h"
#include "print.h"

/* Bytes that one call of show_record() or show_state() may print. */
#define LINE_MAX 320u

static hv_u32 printed[HV_MAX_CPUS]; /* sequence number of the last record shown, per CPU */
static hv_u32 known[HV_MAX_PARTITIONS]; /* state last told, per partition index */

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

static void print_record(const struct hv_journal_record *r)
{
	hv_print("journal seq=%u cpu=%u partition=%u kind=%s verdict=%s ", (hv_u64)r->sequence,
		 (hv_u64)r->cpu, (hv_u64)r->partition, NAME(kinds, r->kind),
		 NAME(verdicts, r->verdict));
	hv_print("esr=%x far=%x ipa=%x detail=%x pc=%x t=%x\n", r->esr, r->far, r->ipa, r->detail,
		 (hv_u64)r->pc_low, r->timestamp);
}

/* Records that were overwritten before they could be shown are skipped, and said to be. */
static hv_u32 first_left(const struct hv_journal *journal, hv_u32 next, hv_u32 after)
{
	if (next - after - 1 <= journal->capacity)
		return after + 1;
	hv_print("journal: %u records were overwritten before they could be shown\n",
		 (hv_u64)(next - after - 1 - journal->capacity));
	return next - journal->capacity;
}

static bool has_record(const struct hv_cpu *cpu)
{
	return __atomic_load_n(&cpu->up, __ATOMIC_ACQUIRE) != 0 &&
	       hv_journal_next(cpu->journal) != printed[cpu->index] + 1;
}

static void show_record(const struct hv_cpu *cpu)
{
	struct hv_journal_record record;
	const hv_u32 sequence =
		first_left(cpu->journal, hv_journal_next(cpu->journal), printed[cpu->index]);

	if (hv_journal_read(cpu->journal, sequence, &record) == HV_OK)
		print_record(&record);
	printed[cpu->index] = sequence;
}

static hv_u32 state_of(hv_u32 index)
{
	return __atomic_load_n(&hv_partitions[index].state, __ATOMIC_ACQUIRE);
}

static void show_state(hv_u32 index)
{
	known[index] = state_of(index);
	hv_print("partition %s is %s\n", hv_config.partitions[index].name, NAME(states, known[index]));
}

/* CPUs with their records, then partitions with their states: one after the other has its say. */
static bool has_news(hv_u32 source)
{
	const hv_u32 cpus = hv_config.board->cpu_count;

	return source < cpus ? has_record(&hv_cpus[source]) : state_of(source - cpus) != known[source - cpus];
}

static void tell(hv_u32 source)
{
	const hv_u32 cpus = hv_config.board->cpu_count;

	if (source < cpus)
		show_record(&hv_cpus[source]);
	else
		show_state(source - cpus);
}

static hv_u32 sources(void)
{
	return hv_config.board->cpu_count + hv_config.partition_count;
}

/* The first from @from on that has something to say; sources(): none has. */
static hv_u32 find(hv_u32 from)
{
	const hv_u32 count = sources();

	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_MAX_CPUS + HV_MAX_PARTITIONS */
		if (has_news((from + i) % count))
			return (from + i) % count;
	}
	return count;
}

bool hv_news_step(hv_u32 room)
{
	static hv_u32 next;
	const hv_u32 source = find(next);

	if (source == sources())
		return false;
	if (room < LINE_MAX)
		return true;
	tell(source);
	next = source + 1;
	return find(next) != sources();
}

bool hv_news_all_off(void)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		if (__atomic_load_n(&hv_partitions[i].state, __ATOMIC_ACQUIRE) != HV_PARTITION_OFF)
			return false;
	}
	return true;
}
