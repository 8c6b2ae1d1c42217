/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's SCMI channel, from its accesses to the System Manager and back: the real driver of
 * the message unit over the model, which grants its agent everything.
 *
 * Headers by Arm DEN 0056, 4.1.1: message [7:0], protocol [17:10], token [27:18].
 */
#include "hv_fixture.h"

#include <haven/hal/mu.h>

#include "fake_bus.h"
#include "fake_sm.h"
#include "seeded.h"

#define MU UINT64_C(0x445b0000)

#define SCMI_RING      UINT64_C(0xc6000006)
#define NOT_SUPPORTED  UINT64_C(0xffffffffffffffff)
#define INVALID        UINT64_C(0xfffffffffffffffd)
#define BUSY           UINT64_C(0xfffffffffffffffb)
#define ESR_LOAD8B     UINT64_C(0x93c58007) /* 64 bits from and to x5 */
#define ESR_STORE8B    UINT64_C(0x93c58047)

enum { J_MMIO = 5, J_SMC = 7, J_SCMI = 17, DENY = 6 };
enum { STATUS = 4, FLAGS = 0x10, LENGTH = 0x14, HEADER = 0x18, PAYLOAD = 0x1c };
enum { DENIED = -3, COMMS = -7, PROTOCOL = -10 };

#define CLOCK(message)  (0x14u << 10 | (message))
#define TOKEN(token)    ((hv_u32)(token) << 18)

static struct fake_sm sm;
static struct hv_hal_scmi scmi;

static hv_u32 get(hv_u32 cpu, hv_u32 offset)
{
	return (hv_u32)load32(cpu, SCMI_IPA + offset);
}

static void set(hv_u32 cpu, hv_u32 offset, hv_u32 value)
{
	store32(cpu, SCMI_IPA + offset, value);
}

/* Interrupt 110 can be taken. */
static void enable(hv_u32 cpu)
{
	store32(cpu, GICD_IPA, 3);
	store32(cpu, GICD_IPA + 0x10c, 1u << 14);
}

static void running(void)
{
	boot_guests();
	enable(0);
	enable(2);
	fake_bus_reset();
	fake_sm_init(&sm, MU, &fake_sm_mx95evk);
	hv_hal_scmi_init(&scmi, MU, false, 5000);
	hv_scmi_launch(&scmi);
	fake_log_clear();
}

static hv_u64 ring(hv_u32 cpu)
{
	return hvc(cpu, SCMI_RING, 0, 0, 0);
}

static hv_u64 request(hv_u32 cpu, hv_u32 header, hv_u32 count, const hv_u32 *words)
{
	set(cpu, STATUS, 0);
	set(cpu, FLAGS, 1);
	set(cpu, LENGTH, 4 + 4 * count);
	set(cpu, HEADER, header);
	for (hv_u32 i = 0; i < count; i++)
		set(cpu, PAYLOAD + 4 * i, words[i]);
	return ring(cpu);
}
#define REQUEST(cpu, header, ...)                                                     \
	request(cpu, header, sizeof((hv_u32[]){__VA_ARGS__}) / 4, (hv_u32[]){__VA_ARGS__})

/* The interrupt is pending; the guest takes it, and ends it. */
static bool interrupted(hv_u32 cpu)
{
	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		if ((fake.cpu[cpu].lr[i] & 0xffffffff) == 110 && fake.cpu[cpu].lr[i] >> 62 == 1) {
			fake.cpu[cpu].lr[i] = 0;
			return true;
		}
	}
	return false;
}

/* One look of the service CPU, and of the guest's, at their kicks. */
static void step(hv_u32 cpu)
{
	take_irqs(3);
	take_irqs(cpu);
}

/* The reply is there, with its interrupt; answers its status. */
static int status(hv_u32 cpu, hv_u32 header)
{
	assert_int_equal(get(cpu, STATUS), 1);
	assert_int_equal(get(cpu, HEADER), header);
	assert_true(interrupted(cpu));
	return (int)get(cpu, PAYLOAD);
}

/* A millisecond of the service CPU: a round of the console's timer. */
static void tick(void)
{
	const hv_u64 end = fake.counter + FAKE_HZ / 1000;

	loop(3);
	while (fake.cpu[3].timer_on && fake.cpu[3].deadline <= end) {
		if (fake.counter < fake.cpu[3].deadline)
			fake.counter = fake.cpu[3].deadline;
		fake_irq(3, 26);
		loop(3);
	}
}

