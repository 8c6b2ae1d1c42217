/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FIREWALL_H
#define HAVEN_FIREWALL_H
/**
 * @file
 * Policy of an MCU firewall: which domain may reach what, decided without registers.
 *
 * A firewall sits in front of memories and devices and knows each bus master by its
 * domain (DID). On NXP's i.MX9 it is the TRDC: memory region checkers (MRC) guard
 * memory in regions of 16 KB granules, memory block checkers (MBC) guard devices in
 * fixed blocks, and a domain assignment (MDA) tells each master its domain. What no
 * rule grants is denied. <haven/trdc.h> turns a policy into register words and back.
 *
 * Pure functions over const data. No limit here is enforced by trust: what the
 * hardware cannot hold, hv_fw_validate reports.
 *
 * Source: register model of the i.MX9 TRDC as NXP's device headers and System Manager
 * configuration publish it; docs/ports/imx95.md names them.
 */
#include <haven/range.h>

#define HV_FW_DOMAINS  16u
#define HV_FW_REGIONS  16u /**< Per domain and MRC, at most. */
#define HV_FW_ACCESSES 8u  /**< Distinct access values per checker (GLBAC). */
#define HV_FW_GRANULE  UINT64_C(0x4000)
#define HV_FW_MEMORIES 4u  /**< Block-checked memories per MBC. */

/** @name Access value: a nibble for each kind of access, as in a GLBAC register.
 * Nibble: read 4, write 2, execute 1. From the top: secure privileged, secure user,
 * non-secure privileged, non-secure user.
 * @{ */
#define HV_FW_NONE      0x0000u
#define HV_FW_ALL       0x7777u
#define HV_FW_RW        0x6666u
#define HV_FW_RO        0x4444u
#define HV_FW_SEC_RWX   0x7700u
#define HV_FW_SEC_RW    0x6600u
/** @} */

enum hv_fw_op {
	HV_FW_EXECUTE = 1,
	HV_FW_WRITE = 2,
	HV_FW_READ = 4,
};

struct hv_fw_mbc_memory {
	hv_u64 base;       /**< Address of block 0. */
	hv_u32 blocks;     /**< 0: this memory does not exist. */
	hv_u32 block_log2; /**< Bytes of a block, 12..31. */
};

struct hv_fw_mbc {
	hv_u32 trdc; /**< Index in hv_fw_chip.trdcs. */
	struct hv_fw_mbc_memory memory[HV_FW_MEMORIES];
};

struct hv_fw_mrc {
	hv_u32 trdc;
	hv_u32 regions;         /**< Per domain, 1..HV_FW_REGIONS. */
	struct hv_range aperture; /**< What it guards. */
	bool big;               /**< Registers hold addresses >> 4: 36-bit space. */
};

struct hv_fw_trdc {
	const char *name;
	struct hv_range frame; /**< Its own registers. */
	hv_u32 masters;        /**< Domain assignments. */
	hv_u32 mbc_first, mbc_count; /**< In hv_fw_chip.mbcs; in the order of the hardware. */
	hv_u32 mrc_first, mrc_count;
};

/** What firewalls a chip has. */
struct hv_fw_chip {
	const struct hv_fw_trdc *trdcs;
	hv_u32 trdc_count;
	const struct hv_fw_mbc *mbcs;
	hv_u32 mbc_count;
	const struct hv_fw_mrc *mrcs;
	hv_u32 mrc_count;
};

/** A bus master's domain. */
struct hv_fw_master {
	hv_u32 trdc, index;
	bool cpu;        /**< CPU format: no stream id, attributes of the bus pass. */
	hv_u32 did;
	hv_u32 secure;   /**< SA: 0 force secure, 1 force non-secure, 2 as the master says. */
	hv_u32 privilege; /**< PA: 0 force user, 1 force privileged, 2 as the master says; not for a CPU. */
	bool physical;   /**< KPA: addresses bypass any SMMU. */
	hv_u32 stream;   /**< SID 0..63; not for a CPU. */
};

/** Memory of a domain: whole granules inside the aperture of one MRC. */
struct hv_fw_region {
	hv_u32 mrc;  /**< Index in hv_fw_chip.mrcs. */
	hv_u32 did;
	struct hv_range range;
	hv_u32 access;
	bool nonsecure; /**< NSE: non-secure accesses are judged by `access`; else denied. */
};

/** Blocks of a domain: first..last of one memory of one MBC. */
struct hv_fw_blocks {
	hv_u32 mbc;  /**< Index in hv_fw_chip.mbcs. */
	hv_u32 memory;
	hv_u32 first, last;
	hv_u32 did;
	hv_u32 access;
	bool nonsecure;
};

