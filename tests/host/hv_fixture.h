/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the reference hypervisor share: a configuration written by hand, its
 * image, and a machine (ports/fake) that has booted it.
 *
 * Partition "one": id 1, vCPUs 0 and 1 on CPUs 0 and 1, policy inject.
 * Partition "two": id 2, vCPU 0 on CPU 2, policy restart, at most twice.
 * CPU 3 is the service CPU. Board: 4 CPUs, 288 INTIDs, UART 33, maintenance 25, timer 26.
 *
 * | INTID | owner | what |
 * |---|---|---|
 * | 27 | both | virtual timer, PPI |
 * | 40 | one, CPU 0 | level |
 * | 41 | one, CPU 1 | edge |
 * | 48 | two, CPU 2 | level |
 * | 60 | nobody | |
 * | 33, 100 | virtual | emulated UART, doorbell of each |
 *
 * With HV_FIXTURE_SHARED two's vCPU lives on CPU 1 as well, which it shares with one's vCPU 1:
 * two has 300 us in each ms and is the more urgent, one 4 ms in each 10 ms. Two has SPI 49 (edge,
 * wakes nobody) and PPI 30 besides. A tick of the counter is a microsecond. HV_FIXTURE_TRACE has
 * the calls of its dispatcher recorded.
 *
 * With HV_FIXTURE_DMA the board has an SMMU, PCI and an ITS as well. One owns streams 8 (the PCI
 * function "disk", two vectors from 64) and 24, policy log; two owns 32 ("edu", one vector), policy
 * restart; the fault limit is 3. A third function, 40, is nobody's.
 *
 * With HV_FIXTURE_MCU a System Manager at 0x445b0000 (SPI 61) is assumed, of configuration mx95evk,
 * with one core, "m7", and four witnesses: 0x80000000, 0x203c0000, 0x49010000 closed, 0x88000000 open.
 *
 * With HV_FIXTURE_SCMI both have a channel with interrupt 110: one owns clocks 10..12 and power
 * domain 5 and may read of clock 40, two owns clock 20.
 *
 * The hypervisor and the libraries keep static state, and boot seals it: each test runs
 * in a process of its own.
 */
#ifndef HV_FIXTURE_H
#define HV_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef HV_FIXTURE_MCU
#include <haven/hal/firewall.h>
#endif

#include "boot.h"
#include "console.h"
#include "fake.h"
#include "gic.h"
#include "hv.h"
#include "image.h"
#include "loader.h"
#include "memory.h"
#include "news.h"
#include "panic.h"
#include "partition.h"
#include "print.h"
#include "scmi.h"
#include "setup.h"
#include "shared.h"
#include "trap.h"

/* CPU of partition two's vCPU. */
#ifdef HV_FIXTURE_SHARED
#define CPU_TWO 1
#else
#define CPU_TWO 2
#endif

/* The service CPU. */
#ifndef CPU_SERVICE
#define CPU_SERVICE 3
#endif

#define ONE (&hv_partitions[0])
#define TWO (&hv_partitions[1])

#define RAM_ONE  UINT64_C(0x50000000)
#define RAM_TWO  UINT64_C(0x80000000)
#define SHARED   UINT64_C(0x90000000)
#define RAM_SIZE UINT64_C(0x40000)
#define UART_IPA UINT64_C(0x09000000)
#define GICD_IPA UINT64_C(0x08000000)
#define GICR_IPA UINT64_C(0x080a0000)
#define SCMI_IPA UINT64_C(0x0c000000)

/** ESR_EL2 of HVC #0 and SMC #0. */
#define ESR_HVC UINT64_C(0x5a000000)
#define ESR_SMC UINT64_C(0x5e000000)
/** Data abort from EL1, translation fault at level 3, ISV: 32 bits from or to x5. */
#define ESR_LOAD32  UINT64_C(0x93850007)
#define ESR_STORE32 UINT64_C(0x93850047)

/**
 * Image behind the hypervisor: for one "kernel", 100 bytes at 0x1000, and "tree", 48 at
 * 0x2000; for two "firmware", 32 at 0x3000.
 */
extern hv_u8 image[0x4000];
#define IMAGE ((struct hv_payload_table *)(void *)image)
extern hv_u8 ram_one[RAM_SIZE], ram_two[RAM_SIZE];
/** Recorded calls of CPU 1's dispatcher, with HV_FIXTURE_TRACE. */
extern hv_u8 trace[64 + 256 * 64];

/** Fresh machine and image; nothing booted. */
void machine_on(void);
/** The same, then hv_main() up to the boot CPU's loop: partitions are launched. */
void boot(void);
/** The same, then every vCPU 0 has loaded and entered its guest. Clears log and UART. */
void boot_guests(void);
/** Correct the checksum of the payload table. */
void image_seal(void);

/** Let a CPU run its loop until it sleeps or enters a guest. */
void loop(hv_u32 cpu);
/** The CPU's guest calls HVC or SMC; the frame's x0..x18 are @p x on return. */
void call(hv_u32 cpu, hv_u64 esr, hv_u64 x[31]);
/** The same for HVC with up to three arguments; answers x0. */
hv_u64 hvc(hv_u32 cpu, hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3);
/** Any other synchronous exit at @p ipa (HPFAR and FAR are made from it). */
void trap(hv_u32 cpu, hv_u64 esr, hv_u64 ipa, hv_u64 x[31]);
/** 32-bit access of the guest's x5 to a device. */
hv_u64 load32(hv_u32 cpu, hv_u64 ipa);
void store32(hv_u32 cpu, hv_u64 ipa, hv_u64 value);
/** Physical interrupts pending at the CPU while it runs a guest, one exit each. */
void take_irqs(hv_u32 cpu);
/** Let the service CPU work until it has nothing left. */
void serve(void);
/** Newest journal record of a CPU; asserts that there is one. */
struct hv_journal_record newest(hv_u32 cpu);
/** The newest one of a kind; asserts likewise. */
struct hv_journal_record newest_of(hv_u32 cpu, hv_u32 kind);
/** Records of a CPU so far. */
hv_u32 records(hv_u32 cpu);
/** List register of a CPU that holds an INTID, 0 if none does. */
hv_u64 lr_of(hv_u32 cpu, hv_u32 intid);
/** Replace a partition's configuration by a copy that may be changed. */
struct hv_partition_config *own_config(struct hv_partition *p);

#ifdef HV_FIXTURE_MCU
/** What is assumed of the firmware; a test may change it before it boots. */
extern struct hv_hal_fw_config assumed;
extern struct hv_mcu_config core;
extern struct hv_fw_witness witnesses[4];
#endif
/** The page that EL2 sees as a device through a window now; 0: none. */
extern hv_u64 device_window;

/** Run each test in a child. @return number of failures. */
int run_isolated(const struct CMUnitTest *tests, size_t count);
#define RUN_ISOLATED(tests) run_isolated(tests, sizeof(tests) / sizeof((tests)[0]))

#endif
