/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/admission.h>

#include "admit.h"

/* The servers of one CPU, in the order of partition ids, as the dispatcher has them. */
struct servers {
	struct hv_server_config config[HV_MAX_CPU_SERVERS];
	const char *name[HV_MAX_CPU_SERVERS];
	hv_u32 count;
};
_Static_assert(HV_MAX_PARTITIONS - 1 <= HV_MAX_CPU_SERVERS, "a CPU has one vCPU of a partition");

static bool uses(const struct hv_partition_config *p, hv_u32 cpu)
{
	for (hv_u32 v = 0; v < p->vcpu_count; v++) { /* bound: HV_MAX_CPUS */
		if (p->vcpu_cpu[v] == cpu)
			return true;
	}
	return false;
}

static void collect(const struct hv_config *config, hv_u32 cpu, struct servers *servers)
{
	servers->count = 0;
	for (hv_u32 i = 0; i < config->partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_partition_config *p = &config->partitions[i];

		if (!uses(p, cpu))
			continue;
		servers->name[servers->count] = p->name;
		servers->config[servers->count++] = (struct hv_server_config){
			.budget = p->timing.budget, .priority = p->timing.priority,
			.polling = p->timing.polling, .background = p->timing.background,
		};
	}
}

hv_status_t hv_admit_cpus(const struct hv_config *config, hv_u32 *cpu, const char **partition)
{
	for (hv_u32 c = 0; c < config->board->cpu_count; c++) { /* bound: HV_MAX_CPUS */
		struct servers servers;
		hv_u32 failed;
		hv_status_t status;

		collect(config, c, &servers);
		failed = servers.count;
		if (servers.count < 2)
			continue;
		status = hv_admission_check(servers.config, servers.count, &config->reserve[c], &failed);
		if (status != HV_OK) {
			*cpu = c;
			*partition = failed < servers.count ? servers.name[failed] : "-";
			return status;
		}
	}
	return HV_OK;
}
