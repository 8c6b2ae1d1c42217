/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/irq_ownership.h>

#define FIRST_PPI      16u
#define FIRST_SPI      32u
#define FIRST_SPECIAL  1020u /* 1020..1023 are answers of the CPU interface, never sources */
#define WORDS          (HV_MAX_IRQ_ID / 32)

_Static_assert(HV_MAX_IRQ_ID % 32 == 0 && HV_MAX_IRQ_ID <= 1024, "whole distributor words");
_Static_assert(HV_MAX_PARTITIONS < HV_IRQ_SHARED, "owners fit a byte beside SHARED, UNOWNED");
_Static_assert(HV_MAX_PARTITIONS <= 32, "a bit for each owner of a PPI");
_Static_assert(HV_MAX_CPUS < HV_IRQ_UNOWNED, "targets fit a byte beside UNOWNED");

/* An entry is HV_PARTITION_HYPERVISOR where nobody was given it: free, as the
 * hypervisor's own PPIs are told apart by their mask. */
static struct {
	hv_u8 ppi[HV_MAX_CPUS][32];         /* or HV_IRQ_SHARED */
	hv_u32 ppi_owners[HV_MAX_CPUS][32]; /* bit per partition */
	hv_u8 spi[HV_MAX_IRQ_ID];
	hv_u8 target[HV_MAX_IRQ_ID];
	hv_u32 word[HV_MAX_PARTITIONS][WORDS];
} owners;

static struct hv_irq_config limits = { .intid_count = HV_MAX_IRQ_ID, .cpu_count = HV_MAX_CPUS };
static bool sealed;

static void forget_owners(void)
{
	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) /* bound: HV_MAX_CPUS */
		for (hv_u32 n = 0; n < 32; n++) { /* bound: 32 */
			owners.ppi[cpu][n] = HV_PARTITION_HYPERVISOR;
			owners.ppi_owners[cpu][n] = 0;
		}
	for (hv_u32 n = 0; n < HV_MAX_IRQ_ID; n++) { /* bound: HV_MAX_IRQ_ID */
		owners.spi[n] = HV_PARTITION_HYPERVISOR;
		owners.target[n] = 0;
	}
	for (hv_u32 p = 0; p < HV_MAX_PARTITIONS; p++) /* bound: HV_MAX_PARTITIONS */
		for (hv_u32 w = 0; w < WORDS; w++) /* bound: WORDS */
			owners.word[p][w] = 0;
}

hv_status_t hv_irq_configure(const struct hv_irq_config *config)
{
	if (config == NULL)
		return HV_EINVAL;
	if (config->intid_count < 32 || config->intid_count > HV_MAX_IRQ_ID ||
	    config->intid_count % 32 != 0)
		return HV_EINVAL;
	if (config->cpu_count == 0 || config->cpu_count > HV_MAX_CPUS)
		return HV_EINVAL;
	if ((config->hypervisor_ppi_mask & HV_BITS(15, 0)) != 0 ||
	    (hv_u64)config->shared_cpus >> config->cpu_count != 0)
		return HV_EINVAL;
	if (sealed)
		return HV_EPERM;
	limits = *config;
	forget_owners();
	return HV_OK;
}

hv_status_t hv_irq_owner_init(void)
{
	if (sealed)
		return HV_EPERM;
	forget_owners();
	return HV_OK;
}

void hv_irq_seal(void)
{
	sealed = true;
}

static bool is_assignable(hv_u32 intid)
{
	return intid >= FIRST_PPI && intid < FIRST_SPECIAL && intid < limits.intid_count;
}

static bool is_hypervisor_ppi(hv_u32 intid)
{
	return intid < FIRST_SPI && ((limits.hypervisor_ppi_mask >> intid) & 1) != 0;
}

static void set_ppi_owners(hv_u32 cpu, hv_u32 intid, hv_u32 mask)
{
	hv_u32 owner = HV_IRQ_SHARED;

	if ((mask & (mask - 1)) == 0)
		owner = mask == 0 ? HV_PARTITION_HYPERVISOR : hv_ctz32(mask);
	owners.ppi_owners[cpu][intid] = mask;
	owners.ppi[cpu][intid] = (hv_u8)owner;
}

