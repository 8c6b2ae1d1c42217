/* SPDX-License-Identifier: Apache-2.0 */
/* Static memory whose size follows from the configuration: compiled once for each. */
#include "config_limits.h"
#include "hv.h"
#include "scmi.h"
#include "shared.h"

hv_table_t hv_stage2_tables[HV_CONFIG_STAGE2_TABLES]
	__attribute__((aligned(4096 * HV_CONFIG_ROOT_TABLES)));
const hv_u32 hv_stage2_table_count = HV_CONFIG_STAGE2_TABLES;
struct hv_partition hv_partitions[HV_CONFIG_PARTITIONS];
struct hv_pci_shadow hv_pci_shadows[HV_CONFIG_PCI_FUNCTIONS + 1]; /* none is legal */
struct hv_vcpu hv_vcpus[HV_CONFIG_VCPUS];
struct hv_scmi_channel hv_scmi_channels[HV_CONFIG_SCMI_CHANNELS + 1]; /* none is legal */

#if HV_CONFIG_SHARED_CPUS != 0
static struct hv_shared shared_cpus[HV_CONFIG_SHARED_CPUS];
static struct hv_context shared_vcpus[HV_CONFIG_SHARED_VCPUS];
#else
#define shared_cpus  NULL
#define shared_vcpus NULL
#endif
struct hv_shared *const hv_shared_cpus = shared_cpus;
struct hv_context *const hv_shared_vcpus = shared_vcpus;