static int pass(hv_u32 cpu, hv_u32 header, hv_u32 count, const hv_u32 *words)
{
	assert_int_equal(request(cpu, header, count, words), 0);
	for (int i = 0; i < 100 && get(cpu, STATUS) == 0; i++) {
		tick();
		take_irqs(cpu);
	}
	return status(cpu, header);
}
#define PASS(cpu, header, ...)                                                        \
	pass(cpu, header, sizeof((hv_u32[]){__VA_ARGS__}) / 4, (hv_u32[]){__VA_ARGS__})

/* ---- the buffer and the call ---- */

static void base_is_answered_at_once(void **state)
{
	(void)state;
	running();
	assert_int_equal(get(0, STATUS), 1);
	assert_int_equal(request(0, TOKEN(5) | 0x4001, 0, NULL), 0);
	assert_int_equal(status(0, TOKEN(5) | 0x4001), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 0x102); /* power and clock */
	assert_int_equal(get(0, LENGTH), 12);
	assert_int_equal(sm.requests, 0);
	assert_int_equal(records(0), records(0));
}

static void other_widths(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	x[5] = UINT64_C(0x1122334455667788);
	trap(0, ESR_STORE8B, SCMI_IPA + 0x20, x);
	assert_int_equal(get(0, 0x20), 0x55667788);
	x[5] = 0;
	trap(0, ESR_LOAD8B, SCMI_IPA + 0x20, x);
	assert_true(x[5] == UINT64_C(0x1122334455667788));
	assert_int_equal(get(0, 0xffc), 0);
	assert_int_equal(get(2, 0x20), 0); /* the other one's is another */
	trap(0, ESR_LOAD8B, SCMI_IPA + 0x1c, x);
	assert_int_equal(newest(0).kind, J_MMIO);
}

static void rings_that_are_none(void **state)
{
	hv_u32 before;

	(void)state;
	running();
	before = records(0);
	assert_true(ring(0) == INVALID);
	assert_int_equal(records(0), before);
	set(0, STATUS, 0);
	set(0, FLAGS, 1);
	set(0, LENGTH, 0xfffffffc);
	set(0, HEADER, 0x4000);
	assert_int_equal(ring(0), 0);
	assert_int_equal(get(0, STATUS), 3);
	assert_int_equal((int)get(0, PAYLOAD), PROTOCOL);
	assert_true(interrupted(0));
	assert_int_equal(newest(0).kind, J_SCMI);
	assert_int_equal(newest(0).verdict, DENY);
	assert_int_equal(sm.requests, 0);
}

static void without_a_channel_the_call_is_unknown(void **state)
{
	(void)state;
	running();
	ONE->scmi = NULL;
	assert_true(ring(0) == NOT_SUPPORTED);
	assert_int_equal(newest(0).kind, J_SMC);
	assert_int_equal(newest(0).detail, SCMI_RING);
}

static void polling_gets_no_interrupt(void **state)
{
	(void)state;
	running();
	set(0, STATUS, 0);
	set(0, FLAGS, 0);
	set(0, LENGTH, 4);
	set(0, HEADER, 0x4000);
	assert_int_equal(ring(0), 0);
	assert_int_equal(get(0, STATUS), 1);
	assert_false(interrupted(0));
}

/* ---- what passes ---- */

/* In the order in which a kernel's clock driver asks about a clock that it uses. */
static void a_clock_of_its_own(void **state)
{
	(void)state;
	running();
	assert_int_equal(pass(0, CLOCK(0), 0, NULL), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 0x10001);
	assert_int_equal(pass(0, CLOCK(1), 0, NULL), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 64);
	assert_int_equal(PASS(0, CLOCK(3), 11), 0);
	assert_int_equal(PASS(0, CLOCK(4), 11, 0), 0);
	assert_int_equal(get(0, LENGTH), 36);
	assert_int_equal(PASS(0, CLOCK(5) | TOKEN(0x3ff), 0, 11, 50000000, 0), 0);
	assert_int_equal(sm.rate[11], 50000000);
	assert_int_equal(PASS(0, CLOCK(6), 11), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 50000000);
	assert_int_equal(PASS(0, CLOCK(7), 11, 1), 0);
	assert_int_equal(sm.clock_on[11], 1);
	assert_int_equal(PASS(0, 0x11 << 10 | 4, 0, 5, 0x40000000), 0);
	assert_int_equal(sm.power[5], 0x40000000);
	assert_int_equal(sm.requests, 8);
}