struct hv_fw_policy {
	const struct hv_fw_chip *chip;
	const struct hv_fw_master *masters;
	hv_u32 master_count;
	const struct hv_fw_region *regions;
	hv_u32 region_count;
	const struct hv_fw_blocks *blocks;
	hv_u32 block_count;
};

struct hv_fw_access {
	hv_u32 did;
	hv_u64 address;
	bool secure;
	bool privileged;
	enum hv_fw_op op;
};

/**
 * Would the firewall let this access pass?
 *
 * @return false as well for a NULL argument and a domain that does not exist.
 * Cost: one step per rule.
 */
bool hv_fw_check(const struct hv_fw_policy *policy, const struct hv_fw_access *access);

/** What must hold beyond what the hardware can do. Lists may be NULL if empty. */
struct hv_fw_isolation {
	hv_u32 apps_did; /**< Application cores. */
	hv_u32 mcu_did;  /**< The microcontroller core. */
	const struct hv_range *shared; /**< The only places where the two may meet. */
	hv_u32 shared_count;
	const struct hv_range *hypervisor; /**< Its image, its tables, the SMMU's tables. */
	hv_u32 hypervisor_count;
	const struct hv_range *secure; /**< Memory of the secure world. */
	hv_u32 secure_count;
	const hv_u32 *guest_masters; /**< Indices in policy.masters that isolated guests own. */
	hv_u32 guest_master_count;
};

/** Rules, in the order in which they are reported. */
enum hv_fw_rule {
	HV_FW_BAD_DOMAIN,       /**< index: rule or master whose DID is 16 or more. */
	HV_FW_BAD_CHECKER,      /**< No such checker, memory or TRDC. */
	HV_FW_BAD_VALUE,        /**< Access beyond 0x7777; SA, PA or SID out of range. */
	HV_FW_UNALIGNED,        /**< Not whole granules, empty, wrapping, or last before first. */
	HV_FW_OUTSIDE,          /**< Beyond what the checker guards. */
	HV_FW_OVERLAP,          /**< Two rules of a domain: the hardware's combination is unknown. */
	HV_FW_TOO_MANY_REGIONS, /**< More than the checker has for this domain. */
	HV_FW_TOO_MANY_ACCESSES, /**< More distinct values than the checker holds. */
	HV_FW_MASTER_TWICE,     /**< One assignment given to two domains. */
	HV_FW_STREAM_TWICE,     /**< Two masters behind the SMMU with one stream id. */
	HV_FW_MEETS,            /**< Both cores reach it, outside of every shared window. */
	HV_FW_REACHES_HYPERVISOR, /**< The microcontroller reaches the hypervisor's memory. */
	HV_FW_SECURE_EXPOSED,   /**< Secure memory granted to non-secure accesses. */
	HV_FW_FIREWALL_GRANTED, /**< A firewall's own registers, to one of the cores. */
	HV_FW_BYPASSES_SMMU,    /**< A guest's master whose addresses are physical. */
};

/** Where an index points to. */
enum hv_fw_table {
	HV_FW_IN_REGIONS,
	HV_FW_IN_BLOCKS,
	HV_FW_IN_MASTERS,
};

struct hv_fw_finding {
	enum hv_fw_rule rule;
	enum hv_fw_table table;
	hv_u32 index;   /**< The rule or master that is wrong. */
	hv_u32 other;   /**< The one it collides with, in the same table; else equal to index. */
	hv_u64 address; /**< First address concerned, where there is one. */
};

/**
 * Find everything that is wrong with a policy.
 *
 * @param isolation  NULL: the hardware's limits only.
 * @param findings   Room for @p capacity; may be NULL if capacity is 0.
 * @param count      Number of findings, also those that found no room.
 *
 * @retval HV_OK      None.
 * @retval HV_EPERM   At least one.
 * @retval HV_EINVAL  NULL policy, chip or count.
 * Cost: rules * rules.
 */
HV_MUST_CHECK
hv_status_t hv_fw_validate(const struct hv_fw_policy *policy, const struct hv_fw_isolation *isolation,
			   struct hv_fw_finding *findings, hv_u32 capacity, hv_u32 *count);

/** The rule in words, for messages; any value. Cost: constant. */
const char *hv_fw_rule_name(enum hv_fw_rule rule);

/** Addresses of a block rule; size 0 if its checker or memory does not exist. Cost: constant. */
struct hv_range hv_fw_blocks_range(const struct hv_fw_chip *chip, const struct hv_fw_blocks *blocks);

#endif
