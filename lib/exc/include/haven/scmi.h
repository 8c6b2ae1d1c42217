/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SCMI_H
#define HAVEN_SCMI_H
/**
 * @file
 * SCMI messages between an agent and a platform: numbers, requests, replies, notifications.
 *
 * Pure: a message is words in memory; <haven/smt.h> puts it into a shared buffer. Replies
 * come from a peer that may be wrong: each decoder checks header, status and length and
 * copies; strings are always terminated.
 *
 * Source: Arm DEN 0056 (SCMI), 4.1 (header, status) and 4.2 (base protocol); protocols
 * 0x80 and up are vendor specific: NXP's i.MX System Manager (LMM, CPU, MISC).
 */
#include <haven/types.h>

/** Words behind the header that a 128-byte buffer holds. */
#define HV_SCMI_WORDS 25u
#define HV_SCMI_NAME  16u /**< Bytes of a name, terminator included. */

enum hv_scmi_protocol {
	HV_SCMI_BASE = 0x10,
	HV_SCMI_POWER = 0x11,
	HV_SCMI_SYSTEM = 0x12,
	HV_SCMI_PERF = 0x13,
	HV_SCMI_CLOCK = 0x14,
	HV_SCMI_SENSOR = 0x15,
	HV_SCMI_RESET = 0x16,
	HV_SCMI_VOLTAGE = 0x17,
	HV_SCMI_PINCTRL = 0x19,
	HV_SCMI_LMM = 0x80, /**< Logical machines. */
	HV_SCMI_BBM = 0x81, /**< Battery-backed module. */
	HV_SCMI_CPU = 0x82,
	HV_SCMI_FUSA = 0x83,
	HV_SCMI_MISC = 0x84,
};

/** Messages that every protocol has. */
enum hv_scmi_common {
	HV_SCMI_PROTOCOL_VERSION = 0,
	HV_SCMI_PROTOCOL_ATTRIBUTES = 1,
	HV_SCMI_MESSAGE_ATTRIBUTES = 2,
	HV_SCMI_NEGOTIATE_VERSION = 0x10,
};

enum hv_scmi_base {
	HV_SCMI_DISCOVER_VENDOR = 3,
	HV_SCMI_DISCOVER_SUB_VENDOR = 4,
	HV_SCMI_DISCOVER_IMPLEMENTATION = 5,
	HV_SCMI_LIST_PROTOCOLS = 6,
	HV_SCMI_DISCOVER_AGENT = 7,
};

enum hv_scmi_lmm {
	HV_SCMI_LMM_EVENT = 0, /**< Notification. */
	HV_SCMI_LMM_ATTRIBUTES = 3,
	HV_SCMI_LMM_BOOT = 4,
	HV_SCMI_LMM_RESET = 5,
	HV_SCMI_LMM_SHUTDOWN = 6,
	HV_SCMI_LMM_NOTIFY = 9,
	HV_SCMI_LMM_RESET_REASON = 0xa,
	HV_SCMI_LMM_RESET_VECTOR_SET = 0xc,
};

enum hv_scmi_cpu {
	HV_SCMI_CPU_ATTRIBUTES = 3,
	HV_SCMI_CPU_START = 4,
	HV_SCMI_CPU_STOP = 5,
	HV_SCMI_CPU_RESET_VECTOR_SET = 6,
	HV_SCMI_CPU_INFO_GET = 0xc,
};

enum hv_scmi_misc {
	HV_SCMI_MISC_BUILD_INFO = 6,
	HV_SCMI_MISC_CFG_INFO = 0xc,
};

/** Status word of a reply. */
enum hv_scmi_status {
	HV_SCMI_SUCCESS = 0,
	HV_SCMI_NOT_SUPPORTED = -1,
	HV_SCMI_INVALID_PARAMETERS = -2,
	HV_SCMI_DENIED = -3,
	HV_SCMI_NOT_FOUND = -4,
	HV_SCMI_OUT_OF_RANGE = -5,
	HV_SCMI_BUSY = -6,
	HV_SCMI_COMMS_ERROR = -7,
	HV_SCMI_GENERIC_ERROR = -8,
	HV_SCMI_HARDWARE_ERROR = -9,
	HV_SCMI_PROTOCOL_ERROR = -10,
	HV_SCMI_IN_USE = -11,
};

/** @name Message header
 * msgId [7:0], type [9:8], protocol [17:10], token [27:18]; [31:28] zero.
 * @{ */
enum hv_scmi_type {
	HV_SCMI_COMMAND = 0,
	HV_SCMI_DELAYED = 2,
	HV_SCMI_NOTIFICATION = 3,
};
#define HV_SCMI_TOKENS 1024u
/** Header of a command. @param token 0..HV_SCMI_TOKENS - 1; excess bits are cut. Cost: constant. */
hv_u32 hv_scmi_header(hv_u32 protocol, hv_u32 message, hv_u32 token);
/** The same message under another token. Cost: constant. */
hv_u32 hv_scmi_with_token(hv_u32 header, hv_u32 token);
hv_u32 hv_scmi_header_message(hv_u32 header);
hv_u32 hv_scmi_header_type(hv_u32 header);
hv_u32 hv_scmi_header_protocol(hv_u32 header);
hv_u32 hv_scmi_header_token(hv_u32 header);
/** @} */

struct hv_scmi_msg {
	hv_u32 header;
	hv_u32 count; /**< Words in use, 0..HV_SCMI_WORDS. */
	hv_u32 word[HV_SCMI_WORDS];
};

/** @name Requests
 * Token 0: who sends gives one by hv_scmi_with_token(). Cost: constant.
 * @{ */
