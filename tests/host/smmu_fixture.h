/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SMMU_FIXTURE_H
#define SMMU_FIXTURE_H
/*
 * A machine with an SMMUv3 model and memory for its tables, for tests of the driver and of
 * the model. Tables of stage 2 are written here by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/hal/smmu.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "fake_env.h"
#include "fake_smmuv3.h"

#define SMMU      UINT64_C(0x09050000)
#define CMDQ      UINT64_C(0x40000000)
#define EVENTQ    UINT64_C(0x40008000)
#define STRTAB    UINT64_C(0x40010000) /* linear, or level 1 */
#define LEAF      UINT64_C(0x40020000) /* streams 0x100..0x1ff */
#define ROOT_A    UINT64_C(0x40100000) /* stage 2 of partition 1: VMID 1 */
#define ROOT_B    UINT64_C(0x40200000) /* of partition 2: VMID 2 */
#define NO_MEMORY UINT64_C(0x70000000)
#define CMDQ_LOG2   4u
#define EVENTQ_LOG2 3u

/*
 * 39-bit IPA from level 1, 4 KB, write-back inner shareable walks, 44-bit PA, as VTCR_EL2.
 * Map of A, and of B with 0x40000000 added to what it gives out:
 *   0x40000000  2 MB block at 0x60000000, read and write
 *   0x40200000  page at 0x61000000, read and write
 *   0x40201000  page at 0x61001000, read only
 *   0x40202000  page at 0x61002000, write only
 *   0x40203000  page at 0x61003000, AF clear
 *   0x40400000  its level 3 table is where no memory is
 *   0x40600000  2 MB block beyond 44 bits
 *   0xc0000000  1 GB block at 0x80000000, read and write
 */
#define VTCR_39 UINT64_C(0x80043559)

extern struct fake_smmu smmu;
extern struct hv_hal_smmu hal;
extern struct hv_smmu_caps caps;
extern struct hv_smmu_strtab strtab;

/* cmocka setup: coherent, 16-bit stream ids, memory written, SMMU as after power-on. */
int machine_on(void **state);
/* The same where the SMMU does not snoop and knows 6 bits of stream ids, at another base. */
int small_machine_on(void **state);
int machine_off(void **state);

/* Make it look used: on, with a bypass entry of stream 8 that is cached, and interrupts. */
void firmware_left_on(void);

/* Read the features and prepare a stream table of abort entries: true if two-level. */
bool prepare(hv_u32 sid_bits);
/* Entry of a stream in the prepared table. */
struct hv_smmu_ste *entry_of(hv_u32 stream);
struct hv_smmu_ste stage2_of(hv_u64 root, hv_u32 vmid);
/* Write an entry of the prepared table and publish it; no command. */
void set_entry(hv_u32 stream, const struct hv_smmu_ste *value);
/* abort_all, then enable with the prepared table: both must work. */
void switch_on(void);
/* prepare(16): stream 8 belongs to A and 0x110 to B; switch_on() */
void switch_on_two(void);

void assert_dma(hv_u32 stream, hv_u64 iova, bool write, hv_u64 pa);
void assert_abort(hv_u32 stream, hv_u64 iova, bool write, hv_u32 event);
/* Take one event, which must be this record. */
void assert_event(hv_u64 word0, hv_u64 word1, hv_u64 word2, hv_u64 word3);
void assert_no_event(void);

/* Run what must fail the test, and look for text in the failure. */
extern jmp_buf fixture_caught;
extern char fixture_failure[256];
void fixture_catch(const char *message);
#define assert_fails(statement, text)                           \
	do {                                                    \
		fixture_failure[0] = '\0';                      \
		fake_on_fail(fixture_catch);                    \
		if (setjmp(fixture_caught) == 0) {              \
			statement;                              \
		}                                               \
		fake_on_fail(NULL);                             \
		assert_non_null(strstr(fixture_failure, text)); \
	} while (0)

/* Random numbers; the seed is HAVEN_TEST_SEED, or fixed, and is printed. */
void random_start(void);
hv_u32 random_below(hv_u32 limit);

#endif
