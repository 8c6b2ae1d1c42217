/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_PSCI_H
#define PROBE_PSCI_H
/** @file Function ids and results of PSCI 1.1 (DEN0022), written out. */
#define PSCI_VERSION           0x84000000u
#define PSCI_CPU_SUSPEND       0xc4000001u
#define PSCI_CPU_OFF           0x84000002u
#define PSCI_CPU_ON            0xc4000003u
#define PSCI_CPU_ON_32         0x84000003u
#define PSCI_AFFINITY_INFO     0xc4000004u
#define PSCI_AFFINITY_INFO_32  0x84000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF        0x84000008u
#define PSCI_SYSTEM_RESET      0x84000009u
#define PSCI_FEATURES          0x8400000au

#define PSCI_SUCCESS         0
#define PSCI_NOT_SUPPORTED   ((u64)-1)
#define PSCI_INVALID         ((u64)-2)
#define PSCI_DENIED          ((u64)-3)
#define PSCI_ALREADY_ON      ((u64)-4)
#define PSCI_INVALID_ADDRESS ((u64)-9)

#define AFFINITY_ON  0
#define AFFINITY_OFF 1
#endif