/** A request without parameters: versions, attributes, DISCOVER_*, BUILD_INFO, CFG_INFO. */
void hv_scmi_ask(hv_u32 protocol, hv_u32 message, struct hv_scmi_msg *out);
/** A request with one parameter: LMM_ATTRIBUTES, _BOOT, _RESET_REASON, CPU_*, MESSAGE_ATTRIBUTES. */
void hv_scmi_ask1(hv_u32 protocol, hv_u32 message, hv_u32 parameter, struct hv_scmi_msg *out);
/** LMM_SHUTDOWN or LMM_RESET. @param graceful  Ask the machine to do it itself. */
void hv_scmi_lmm_end(enum hv_scmi_lmm message, hv_u32 lm, bool graceful, struct hv_scmi_msg *out);
/** LMM_NOTIFY. @param events  HV_LMM_*; 0 ends the subscription. */
void hv_scmi_lmm_notify(hv_u32 lm, hv_u32 events, struct hv_scmi_msg *out);
/** LMM_RESET_VECTOR_SET of a CPU of another machine; the vector is not a table's base. */
void hv_scmi_lmm_vector(hv_u32 lm, hv_u32 cpu, hv_u64 vector, struct hv_scmi_msg *out);
/** CPU_RESET_VECTOR_SET of a CPU of the own machine, for the next start. */
void hv_scmi_cpu_vector(hv_u32 cpu, hv_u64 vector, struct hv_scmi_msg *out);
/** @} */

/** @name Replies
 * Of each: HV_OK and @p out filled; HV_EINVAL: NULL, or the reply is too short for what it claims;
 * HV_EPERM: the status is not SUCCESS (hv_scmi_reply_status() tells which). @p out is
 * unchanged unless HV_OK. Cost: constant.
 * @{ */
/** Status of any reply. A reply without one is PROTOCOL_ERROR. */
int32_t hv_scmi_reply_status(const struct hv_scmi_msg *reply);
/** A reply that is a status and one word: versions, attributes, DISCOVER_IMPLEMENTATION. */
HV_MUST_CHECK
hv_status_t hv_scmi_reply_word(const struct hv_scmi_msg *reply, hv_u32 *out);
/** A reply that is a status and a name: DISCOVER_VENDOR, DISCOVER_SUB_VENDOR. */
HV_MUST_CHECK
hv_status_t hv_scmi_reply_name(const struct hv_scmi_msg *reply, char out[HV_SCMI_NAME]);

enum hv_lmm_state { HV_LM_OFF = 0, HV_LM_ON = 1, HV_LM_SUSPENDED = 2 };

/** LMM_ATTRIBUTES. */
struct hv_lmm_attributes {
	hv_u32 lm;
	hv_u32 state; /**< enum hv_lmm_state, or what else the platform says. */
	int32_t error; /**< Last error of this machine. */
	char name[HV_SCMI_NAME];
};
HV_MUST_CHECK
hv_status_t hv_scmi_reply_lmm_attributes(const struct hv_scmi_msg *reply,
					 struct hv_lmm_attributes *out);

/** Why a machine was last started or ended. */
struct hv_lmm_reason {
	bool valid, origin_valid, error_valid;
	hv_u32 origin; /**< LM that asked for it, 0..15. */
	hv_u32 error;  /**< Fault or error id, 0..32767. */
	hv_u32 reason; /**< Platform's number, 0..255. */
};
/** LMM_RESET_REASON. */
struct hv_lmm_reset_reason {
	hv_u32 boot_word, shutdown_word; /**< As they came: for records. */
	struct hv_lmm_reason boot, shutdown;
};
HV_MUST_CHECK
hv_status_t hv_scmi_reply_lmm_reason(const struct hv_scmi_msg *reply,
				     struct hv_lmm_reset_reason *out);

/** CPU_INFO_GET. */
struct hv_cpu_info {
	hv_u32 run_mode;   /**< 0 running, 1 held, 2 stopped, 3 asleep. */
	hv_u32 sleep_mode;
	hv_u64 vector;
};
HV_MUST_CHECK
hv_status_t hv_scmi_reply_cpu_info(const struct hv_scmi_msg *reply, struct hv_cpu_info *out);

/** MISC_CFG_INFO: which configuration the platform was built with. */
struct hv_cfg_info {
	hv_u32 selector; /**< mSel: which alternative of it runs. */
	char name[HV_SCMI_NAME];
};
HV_MUST_CHECK
hv_status_t hv_scmi_reply_cfg_info(const struct hv_scmi_msg *reply, struct hv_cfg_info *out);
/** @} */

/** @name Events of a logical machine: LMM_NOTIFY, LMM_EVENT @{ */
#define HV_LMM_BOOT     1u
#define HV_LMM_SHUTDOWN 2u
#define HV_LMM_SUSPEND  4u
#define HV_LMM_WAKE     8u
#define HV_LMM_ALL      15u

struct hv_lmm_event {
	hv_u32 cause; /**< LM that caused it. */
	hv_u32 lm;    /**< LM that it happened to. */
	hv_u32 flags; /**< HV_LMM_*, at least one. */
};
/**
 * Decode a message of the notification channel.
 *
 * @retval HV_OK      An LMM_EVENT.
 * @retval HV_ENOTSUP A notification of another kind.
 * @retval HV_EINVAL  NULL, not a notification, too short, or no event that is defined.
 */
HV_MUST_CHECK
hv_status_t hv_scmi_event(const struct hv_scmi_msg *message, struct hv_lmm_event *out);
/** @} */

#endif
