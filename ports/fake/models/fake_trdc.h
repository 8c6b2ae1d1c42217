/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_TRDC_H
#define HAVEN_FAKE_TRDC_H
/**
 * @file
 * An NXP TRDC as software and bus masters see it: registers with read-only, write-only and
 * sticky lock bits, and what passes its checkers.
 *
 * Modelled: TRDC_CR, HWCFG0, FDID, DERRLOC, error captures, domain assignments (first word),
 * GLBAC, block and region descriptors. Not modelled, an access fails the test: NSE set and
 * clear registers, flash logical window, process ids. Until the valid bits of TRDC_CR are set,
 * nothing passes. Where several regions match and disagree, the test fails: the hardware's answer
 * is unknown.
 */
#include <haven/types.h>

#define FAKE_TRDC_BYTES   0x20000u
#define FAKE_TRDC_DOMAINS 16u
#define FAKE_TRDC_MBCS    8u
#define FAKE_TRDC_MRCS    4u

struct fake_trdc_memory {
	hv_u64 base;
	hv_u32 blocks; /**< 0: none. */
	hv_u32 log2;   /**< Bytes of a block. */
};
struct fake_trdc_mbc {
	struct fake_trdc_memory memory[4];
};
struct fake_trdc_mrc {
	hv_u64 base, size;
	hv_u32 regions;
	bool big; /**< Addresses in registers are >> 4. */
};
struct fake_trdc_capture {
	hv_u32 w0, w1;
};

/** Test sets the first part, fake_trdc_init() the second. */
struct fake_trdc {
	hv_u64 base;
	hv_u32 masters, mbc_count, mrc_count;
	struct fake_trdc_mbc mbc[FAKE_TRDC_MBCS];
	struct fake_trdc_mrc mrc[FAKE_TRDC_MRCS];

	hv_u32 word[FAKE_TRDC_BYTES / 4];
	struct fake_trdc_capture capture[FAKE_TRDC_MBCS + FAKE_TRDC_MRCS][FAKE_TRDC_DOMAINS];
	bool writer_secure, writer_privileged; /**< Who writes registers; true, true at power-on. */
	hv_u32 refused; /**< Writes that had no effect: by who may not, or locked. */
	hv_u32 stuck;   /**< Fault to inject: this offset keeps its value; 0: none. */
};

/** Power on, and put the registers on the bus. */
void fake_trdc_init(struct fake_trdc *trdc);

struct fake_trdc_access {
	hv_u32 did;
	hv_u64 address;
	bool secure, privileged;
	hv_u32 op; /**< 4 read, 2 write, 1 execute. */
};
/** Does it pass? Asks the one that guards the address; latches what does not. */
bool fake_trdc_access(struct fake_trdc *const *trdcs, hv_u32 count,
		      const struct fake_trdc_access *access);

/** What a master's accesses become. @return false: not assigned. */
bool fake_trdc_master(const struct fake_trdc *trdc, hv_u32 master, hv_u32 *did, bool *physical,
		      hv_u32 *stream);

#endif
