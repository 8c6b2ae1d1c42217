/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SCMI channel where there is no platform: the base protocol answers, everything else is
 * refused, and nothing that is written or rung does any harm. probe.buffer, probe.irq: where it
 * is. Numbers by Arm DEN 0056.
 */
#include "../gic.h"
#include "../psci.h"
#include "access.h"
#include "tests.h"

#define RING    0xc6000006u
#define STATUS  4u
#define FLAGS   0x10u
#define LENGTH  0x14u
#define HEADER  0x18u
#define PAYLOAD 0x1cu

#define FREE  1u
#define ERROR 2u

#define BUSY              ((u64)-5)
#define INVALID_PARAMETER ((u64)-3)
#define NOT_SUPPORTED     0xffffffffu
#define PROTOCOL_ERROR    0xfffffff6u

#define STORM 20000u

static u64 buffer;

static u32 get(u32 offset)
{
	return read32(buffer + offset);
}

static void set(u32 offset, u32 value)
{
	write32(buffer + offset, value);
}

/* Take the buffer, put a request of one word into it, ring. */
static u64 request(u32 flags, u32 length, u32 header, u32 word)
{
	set(STATUS, 0);
	set(FLAGS, flags);
	set(LENGTH, length);
	set(HEADER, header);
	set(PAYLOAD, word);
	return hvc(RING, 0, 0, 0);
}

static u32 header_of(u32 protocol, u32 message)
{
	return protocol << 10 | message | 0x155u << 18;
}

/* Without interrupt; answers the status that the reply has. */
static u32 ask(u32 protocol, u32 message, u32 word)
{
	const u32 header = header_of(protocol, message);

	quiet_eq("ring", header, request(0, 8, header, word), 0);
	quiet_eq("free", header, get(STATUS), FREE);
	quiet_eq("header", header, get(HEADER), header);
	return get(PAYLOAD);
}

static void test_base(void)
{
	check_eq("free at first", get(STATUS), FREE);
	check_eq("version", ask(0x10, 0, 0), 0);
	check_eq("it is 2.0", get(PAYLOAD + 4), 0x20000);
	check_eq("attributes", ask(0x10, 1, 0), 0);
	check_eq("one agent, no other protocol", get(PAYLOAD + 4), 0x100);
	check_eq("vendor", ask(0x10, 3, 0), 0);
	check_eq("Have", get(PAYLOAD + 4), 0x65766148);
	check_eq("list", ask(0x10, 6, 0), 0);
	check_eq("is empty", get(PAYLOAD + 4), 0);
	check_eq("length", get(LENGTH), 12);
	check_eq("agent", ask(0x10, 7, 0xffffffff), 0);
	check_eq("number 1", get(PAYLOAD + 4), 1);
}

static void test_interrupt(void)
{
	const u32 intid = (u32)arg("irq", 0);

	gic_init();
	gic_priority(intid, 0x80);
	gic_set(IGROUPR, intid);
	gic_set(ICPENDR, intid);
	gic_enable(intid);
	gic_clear_log();
	request(0, 4, header_of(0x10, 0), 0);
	gic_wait(1, 5);
	check_eq("not asked for", irq_logs[0].count, 0);
	for (u32 i = 1; i <= 10; i++) {
		request(1, 4, header_of(0x10, 0), 0);
		gic_wait(i, 100);
	}
	check_eq("one for each reply", irq_logs[0].count, 10);
	check_eq("its number", irq_logs[0].intid[0], intid);
	gic_disable(intid);
}

/* CPU frequency, system power, clocks, other machines, and numbers that look like others' when
 * a bit is cut. */
static void test_refused(void)
{
	bool ok = true;

	for (u32 protocol = 0; protocol < 256; protocol++) {
		if (protocol == 0x10)
			continue;
		for (u32 message = 0; message < 16; message++)
			ok &= quiet_eq("status", protocol << 8 | message, ask(protocol, message, 0),
				       NOT_SUPPORTED);
	}
	check("255 protocols refuse", ok);
	for (u32 bit = 8; bit < 32; bit++) {
		if (bit >= 10 && bit < 28)
			continue;
		request(0, 4, header_of(0x10, 0) | 1u << bit, 0);
		ok &= quiet_eq("status", bit, get(PAYLOAD), PROTOCOL_ERROR);
	}
	check("what is no command is refused", ok);
}

