/* SPDX-License-Identifier: Apache-2.0 */
/* One interrupt, one region and one PSCI call, with nothing but the installed headers. */
#include <stdio.h>

#include <haven/irq_ownership.h>
#include <haven/psci.h>
#include <haven/stage2.h>

static hv_table_t tables[8] __attribute__((aligned(4096)));

int main(void)
{
	const struct hv_mem_region ram = {0x50000000, 0x50000000, 0x200000, 0x7fd};
	const struct hv_partition_mem mem = {1, &ram, 1};
	const struct hv_stage2_config config = {.tables = tables, .pool_pa = 0x40000000,
						.table_count = 8, .ipa_bits = 36, .pa_bits = 40};
	const hv_u64 version[4] = {0x84000000};
	struct hv_psci_result result;
	struct hv_psci psci;

	if (hv_stage2_configure(&config) != HV_OK || hv_stage2_init() != HV_OK ||
	    hv_stage2_map_partition(&mem) != HV_OK ||
	    hv_stage2_check_access(1, 0x50000000, 4) != HV_OK ||
	    hv_stage2_check_access(1, 0x50200000, 1) == HV_OK)
		return 1;
	if (hv_irq_assign(&(struct hv_irq_route){40, 1, 0}) != HV_OK ||
	    hv_irq_assign(&(struct hv_irq_route){40, 2, 0}) != HV_EPERM)
		return 2;
	if (hv_psci_init(&psci, 1, 0x50000000, 0) != HV_OK)
		return 3;
	hv_psci_call(&psci, 0, version, &result);
	printf("PSCI %u.%u\n", (unsigned)(result.x0 >> 16), (unsigned)(result.x0 & 0xffff));
	return result.x0 == 0x10001 ? 0 : 4;
}
