/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TRDC_H
#define HAVEN_TRDC_H
/**
 * @file
 * Register words of the TRDC: a policy of <haven/firewall.h> as an ordered list of
 * writes, the way back, and what its error capture registers say.
 *
 * Offsets are from the base of one TRDC. Source: as for <haven/firewall.h>.
 */
#include <haven/firewall.h>

/** TRDC_CR with domain assignment, block and region checkers valid, not locked. */
#define HV_TRDC_CR_VALID 0xc001u

struct hv_trdc_word {
	hv_u32 offset;
	hv_u32 value;
};

/**
 * Write a policy as the register writes of one TRDC, in the order that is safe: domain
 * assignments, access values 1..7, all blocks and regions (unused ones as 0), access
 * value 0 of each checker, then TRDC_CR, which makes all of it valid.
 *
 * Access values are numbered in the order of their first rule, from 0 in an MRC and from
 * 1 in an MBC, whose 0 stays "none" because each unused block names it.
 *
 * @param policy  hv_fw_validate() finds nothing wrong with it.
 * @param count   Words written, or needed.
 *
 * @retval HV_OK      Done.
 * @retval HV_EINVAL  NULL, or no such TRDC.
 * @retval HV_ENOSPC  More than @p capacity words, or more access values than a checker
 *                    holds; @p count is what is needed (0 in the second case).
 * Cost: domains * blocks of the checkers.
 */
HV_MUST_CHECK
hv_status_t hv_trdc_compile(const struct hv_fw_policy *policy, hv_u32 trdc,
			    struct hv_trdc_word *words, hv_u32 capacity, hv_u32 *count);

/** Room for decoded rules, and how many there are. */
struct hv_trdc_rules {
	struct hv_fw_master *masters;
	hv_u32 master_capacity, master_count;
	struct hv_fw_region *regions;
	hv_u32 region_capacity, region_count;
	struct hv_fw_blocks *blocks;
	hv_u32 block_capacity, block_count;
};

/**
 * Read register writes of one TRDC back to rules: what the hardware would enforce once
 * all are done. Appends to @p rules. Neighbouring blocks with one rule become one.
 *
 * @retval HV_OK      Done.
 * @retval HV_EINVAL  NULL, a table of @p rules with a capacity but no memory, or no such TRDC.
 * @retval HV_EPERM   TRDC_CR does not make everything valid: nothing is enforced.
 * @retval HV_ENOSPC  A table of @p rules is full.
 * Cost: words * words.
 */
HV_MUST_CHECK
hv_status_t hv_trdc_decode(const struct hv_fw_chip *chip, hv_u32 trdc,
			   const struct hv_trdc_word *words, hv_u32 count,
			   struct hv_trdc_rules *rules);

/** Offset of word @p word (0, 1) of region @p region of a domain in MRC @p mrc of a TRDC that has
 *  @p mbc_count MBCs. Cost: constant. */
hv_u32 hv_trdc_region_offset(hv_u32 mbc_count, hv_u32 mrc, hv_u32 did, hv_u32 region, hv_u32 word);
/** Offset of the word that holds @p block of a memory of a domain in MBC @p mbc. Cost: constant. */
hv_u32 hv_trdc_block_offset(hv_u32 mbc, hv_u32 did, hv_u32 memory, hv_u32 block);

/** Where one error capture is: W0 is at this offset, W1..W3 follow. Cost: constant. */
hv_u32 hv_trdc_error_offset(bool mrc, hv_u32 checker);
/** W3 value that re-arms an error capture. */
#define HV_TRDC_REARM 0x40000000u

/** The first violation that a checker saw. */
struct hv_trdc_error {
	bool valid;     /**< There is one. */
	bool multiple;  /**< More followed; they are not kept. */
	hv_u32 address; /**< W0; of a big MRC the address >> 4. */
	hv_u32 did;
	hv_u32 port;
	bool write, secure, privileged, data;
};

/** Decode W0 and W1 of an error capture. Cost: constant. */
void hv_trdc_error_decode(hv_u32 w0, hv_u32 w1, struct hv_trdc_error *out);

#endif