static void test_lengths(void)
{
	static const u32 lengths[] = {0, 1, 2, 3, 5, 7, 105, 106, 108, 112, 128, 4096, 0x7fffffff,
				      0x80000000, 0xfffffffc, 0xffffffff};
	bool ok = true;

	for (u32 i = 0; i < COUNT(lengths); i++) {
		quiet_eq("ring", lengths[i], request(0, lengths[i], header_of(0x10, 0), 0), 0);
		ok &= quiet_eq("status", lengths[i], get(STATUS), FREE | ERROR);
		ok &= quiet_eq("reply", lengths[i], get(PAYLOAD), PROTOCOL_ERROR);
	}
	check("16 lengths that no request has", ok);
	check_eq("the longest one", request(0, 104, header_of(0x10, 0), 0), 0);
	check_eq("is answered", get(PAYLOAD), 0);
	check_eq("and so is the next", ask(0x10, 0, 0), 0);
}

static void test_rings(void)
{
	const u64 n = arg("n", STORM);
	u64 wrong = 0;

	for (u64 i = 0; i < n; i++)
		wrong += hvc(RING, i, ~i, i << 32) != INVALID_PARAMETER;
	check_eq("rings for nothing", wrong, 0);
	for (u64 i = 0; i < n; i++)
		wrong += request(0, 4, header_of(0x13, 7), 0) != 0;
	check_eq("a storm of what is refused", wrong, 0);
	check_eq("SMC means the same", smc(RING, 0, 0, 0), INVALID_PARAMETER);
	check_eq("32-bit call", hvc(0x86000006, 0, 0, 0), (u64)-1);
}

static void test_page(void)
{
	struct attempt a;
	bool ok = true;

	set(STATUS, 0);
	for (u32 offset = 0; offset < 0x1000; offset += 8)
		write64(buffer + offset, ~UINT64_C(0));
	check_eq("status has two bits", get(STATUS), FREE | ERROR);
	check_eq("flags have one", get(FLAGS), 1);
	for (u32 offset = 0x80; offset < 0x1000; offset += 4)
		ok &= quiet_eq("offset", offset, get(offset), 0);
	check("nothing behind the buffer", ok);
	set(PAYLOAD, 0);
	write8(buffer + PAYLOAD + 1, 0xab);
	write8(buffer + PAYLOAD + 3, 0xcd);
	check_eq("bytes", get(PAYLOAD), 0xcd00ab00);
	a = TRY_INSTRUCTION("ldrh w1, [x0]", buffer + PAYLOAD + 2);
	check_eq("half a word", a.value, 0xcd00);
	a = TRY_INSTRUCTION("ldp x1, x2, [x0]", buffer);
	check("a pair is refused", a.trap.count == 1 && ESR_FSC(a.trap.esr) == FSC_SEA);
	a = TRY_INSTRUCTION("cas x1, x2, [x0]", buffer);
	check("so is an atomic one", a.trap.count == 1);
	a = try_read32(buffer + 0x1000);
	check("the next page is nobody's", a.trap.count == 1 && ESR_FSC(a.trap.esr) == FSC_SEA);
	a = try_read32(buffer - 4);
	check("nor is the one before", a.trap.count == 1 && ESR_FSC(a.trap.esr) == FSC_SEA);
}

/* ---- another vCPU writes and rings at the same time ---- */

static volatile bool quit;

static void scribble(struct vcpu_start *start)
{
	start->state = 1;
	for (u32 i = 0; !quit; i++) {
		set(HEADER, header_of(0x13, i & 15));
		set(LENGTH, i % 3 == 0 ? 0xffffffff : 4);
		set(STATUS, i & 3);
		if (i % 7 == 0)
			hvc(RING, 0, 0, 0);
	}
	hvc(PSCI_CPU_OFF, 0, 0, 0);
}

static struct vcpu_start second = {.index = 1, .run = scribble};

static void test_race(void)
{
	bool ok = true;

	quit = false;
	second.state = 0;
	check("the other vCPU runs", vcpu_run(&second));
	for (u32 i = 0; i < 3000; i++) {
		const u64 result = request(0, 4, header_of(0x10, 0), 0);

		if (result != 0 && result != INVALID_PARAMETER && result != BUSY)
			ok = quiet_eq("ring", i, result, 0);
		if ((get(STATUS) & ~(FREE | ERROR)) != 0)
			ok = quiet_eq("status", i, get(STATUS), FREE);
	}
	quit = true;
	check("3000 rings beside one who scribbles", ok && vcpu_wait_off(1));
	check_eq("and it works as before", ask(0x10, 0, 0), 0);
}

void test_scmi(void)
{
	buffer = arg("buffer", 0);
	test_base();
	test_interrupt();
	test_refused();
	test_lengths();
	test_rings();
	test_page();
	test_race();
}
