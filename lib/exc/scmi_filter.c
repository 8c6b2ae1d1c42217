/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/scmi_filter.h>

/* What a message is about, and what it needs. */
enum need {
	OPEN, /* about the protocol alone: passes if the guest has something of it */
	READ, /* about one resource: in a grant */
	SET,  /* changes one resource: in a grant with `set` */
};

struct row {
	hv_u8 protocol, message;
	hv_u8 need;    /* enum need */
	hv_u8 words;   /* at least */
	hv_u8 id;      /* word that names the resource */
	hv_u8 flags;   /* word in which the bits of `zero` must be 0 */
	hv_u32 zero;
};

#define ASYNC     0x1u     /* delayed reply wanted */
#define SELECTOR  0x3u     /* pin 0, group 1, function 2 */
#define SELECTOR16 0x30000u
#define ANY       0u

#define BASE_VERSION           0x20000u
#define IMPLEMENTATION_VERSION 0x10000u
/* Agents of a channel: the platform, and the guest itself. */
#define AGENTS         1u /* the platform is not counted */
#define AGENT_PLATFORM 0u
#define AGENT_GUEST    1u
#define AGENT_SELF     0xffffffffu

static const char vendor[HV_SCMI_NAME] = "Haven";
static const char sub_vendor[HV_SCMI_NAME] = "EL2";
static const char platform_name[HV_SCMI_NAME] = "platform";
static const char guest_name[HV_SCMI_NAME] = "guest";

static const struct row table[] = {
	{HV_SCMI_POWER, 3, READ, 1, 0, 0, ANY},   /* POWER_DOMAIN_ATTRIBUTES */
	{HV_SCMI_POWER, 4, SET, 3, 1, 0, ASYNC},  /* POWER_STATE_SET */
	{HV_SCMI_POWER, 5, READ, 1, 0, 0, ANY},   /* POWER_STATE_GET */
	{HV_SCMI_CLOCK, 3, READ, 1, 0, 0, ANY},   /* CLOCK_ATTRIBUTES */
	{HV_SCMI_CLOCK, 4, READ, 2, 0, 0, ANY},   /* CLOCK_DESCRIBE_RATES */
	{HV_SCMI_CLOCK, 5, SET, 4, 1, 0, ASYNC},  /* CLOCK_RATE_SET */
	{HV_SCMI_CLOCK, 6, READ, 1, 0, 0, ANY},   /* CLOCK_RATE_GET */
	{HV_SCMI_CLOCK, 7, SET, 2, 0, 0, ANY},    /* CLOCK_CONFIG_SET */
	{HV_SCMI_CLOCK, 8, READ, 1, 0, 0, ANY},   /* CLOCK_NAME_GET */
	{HV_SCMI_CLOCK, 0xb, READ, 2, 0, 0, ANY}, /* CLOCK_CONFIG_GET */
	{HV_SCMI_CLOCK, 0xc, READ, 2, 0, 0, ANY}, /* CLOCK_POSSIBLE_PARENTS_GET */
	{HV_SCMI_CLOCK, 0xd, SET, 2, 0, 0, ANY},  /* CLOCK_PARENT_SET */
	{HV_SCMI_CLOCK, 0xe, READ, 1, 0, 0, ANY}, /* CLOCK_PARENT_GET */
	{HV_SCMI_CLOCK, 0xf, READ, 1, 0, 0, ANY}, /* CLOCK_GET_PERMISSIONS */
	{HV_SCMI_SENSOR, 6, READ, 2, 0, 1, ASYNC}, /* SENSOR_READING_GET */
	{HV_SCMI_RESET, 3, READ, 1, 0, 0, ANY},   /* RESET_DOMAIN_ATTRIBUTES */
	{HV_SCMI_RESET, 4, SET, 3, 0, 1, 4u},     /* RESET: flag 2 is asynchronous */
	{HV_SCMI_VOLTAGE, 3, READ, 1, 0, 0, ANY}, /* VOLTAGE_DOMAIN_ATTRIBUTES */
	{HV_SCMI_VOLTAGE, 4, READ, 2, 0, 0, ANY}, /* VOLTAGE_DESCRIBE_LEVELS */
	{HV_SCMI_VOLTAGE, 5, SET, 2, 0, 0, ANY},  /* VOLTAGE_CONFIG_SET */
	{HV_SCMI_VOLTAGE, 6, READ, 1, 0, 0, ANY}, /* VOLTAGE_CONFIG_GET */
	{HV_SCMI_VOLTAGE, 7, SET, 3, 0, 1, ASYNC}, /* VOLTAGE_LEVEL_SET */
	{HV_SCMI_VOLTAGE, 8, READ, 1, 0, 0, ANY}, /* VOLTAGE_LEVEL_GET */
	{HV_SCMI_PINCTRL, 3, READ, 2, 0, 1, SELECTOR},     /* PINCTRL_ATTRIBUTES */
	{HV_SCMI_PINCTRL, 5, READ, 2, 0, 1, SELECTOR16},   /* PINCTRL_SETTINGS_GET */
	{HV_SCMI_PINCTRL, 6, SET, 3, 0, 2, SELECTOR},      /* PINCTRL_SETTINGS_CONFIGURE */
	{HV_SCMI_PINCTRL, 7, SET, 2, 0, 1, SELECTOR},      /* PINCTRL_REQUEST */
	{HV_SCMI_PINCTRL, 8, SET, 2, 0, 1, SELECTOR},      /* PINCTRL_RELEASE */
};
#define ROWS ((hv_u32)(sizeof(table) / sizeof(table[0])))

