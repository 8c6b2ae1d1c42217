/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HV_SHARED_FIXTURE_H
#define HV_SHARED_FIXTURE_H
/*
 * A CPU that two partitions share: CPU 1 carries one's vCPU 1 (A) and two's vCPU 0 (B). For
 * programs with HV_FIXTURE_SHARED.
 */
#include "hv_fixture.h"

#define CPU_ON       0xc4000003
#define CPU_OFF      0x84000002
#define CPU_SUSPEND  0xc4000001
#define SYSTEM_OFF   0x84000008
#define SYSTEM_RESET 0x84000009
#define YIELD        0xc6000001
#define BUDGET       0xc6000002
#define DOORBELL     0xc6000005

#define POWERDOWN 0x10000

/** WFI and WFE with IL: ISS.TI 0 and 1. */
#define ESR_WFI UINT64_C(0x06000000)
#define ESR_WFE UINT64_C(0x06000001)

#define A (&ONE->vcpu[1])
#define B (&TWO->vcpu[0])
#define CPU1 (&fake.cpu[1])

#define ISENABLER0 (0x100 / 4)
#define ISACTIVER0 (0x300 / 4)
#define STATE(lr) ((lr) >> 62)

enum { J_BUDGET = 12, J_START = 2, J_STOP = 3, J_SPURIOUS = 8, J_SERROR = 11 };
#define J_IGNORE 5

/** Time passes only here; what is due by then becomes pending. */
void pass(hv_u64 us);
/** Exits and the cpu loop, until CPU 1 is in a guest or asleep. */
void settle(void);
/** Take what is pending on CPU 1. */
void irqs(void);
/** Of the guest on CPU 1, which may be another one afterwards. */
void exit_by(hv_u64 esr, hv_u64 x[31]);
void wfi(void);
hv_u64 call1(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3);
void assert_runs(const struct hv_vcpu *vcpu);
void assert_sleeps(void);
const struct hv_budget_server *server(const struct hv_vcpu *vcpu);
/** By the guest that runs, for itself. */
void enable(hv_u32 intid);
/** The guest has taken and ended everything in its list registers: so do PPIs physically. */
void guest_ends_all(void);
/** A PPI that the hardware delivers is active from its acknowledge on. */
void ppi(hv_u32 intid);
/** Both partitions are loaded; two runs on CPU 1; time has not passed yet. */
void start_two(void);
/** And one's vCPU 1 waits for two to give the CPU away. */
void start_both(void);
/** Two waits, one runs. */
void start_one(void);
/** Two waits, one has enabled SPI 41; then 48 came, so two runs, and has ended it. */
void start_with_an_interrupt(void);
/** An SPI, physically. */
bool is_enabled(hv_u32 intid);

#endif