/* The platform knows the request by a token of the hypervisor's, the guest by its own. */
static void the_token_is_not_the_guests(void **state)
{
	(void)state;
	running();
	for (hv_u32 i = 0; i < 3; i++) {
		assert_int_equal(PASS(0, CLOCK(6) | TOKEN(777), 11), 0);
		assert_int_equal(sm.last_header, CLOCK(6) | TOKEN(i));
		assert_int_equal(sm.last_count, 1);
	}
}

static void a_platform_error_is_the_guests(void **state)
{
	(void)state;
	running();
	assert_int_equal(PASS(0, 0x11 << 10 | 3, 5), -1); /* the model has no POWER_DOMAIN_ATTRIBUTES */
	assert_int_equal(get(0, LENGTH), 8);
}

static void what_is_refused_is_not_sent(void **state)
{
	static const struct {
		hv_u32 cpu, header, words[4];
		int want;
	} rows[] = {
		{0, CLOCK(5), {0, 20, 1, 0}, DENIED}, /* two's clock */
		{0, CLOCK(6), {9}, DENIED},
		{0, CLOCK(5), {0, 40, 1, 0}, DENIED}, /* may only be read */
		{2, CLOCK(5), {0, 11, 1, 0}, DENIED}, /* one's clock */
		{2, 0x11 << 10 | 4, {0, 5, 0}, -1},
		{0, 0x12 << 10 | 3, {0, 0}, -1},      /* system power */
		{0, 0x13 << 10 | 7, {8, 100}, -1},    /* performance level */
		{0, 0x80 << 10 | 6, {1, 0}, -1},      /* end of another machine */
		{0, 0x82 << 10 | 5, {1}, -1},
		{0, 0x90 << 10 | 5, {0, 11, 1, 0}, -1}, /* not 0x10 */
		{0, 0x94 << 10 | 5, {0, 11, 1, 0}, -1}, /* not 0x14 */
		{0, CLOCK(5) | 0x100, {0, 11, 1, 0}, PROTOCOL},
		{0, CLOCK(5) | 0x10000000, {0, 11, 1, 0}, PROTOCOL},
	};

	(void)state;
	running();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const hv_u32 cpu = rows[i].cpu;

		assert_int_equal(request(cpu, rows[i].header, 4, rows[i].words), 0);
		assert_int_equal(status(cpu, rows[i].header), rows[i].want);
		assert_int_equal(newest(cpu).kind, J_SCMI);
		assert_int_equal(newest(cpu).verdict, DENY);
		assert_int_equal(newest(cpu).esr, rows[i].header);
		assert_true(newest(cpu).detail == (hv_u64)(int64_t)rows[i].want);
		assert_true(newest(cpu).ipa == SCMI_IPA);
	}
	serve();
	assert_int_equal(sm.requests, 0);
}

static void nothing_passes_without_a_platform(void **state)
{
	(void)state;
	running();
	hv_scmi_launch(NULL);
	assert_int_equal(REQUEST(0, CLOCK(6), 11), 0);
	assert_int_equal(status(0, CLOCK(6)), COMMS);
	assert_int_equal(newest(0).kind, J_SCMI);
	serve();
	assert_int_equal(sm.requests, 0);
}

/* ---- while one is outstanding ---- */

static void nothing_changes_what_was_rung(void **state)
{
	(void)state;
	running();
	sm.rate[11] = 1234;
	assert_int_equal(REQUEST(0, CLOCK(6), 11), 0);
	assert_int_equal(get(0, STATUS), 0);
	set(0, PAYLOAD, 20); /* another's clock */
	set(0, HEADER, 0x13 << 10 | 7);
	set(0, STATUS, 1);
	for (int i = 0; i < 50; i++)
		assert_true(ring(0) == BUSY);
	assert_int_equal(get(0, STATUS), 0);
	tick();
	take_irqs(0);
	tick();
	take_irqs(0);
	assert_int_equal(status(0, CLOCK(6)), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 1234);
	assert_int_equal(sm.requests, 1);
}

