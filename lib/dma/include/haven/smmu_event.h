/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_EVENT_H
#define HAVEN_SMMU_EVENT_H
/**
 * @file
 * Event records of an SMMUv3, decoded. A record is hardware's word about what a device
 * did: all of it is data to journal, none of it an assertion.
 *
 * Source: Arm SMMUv3 architecture (IHI 0070), 7.3 "Event records".
 */
#include <haven/bits.h>

/** Event numbers. */
enum hv_smmu_event_type {
	HV_SMMU_F_UUT = 0x01,              /**< Unsupported upstream transaction. */
	HV_SMMU_C_BAD_STREAMID = 0x02,     /**< Stream id beyond the table. */
	HV_SMMU_F_STE_FETCH = 0x03,        /**< STE could not be read. */
	HV_SMMU_C_BAD_STE = 0x04,          /**< STE invalid or illegal. */
	HV_SMMU_F_BAD_ATS_TREQ = 0x05,     /**< ATS request of a stream without ATS. */
	HV_SMMU_F_STREAM_DISABLED = 0x06,  /**< No substream given, but one is required. */
	HV_SMMU_F_TRANSL_FORBIDDEN = 0x07, /**< Claims to be translated already. */
	HV_SMMU_C_BAD_SUBSTREAMID = 0x08,  /**< Substream beyond the table, or none configured. */
	HV_SMMU_F_CD_FETCH = 0x09,         /**< Context descriptor could not be read. */
	HV_SMMU_C_BAD_CD = 0x0a,           /**< Context descriptor invalid or illegal. */
	HV_SMMU_F_WALK_EABT = 0x0b,        /**< Translation table could not be read. */
	HV_SMMU_F_TRANSLATION = 0x10,      /**< Not mapped. */
	HV_SMMU_F_ADDR_SIZE = 0x11,        /**< Address out of range. */
	HV_SMMU_F_ACCESS = 0x12,           /**< Access flag clear. */
	HV_SMMU_F_PERMISSION = 0x13,       /**< Mapped, but not for this access. */
	HV_SMMU_F_TLB_CONFLICT = 0x20,     /**< Several TLB entries match. */
	HV_SMMU_F_CFG_CONFLICT = 0x21,     /**< Several cached configurations match. */
	HV_SMMU_E_PAGE_REQUEST = 0x24,     /**< Hint: a device will use a page. */
	HV_SMMU_F_VMS_FETCH = 0x25,        /**< Virtual machine structure could not be read. */
};

/** Class of a stage-2 fault: what was being translated. */
enum hv_smmu_event_class {
	HV_SMMU_CLASS_CD = 0,    /**< Fetch of a context descriptor. */
	HV_SMMU_CLASS_TT = 1,    /**< Fetch of a stage-1 table. */
	HV_SMMU_CLASS_INPUT = 2, /**< The device's own access. */
};

struct hv_smmu_event {
	hv_u32 type;         /**< enum hv_smmu_event_type, or another 8-bit number. */
	hv_u32 stream_id;
	hv_u32 substream_id; /**< Meaningful if has_substream. */
	hv_u32 fault_class;  /**< enum hv_smmu_event_class; of S2 faults. */
	hv_u64 iova;         /**< Input address, if has_iova. */
	hv_u64 ipa;          /**< Page address, if has_ipa. */
	hv_u64 fetch_pa;     /**< Address of the structure, if has_fetch. */
	bool known;          /**< Type is one of the above. Else only the ids are decoded. */
	bool has_substream, has_iova, has_ipa, has_fetch;
	bool has_access;     /**< The next three are meaningful. */
	bool read;           /**< Read, else write. */
	bool instruction;    /**< Instruction fetch, else data; F_TRANSL_FORBIDDEN does not tell. */
	bool privileged;     /**< Likewise. */
	bool stage2;         /**< Stage 2 faulted. */
};

/**
 * Decode one record of 32 bytes.
 *
 * @param record  Four little-endian words, copied from the queue.
 *
 * @retval HV_OK      @p out is filled in; fields that the event lacks are 0.
 * @retval HV_EINVAL  NULL.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_event_decode(const hv_u64 record[4], struct hv_smmu_event *out);

/** The architecture's name of an event number; "IMPDEF" for 0xe0..0xef, else "unknown". */
const char *hv_smmu_event_name(hv_u32 type);

#endif