/* What every protocol has. NEGOTIATE_PROTOCOL_VERSION is not among them: to the platform all guests
 * are one agent, and what one of them agreed on would hold for the others. */
static const struct row common[] = {
	{0, HV_SCMI_PROTOCOL_VERSION, OPEN, 0, 0, 0, ANY},
	{0, HV_SCMI_PROTOCOL_ATTRIBUTES, OPEN, 0, 0, 0, ANY},
	{0, HV_SCMI_MESSAGE_ATTRIBUTES, OPEN, 1, 0, 0, ANY},
};
#define COMMON ((hv_u32)(sizeof(common) / sizeof(common[0])))

/* What LIST_PROTOCOLS may name: grants of other protocols mean nothing. */
static const hv_u8 grantable[] = {HV_SCMI_POWER, HV_SCMI_CLOCK, HV_SCMI_SENSOR,
				  HV_SCMI_RESET, HV_SCMI_VOLTAGE, HV_SCMI_PINCTRL};
#define GRANTABLE ((hv_u32)(sizeof(grantable) / sizeof(grantable[0])))

/* Bit per number of BASE and the following: nobody is granted one beyond. */
static hv_u32 bit_of(hv_u32 protocol)
{
	return protocol - HV_SCMI_BASE < 32 ? 1u << (protocol - HV_SCMI_BASE) : 0;
}

static hv_u32 known(void)
{
	hv_u32 bits = 0;

	for (hv_u32 i = 0; i < GRANTABLE; i++) /* bound: GRANTABLE */
		bits |= bit_of(grantable[i]);
	return bits;
}

/* Of those that can be granted, the ones that are: a list is read once, whatever is asked. */
static hv_u32 protocols_of(const struct hv_scmi_rights *rights)
{
	hv_u32 found = 0;

	for (hv_u32 i = 0; i < rights->grant_count; i++) /* bound: the configuration */
		found |= bit_of(rights->grants[i].protocol);
	return found & known();
}

bool hv_scmi_has_protocol(const struct hv_scmi_rights *rights, hv_u32 protocol)
{
	return (protocols_of(rights) & bit_of(protocol)) != 0;
}

/* What a guest has of a protocol. */
enum standing {
	NOTHING,
	SOMETHING, /* but not this id, or not so much of it */
	OWN,
};