/* A ring of one vCPU, while the other rings and reads as well: one request, one reply. */
static void both_vcpus(void **state)
{
	(void)state;
	running();
	(void)hvc(0, 0xc4000003, 1, 0x50000100, 0); /* CPU_ON */
	take_irqs(1);
	loop(1);
	assert_int_equal(REQUEST(1, CLOCK(6), 10), 0);
	assert_true(ring(0) == BUSY);
	assert_int_equal(get(0, STATUS), 0);
	tick();
	tick();
	take_irqs(0); /* the reply's kick goes to vCPU 0 */
	assert_int_equal(get(1, STATUS), 1);
	assert_true(interrupted(0));
	assert_int_equal(sm.requests, 1);
}

/* ---- a platform in trouble ---- */

static void a_silent_platform_costs_its_time_and_no_more(void **state)
{
	hv_u64 before;

	(void)state;
	running();
	before = fake.counter;
	sm.fault = FAKE_SM_SILENT;
	assert_int_equal(REQUEST(0, CLOCK(6), 11), 0);
	assert_in_range(fake.counter - before, 0, 200); /* the exit itself waits for nothing */
	while (get(0, STATUS) == 0) {
		tick();
		take_irqs(0);
		assert_in_range(fake.counter - before, 0, 20000);
	}
	assert_int_equal(status(0, CLOCK(6)), COMMS);
	assert_in_range(fake.counter - before, 5000, 8000); /* 5000 us, ticks of 1000 us */
}

static void each_damage_is_a_communication_error(void **state)
{
	static const enum fake_sm_fault faults[] = {FAKE_SM_LONG, FAKE_SM_SHORT, FAKE_SM_TOKEN,
						    FAKE_SM_ERROR, FAKE_SM_GARBAGE};

	(void)state;
	running();
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		sm.fault = faults[i];
		assert_int_equal(PASS(0, CLOCK(6), 11), COMMS);
		assert_int_equal(get(0, LENGTH), 8);
		assert_int_equal(PASS(0, CLOCK(6), 11), 0);
	}
}

/* Given up, and it comes after all. What is asked next is not answered by it. */
static void a_late_reply_is_nobodys(void **state)
{
	(void)state;
	running();
	sm.rate[10] = 10;
	sm.rate[11] = 11;
	sm.delay = 9; /* looks at the status word: one a tick */
	assert_int_equal(PASS(0, CLOCK(6), 10), COMMS);
	sm.delay = 0;
	assert_int_equal(PASS(0, CLOCK(6), 11), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 11);
	assert_int_equal(sm.requests, 2);
}

/* The firmware never gives the buffer back: everybody gets an error in the time that one has. */
static void a_dead_platform(void **state)
{
	(void)state;
	running();
	sm.fault = FAKE_SM_DEAD;
	assert_int_equal(PASS(0, CLOCK(6), 10), COMMS);
	assert_int_equal(PASS(0, CLOCK(6), 10), COMMS);
	assert_int_equal(PASS(2, CLOCK(6), 20), COMMS);
}

/* ---- two guests ---- */

static void turns(void **state)
{
	hv_u32 served[2] = {0, 0};

	(void)state;
	running();
	sm.rate[20] = 20;
	for (hv_u32 i = 0; i < 40; i++) {
		if (get(0, STATUS) == 1) {
			served[0]++;
			assert_int_equal(REQUEST(0, CLOCK(6), 10), 0);
		}
		if (get(2, STATUS) == 1) {
			served[1]++;
			assert_int_equal(get(2, PAYLOAD + 4), served[1] == 1 ? 0 : 20);
			assert_int_equal(REQUEST(2, CLOCK(6), 20), 0);
		}
		tick();
		take_irqs(0);
		take_irqs(2);
	}
	assert_true(served[0] > 10 && served[1] > 10);
	assert_in_range(served[0], served[1] - 1, served[1] + 1);
}