static hv_status_t assign_ppi(const struct hv_irq_route *route)
{
	const hv_u32 cpu = route->target_cpu, mask = 1u << route->owner_partition_id;
	const hv_u32 others = owners.ppi_owners[cpu][route->irq_id] & ~mask;

	if (others != 0 && (limits.shared_cpus >> cpu & 1) == 0)
		return HV_EPERM;
	set_ppi_owners(cpu, route->irq_id, others | mask);
	return HV_OK;
}

static hv_status_t assign_spi(const struct hv_irq_route *route)
{
	const hv_u32 id = route->irq_id, owner = route->owner_partition_id;

	if (owners.spi[id] == owner && owners.target[id] == route->target_cpu)
		return HV_OK;
	if (owners.spi[id] != HV_PARTITION_HYPERVISOR)
		return HV_EPERM;
	owners.spi[id] = (hv_u8)owner;
	owners.target[id] = (hv_u8)route->target_cpu;
	owners.word[owner][id / 32] |= 1u << (id % 32);
	return HV_OK;
}

hv_status_t hv_irq_assign(const struct hv_irq_route *route)
{
	if (route == NULL || !is_assignable(route->irq_id))
		return HV_EINVAL;
	if (!hv_is_guest_id(route->owner_partition_id) || route->target_cpu >= limits.cpu_count)
		return HV_EINVAL;
	if (sealed || is_hypervisor_ppi(route->irq_id))
		return HV_EPERM;
	return route->irq_id < FIRST_SPI ? assign_ppi(route) : assign_spi(route);
}

/* CPUs on which a partition owns a PPI, as a bitmap. */
static hv_u32 ppi_cpus(hv_u32 intid, hv_u32 partition_id)
{
	hv_u32 cpus = 0;

	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) /* bound: HV_MAX_CPUS */
		if ((owners.ppi_owners[cpu][intid] >> partition_id & 1) != 0)
			cpus |= 1u << cpu;
	return cpus;
}

hv_status_t hv_irq_check_owner(hv_u32 irq_id, hv_u32 partition_id)
{
	if (!is_assignable(irq_id) || !hv_is_guest_id(partition_id))
		return HV_EINVAL;
	if (irq_id < FIRST_SPI)
		return ppi_cpus(irq_id, partition_id) != 0 ? HV_OK : HV_EPERM;
	return owners.spi[irq_id] == partition_id ? HV_OK : HV_EPERM;
}

hv_status_t hv_irq_revoke(hv_u32 irq_id, hv_u32 owner_partition_id)
{
	const hv_status_t status = hv_irq_check_owner(irq_id, owner_partition_id);

	if (status != HV_OK)
		return status;
	if (sealed)
		return HV_EPERM;
	if (irq_id >= FIRST_SPI) {
		owners.spi[irq_id] = HV_PARTITION_HYPERVISOR;
		owners.word[owner_partition_id][irq_id / 32] &= ~(1u << (irq_id % 32));
		return HV_OK;
	}
	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) /* bound: HV_MAX_CPUS */
		set_ppi_owners(cpu, irq_id,
			       owners.ppi_owners[cpu][irq_id] & ~(1u << owner_partition_id));
	return HV_OK;
}

hv_u32 hv_irq_owner(hv_u32 cpu, hv_u32 intid)
{
	hv_u32 owner;

	if (intid >= limits.intid_count || cpu >= limits.cpu_count)
		return HV_IRQ_UNOWNED;
	if (intid < FIRST_PPI || is_hypervisor_ppi(intid))
		return HV_PARTITION_HYPERVISOR;
	owner = intid < FIRST_SPI ? owners.ppi[cpu][intid] : owners.spi[intid];
	return owner == HV_PARTITION_HYPERVISOR ? HV_IRQ_UNOWNED : owner;
}

hv_u32 hv_irq_owned_word(hv_u32 partition_id, hv_u32 word)
{
	if (partition_id >= HV_MAX_PARTITIONS || word >= WORDS)
		return 0;
	return owners.word[partition_id][word];
}

hv_u32 hv_irq_ppi_owners(hv_u32 cpu, hv_u32 intid)
{
	return cpu < limits.cpu_count && intid < FIRST_SPI ? owners.ppi_owners[cpu][intid] : 0;
}

hv_u32 hv_irq_target(hv_u32 irq_id)
{
	if (irq_id < FIRST_SPI || irq_id >= HV_MAX_IRQ_ID ||
	    owners.spi[irq_id] == HV_PARTITION_HYPERVISOR)
		return HV_IRQ_UNOWNED;
	return owners.target[irq_id];
}