static enum standing standing_of(const struct hv_scmi_rights *rights, hv_u32 protocol, hv_u32 id,
				 bool set)
{
	enum standing best = NOTHING;

	for (hv_u32 i = 0; i < rights->grant_count; i++) { /* bound: the configuration */
		const struct hv_scmi_grant *g = &rights->grants[i];

		if (g->protocol != protocol)
			continue;
		if (id >= g->first && id <= g->last && (g->set || !set))
			return OWN;
		best = SOMETHING;
	}
	return best;
}

static enum hv_scmi_verdict refuse(const struct hv_scmi_msg *request, enum hv_scmi_status status,
				   struct hv_scmi_msg *reply)
{
	*reply = (struct hv_scmi_msg){
		.header = request->header, .count = 1, .word = {(hv_u32)(int32_t)status}};
	return HV_SCMI_REFUSE;
}

static const struct row *find(hv_u32 protocol, hv_u32 message)
{
	for (hv_u32 i = 0; i < COMMON; i++) { /* bound: COMMON */
		if (common[i].message == message)
			return &common[i];
	}
	for (hv_u32 i = 0; i < ROWS; i++) { /* bound: ROWS */
		if (table[i].protocol == protocol && table[i].message == message)
			return &table[i];
	}
	return NULL;
}

/* Status of a request that a row describes. */
static enum hv_scmi_status judge(const struct hv_scmi_rights *rights, const struct row *row,
				 hv_u32 protocol, const struct hv_scmi_msg *request)
{
	const enum standing standing =
		standing_of(rights, protocol, request->word[row->id], row->need == SET);

	if (standing == NOTHING)
		return HV_SCMI_NOT_SUPPORTED;
	if (request->count < row->words)
		return HV_SCMI_INVALID_PARAMETERS;
	if (row->need == OPEN)
		return HV_SCMI_SUCCESS;
	if (standing != OWN)
		return HV_SCMI_DENIED;
	if ((request->word[row->flags] & row->zero) != 0)
		return HV_SCMI_NOT_SUPPORTED;
	return HV_SCMI_SUCCESS;
}

/* LIST_PROTOCOLS: status, count, then four numbers a word, from the skip-th on. */
static enum hv_scmi_verdict list_protocols(const struct hv_scmi_rights *rights,
					   const struct hv_scmi_msg *request,
					   struct hv_scmi_msg *reply)
{
	const hv_u32 mine = protocols_of(rights);
	hv_u32 seen = 0, listed = 0;

	*reply = (struct hv_scmi_msg){.header = request->header};
	for (hv_u32 i = 0; i < GRANTABLE; i++) { /* bound: GRANTABLE */
		if ((mine & bit_of(grantable[i])) == 0)
			continue;
		seen++;
		if (seen <= request->word[0])
			continue;
		reply->word[2 + listed / 4] |= (hv_u32)grantable[i] << (8 * (listed % 4));
		listed++;
	}
	reply->word[1] = listed;
	reply->count = 2 + (listed + 3) / 4;
	return HV_SCMI_ANSWER;
}

static hv_u32 count_protocols(const struct hv_scmi_rights *rights)
{
	hv_u32 left = protocols_of(rights);
	hv_u32 count = 0;

	for (; left != 0; left &= left - 1) /* bound: GRANTABLE */
		count++;
	return count;
}

static enum hv_scmi_verdict answer(const struct hv_scmi_msg *request, hv_u32 count, hv_u32 first,
				   struct hv_scmi_msg *reply)
{
	*reply = (struct hv_scmi_msg){
		.header = request->header, .count = count, .word = {0, first}};
	return HV_SCMI_ANSWER;
}

/* A status, perhaps a number, and a name from word @p at on. */
static enum hv_scmi_verdict answer_name(const struct hv_scmi_msg *request, hv_u32 at, hv_u32 first,
					const char name[HV_SCMI_NAME], struct hv_scmi_msg *reply)
{
	const enum hv_scmi_verdict verdict = answer(request, at + HV_SCMI_NAME / 4, first, reply);

	for (hv_u32 i = 0; i < HV_SCMI_NAME; i++) /* bound: HV_SCMI_NAME */
		reply->word[at + i / 4] |= (hv_u32)(hv_u8)name[i] << (8 * (i % 4));
	return verdict;
}