/* The hypervisor's own request has the buffer; the guest's goes out behind it. */
static void the_hypervisors_own_comes_between(void **state)
{
	const struct hv_scmi_msg own = {.header = 0x4000};
	struct hv_scmi_msg reply;
	enum hv_smt_state exchange;

	(void)state;
	running();
	sm.rate[11] = 77;
	assert_true(hv_hal_scmi_send(&scmi, &own));
	assert_int_equal(REQUEST(0, CLOCK(6), 11), 0);
	step(0);
	assert_int_equal(sm.requests, 1);
	assert_int_equal(get(0, STATUS), 0);
	assert_true(hv_hal_scmi_poll(&scmi, &reply, &exchange));
	assert_int_equal(exchange, HV_SMT_DONE);
	assert_int_equal(reply.word[1], 0x20001);
	for (int i = 0; i < 3; i++) {
		tick();
		take_irqs(0);
	}
	assert_int_equal(status(0, CLOCK(6)), 0);
	assert_int_equal(get(0, PAYLOAD + 4), 77);
}

/* ---- lives ---- */

static void restart(hv_u32 cpu)
{
	(void)hvc(cpu, 0x84000009, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	if (cpu == 0)
		loop(1);
	loop(cpu);
	assert_int_equal(fake.end, FAKE_ENTERED);
	enable(cpu);
}

static void a_new_life_begins_with_an_empty_buffer(void **state)
{
	(void)state;
	running();
	assert_int_equal(PASS(2, CLOCK(6), 20), 0);
	restart(2);
	assert_int_equal(get(2, STATUS), 1);
	for (hv_u32 offset = 8; offset < 0x80; offset += 4)
		assert_int_equal(get(2, offset), 0);
}

/* Posted, not sent yet, and its partition restarts: it is never sent. */
static void a_restart_takes_back_what_was_not_sent(void **state)
{
	(void)state;
	running();
	assert_int_equal(REQUEST(2, CLOCK(7), 20, 1), 0);
	restart(2);
	serve();
	take_irqs(2);
	assert_int_equal(sm.requests, 0);
	assert_int_equal(get(2, STATUS), 1);
	assert_false(interrupted(2));
}

/* Sent, and its partition restarts: the reply is not given to the next life, nor its interrupt. */
static void a_late_reply_is_not_the_next_lifes(void **state)
{
	(void)state;
	running();
	sm.rate[20] = 4711;
	sm.delay = 2;
	assert_int_equal(REQUEST(2, CLOCK(6), 20), 0);
	tick();
	assert_int_equal(sm.requests, 1);
	restart(2);
	serve();
	take_irqs(2);
	assert_int_equal(get(2, STATUS), 1);
	assert_int_equal(get(2, PAYLOAD + 4), 0);
	assert_false(interrupted(2));
	assert_int_equal(PASS(2, CLOCK(6), 20), 0);
	assert_int_equal(get(2, PAYLOAD + 4), 4711);
}

/* The same, and the next life asks before the reply to the first one is there. */
static void a_new_life_waits_for_the_mail_of_the_old_one(void **state)
{
	(void)state;
	running();
	sm.rate[20] = 4711;
	sm.delay = 4;
	assert_int_equal(REQUEST(2, CLOCK(7), 20, 1), 0);
	tick();
	restart(2);
	assert_int_equal(REQUEST(2, CLOCK(6) | TOKEN(9), 20), 0);
	assert_true(ring(2) == BUSY);
	for (int i = 0; i < 20 && get(2, STATUS) == 0; i++) {
		tick();
		take_irqs(2);
	}
	assert_int_equal(status(2, CLOCK(6) | TOKEN(9)), 0);
	assert_int_equal(get(2, PAYLOAD + 4), 4711);
	assert_int_equal(get(2, LENGTH), 16);
	assert_int_equal(sm.requests, 2);
}

static void three_lives_in_one_exchange(void **state)
{
	(void)state;
	running();
	sm.rate[20] = 4711;
	sm.delay = 4;
	assert_int_equal(REQUEST(2, CLOCK(7), 20, 1), 0);
	tick();
	restart(2);
	assert_int_equal(REQUEST(2, CLOCK(5), 0, 20, 1, 0), 0); /* never sent: its life ends first */
	restart(2);
	for (int i = 0; i < 20; i++) {
		tick();
		take_irqs(2);
	}
	assert_int_equal(get(2, STATUS), 1);
	assert_int_equal(sm.requests, 1);
	assert_int_equal(sm.rate[20], 4711);
	sm.delay = 0;
	assert_int_equal(PASS(2, CLOCK(6), 20), 0);
}

/* Posted, and its partition ends for good: it is not sent either. */
static void off_takes_back_what_was_not_sent(void **state)
{
	(void)state;
	running();
	assert_int_equal(REQUEST(2, CLOCK(7), 20, 1), 0);
	(void)hvc(2, 0x84000008, 0, 0, 0);
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	serve();
	assert_int_equal(sm.requests, 0);
}

/* Its last life waits for the mail of the one before, and ends: nothing of it is sent later. */
static void off_forgets_what_waits(void **state)
{
	(void)state;
	running();
	sm.delay = 4;
	assert_int_equal(REQUEST(2, CLOCK(6), 20), 0);
	tick();
	restart(2);
	assert_int_equal(REQUEST(2, CLOCK(7), 20, 1), 0);
	(void)hvc(2, 0x84000008, 0, 0, 0);
	loop(2);
	for (int i = 0; i < 20; i++) {
		tick();
		take_irqs(2);
	}
	assert_int_equal(sm.requests, 1);
	assert_int_equal(sm.clock_on[20], 0);
}

static void off_drops_what_is_outstanding(void **state)
{
	(void)state;
	running();
	assert_int_equal(REQUEST(2, CLOCK(6), 20), 0);
	tick();
	(void)hvc(2, 0x84000008, 0, 0, 0);
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	serve();
	take_irqs(2);
	assert_int_equal(PASS(0, CLOCK(6), 10), 0); /* the other one goes on */
}

/* ---- all at once ---- */

/* What a guest of the random test has asked and not seen answered; 0: nothing. */
static hv_u32 asked[2], asked_header[2];
static const hv_u32 cpu_of[2] = {0, 2};

/* One may set clocks 10 to 12 and read 40, two may set 20; nobody else's may move. */
static bool may_set(hv_u32 guest, hv_u32 clock)
{
	return guest == 0 ? clock >= 10 && clock <= 12 : clock == 20;
}

/* Guest g sets clocks to 1000 * (g + 1) + n, n below 1000: so each rate tells who set it. */
static void ask_at_random(hv_u32 guest)
{
	static hv_u32 token;
	const hv_u32 own = guest == 0 ? 10 + (hv_u32)rnd(3) : 20;
	const hv_u32 clock = rnd(4) == 0 ? 1 + (hv_u32)rnd(63) : own;
	const hv_u32 header = CLOCK(rnd(2) == 0 ? 5 : 6) | TOKEN(token++ % 1024);
	const hv_u32 words[4] = {(header & 0xff) == 6 ? clock : 0, clock,
				 1000 * (guest + 1) + (hv_u32)rnd(1000), 0};

	if (asked[guest] != 0) {
		assert_true(ring(cpu_of[guest]) == BUSY || get(cpu_of[guest], STATUS) == 1);
		return;
	}
	assert_int_equal(request(cpu_of[guest], header, (header & 0xff) == 6 ? 1 : 4, words), 0);
	asked[guest] = clock;
	asked_header[guest] = header;
}

static void look_at_reply(hv_u32 guest)
{
	const hv_u32 cpu = cpu_of[guest], clock = asked[guest];
	const bool sets = (asked_header[guest] & 0xff) == 5;
	int answer;

	if (clock == 0 || get(cpu, STATUS) == 0)
		return;
	asked[guest] = 0;
	assert_int_equal(get(cpu, HEADER), asked_header[guest]);
	answer = (int)get(cpu, PAYLOAD);
	if (!may_set(guest, clock) && (sets || guest != 0 || clock != 40)) {
		assert_int_equal(answer, DENIED);
		return;
	}
	assert_true(answer == 0 || answer == COMMS);
	if (answer == 0 && !sets && clock != 40 && get(cpu, PAYLOAD + 4) != 0)
		assert_int_equal(get(cpu, PAYLOAD + 4) / 1000, guest + 1);
}

static void check_clocks(void)
{
	for (hv_u32 clock = 0; clock < 64; clock++) {
		const hv_u64 rate = sm.rate[clock];

		assert_true(rate == 0 || (may_set(0, clock) && rate / 1000 == 1) ||
			    (may_set(1, clock) && rate / 1000 == 2));
	}
}

/* Two guests, a platform with moods, restarts at any time: nobody gets or sets another's. */
static void random_lives(void **state)
{
	const hv_u64 events = seeded_number("HAVEN_EVENTS", 20000);
	hv_u32 lives = 0;

	(void)state;
	running();
	for (hv_u64 i = 0; i < events; i++) {
		const hv_u32 guest = (hv_u32)rnd(2);

		switch (rnd(12)) {
		case 0:
			sm.delay = (hv_u32)rnd(8);
			break;
		case 1:
			if (rnd(4) == 0)
				sm.fault = (enum fake_sm_fault)(FAKE_SM_LONG + rnd(5));
			break;
		case 2:
			set(cpu_of[guest], 4 * (hv_u32)(5 + rnd(27)), (hv_u32)rnd(1 << 20));
			if (asked[guest] == 0)
				set(cpu_of[guest], STATUS, 1);
			break;
		case 3:
			if (rnd(8) == 0) {
				restart(2);
				asked[1] = 0;
				lives++;
				assert_int_equal(get(2, STATUS), 1);
				assert_int_equal(get(2, PAYLOAD + 4), 0);
			}
			break;
		case 4:
		case 5:
		case 6:
			tick();
			break;
		case 7:
		case 8:
			take_irqs(3);
			take_irqs(cpu_of[guest]);
			break;
		default:
			ask_at_random(guest);
			break;
		}
		look_at_reply(0);
		look_at_reply(1);
		fake_log_clear();
	}
	check_clocks();
	assert_true(sm.requests > events / 40 && lives > events / 400);
	assert_int_equal(sm.taken[0x14], sm.requests);
}

/* ---- set-up ---- */

static void a_buffer_that_is_memory_is_refused(void **state)
{
	static const hv_u64 bad[] = {0x50000000, 0x90000000, SCMI_IPA + 8, UART_IPA, GICD_IPA + 0x1000,
				     GICR_IPA};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hv_partition_config wrong[2] = {hv_config.partitions[0], hv_config.partitions[1]};
		struct hv_config config = hv_config;
		const struct hv_setup_platform platform = {
			.tables = hv_stage2_tables, .pool_pa = (hv_u64)(uintptr_t)hv_stage2_tables,
			.table_count = hv_stage2_table_count, .pa_bits = 48};
		struct hv_setup_error error;
		struct hv_stage2_vtcr vtcr;

		wrong[0].scmi.ipa = bad[i];
		config.partitions = wrong;
		assert_int_equal(hv_setup(&config, &platform, &vtcr, &error), HV_EINVAL);
		assert_string_equal(error.step, "SCMI buffer");
		assert_string_equal(error.partition, "one");
		assert_true(error.value == bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_is_answered_at_once),
		cmocka_unit_test(other_widths),
		cmocka_unit_test(rings_that_are_none),
		cmocka_unit_test(without_a_channel_the_call_is_unknown),
		cmocka_unit_test(polling_gets_no_interrupt),
		cmocka_unit_test(a_clock_of_its_own),
		cmocka_unit_test(the_token_is_not_the_guests),
		cmocka_unit_test(a_platform_error_is_the_guests),
		cmocka_unit_test(what_is_refused_is_not_sent),
		cmocka_unit_test(nothing_passes_without_a_platform),
		cmocka_unit_test(nothing_changes_what_was_rung),
		cmocka_unit_test(both_vcpus),
		cmocka_unit_test(a_silent_platform_costs_its_time_and_no_more),
		cmocka_unit_test(each_damage_is_a_communication_error),
		cmocka_unit_test(a_late_reply_is_nobodys),
		cmocka_unit_test(a_dead_platform),
		cmocka_unit_test(turns),
		cmocka_unit_test(the_hypervisors_own_comes_between),
		cmocka_unit_test(a_new_life_begins_with_an_empty_buffer),
		cmocka_unit_test(a_restart_takes_back_what_was_not_sent),
		cmocka_unit_test(a_late_reply_is_not_the_next_lifes),
		cmocka_unit_test(a_new_life_waits_for_the_mail_of_the_old_one),
		cmocka_unit_test(three_lives_in_one_exchange),
		cmocka_unit_test(off_takes_back_what_was_not_sent),
		cmocka_unit_test(off_forgets_what_waits),
		cmocka_unit_test(off_drops_what_is_outstanding),
		cmocka_unit_test(random_lives),
		cmocka_unit_test(a_buffer_that_is_memory_is_refused),
	};

	seeded_start(20261121);
	return RUN_ISOLATED(tests);
}
