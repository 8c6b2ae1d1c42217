/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of the handwritten configuration of hv_fixture.c, in the form of a generated one. */
#ifndef HAVEN_CONFIG_LIMITS_H
#define HAVEN_CONFIG_LIMITS_H

#define HV_CONFIG_STAGE2_TABLES 24u
#define HV_CONFIG_ROOT_TABLES 1u
#define HV_CONFIG_PARTITIONS 2u
#define HV_CONFIG_VCPUS 3u
#define HV_CONFIG_SHARED_CPUS 1u
#define HV_CONFIG_SHARED_VCPUS 2u
#define HV_CONFIG_PCI_FUNCTIONS 2u
#define HV_CONFIG_SCMI_CHANNELS 2u

#endif