/* MESSAGE_ATTRIBUTES of BASE: no flags are defined; NOT_FOUND: there is no such message. */
static enum hv_scmi_verdict describe_message(const struct hv_scmi_msg *request,
					     struct hv_scmi_msg *reply)
{
	if (request->word[0] > (hv_u32)HV_SCMI_DISCOVER_AGENT)
		return refuse(request, HV_SCMI_NOT_FOUND, reply);
	return answer(request, 2, 0, reply);
}

/* Of two agents, as many as a channel has ends, a guest may know both. */
static enum hv_scmi_verdict discover_agent(const struct hv_scmi_msg *request,
					   struct hv_scmi_msg *reply)
{
	const hv_u32 agent = request->word[0];

	if (agent == AGENT_PLATFORM)
		return answer_name(request, 2, AGENT_PLATFORM, platform_name, reply);
	if (agent == AGENT_GUEST || agent == AGENT_SELF)
		return answer_name(request, 2, AGENT_GUEST, guest_name, reply);
	return refuse(request, HV_SCMI_NOT_FOUND, reply);
}

/* BASE: what this channel is to the guest. The platform behind it is not asked. */
static enum hv_scmi_verdict filter_base(const struct hv_scmi_rights *rights,
					const struct hv_scmi_msg *request, struct hv_scmi_msg *reply)
{
	const hv_u32 message = hv_scmi_header_message(request->header);
	const bool has_parameter = message == (hv_u32)HV_SCMI_MESSAGE_ATTRIBUTES ||
				   message == (hv_u32)HV_SCMI_LIST_PROTOCOLS ||
				   message == (hv_u32)HV_SCMI_DISCOVER_AGENT;

	if (has_parameter && request->count < 1)
		return refuse(request, HV_SCMI_INVALID_PARAMETERS, reply);
	switch (message) {
	case HV_SCMI_PROTOCOL_VERSION:
		return answer(request, 2, BASE_VERSION, reply);
	case HV_SCMI_PROTOCOL_ATTRIBUTES:
		return answer(request, 2, AGENTS << 8 | count_protocols(rights), reply);
	case HV_SCMI_MESSAGE_ATTRIBUTES:
		return describe_message(request, reply);
	case HV_SCMI_DISCOVER_VENDOR:
		return answer_name(request, 1, 0, vendor, reply);
	case HV_SCMI_DISCOVER_SUB_VENDOR:
		return answer_name(request, 1, 0, sub_vendor, reply);
	case HV_SCMI_DISCOVER_IMPLEMENTATION:
		return answer(request, 2, IMPLEMENTATION_VERSION, reply);
	case HV_SCMI_LIST_PROTOCOLS:
		return list_protocols(rights, request, reply);
	case HV_SCMI_DISCOVER_AGENT:
		return discover_agent(request, reply);
	default:
		return refuse(request, HV_SCMI_NOT_SUPPORTED, reply);
	}
}

enum hv_scmi_verdict hv_scmi_filter(const struct hv_scmi_rights *rights,
				    const struct hv_scmi_msg *request, struct hv_scmi_msg *reply)
{
	const hv_u32 protocol = hv_scmi_header_protocol(request->header);
	const hv_u32 message = hv_scmi_header_message(request->header);
	const struct row *row = find(protocol, message);
	enum hv_scmi_status status;

	if (request->header != hv_scmi_header(protocol, message, hv_scmi_header_token(request->header)) ||
	    request->count > HV_SCMI_WORDS)
		return refuse(request, HV_SCMI_PROTOCOL_ERROR, reply);
	if (protocol == (hv_u32)HV_SCMI_BASE)
		return filter_base(rights, request, reply);
	if (row == NULL || (known() & bit_of(protocol)) == 0)
		return refuse(request, HV_SCMI_NOT_SUPPORTED, reply);
	status = judge(rights, row, protocol, request);
	return status == HV_SCMI_SUCCESS ? HV_SCMI_PASS : refuse(request, status, reply);
}
