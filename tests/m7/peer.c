/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End A of the mailbox, on the build host: m7_peer FILE, which is the memory that QEMU
 * gives its Cortex-M7 at the window's address. Each step waits until the other end has
 * done its part; the caller limits the time of all.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <haven/mailbox.h>

#define SIZE  0x10000u
#define SLOTS 16u

static struct hv_mailbox box;
static hv_u8 *window;

static _Noreturn void fail(const char *what)
{
	printf("peer: FAILED: %s\n", what);
	exit(1);
}

static void expect(bool good, const char *what)
{
	if (!good)
		fail(what);
}

/* The other end may need this CPU. */
static void pause_a_bit(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

static void wait_up(void)
{
	enum hv_mailbox_link link;

	while ((link = hv_mailbox_poll(&box)) != HV_MAILBOX_UP) {
		expect(link != HV_MAILBOX_BROKEN, "the M7's counts");
		pause_a_bit();
	}
}

static void wait_restart(void)
{
	while (hv_mailbox_poll(&box) != HV_MAILBOX_RESTARTED)
		pause_a_bit();
	wait_up();
}

static void begin(void)
{
	expect(hv_mailbox_open(&box, window, SIZE, HV_MAILBOX_A, SLOTS) == HV_OK, "open");
	wait_up();
}

static void request(const void *data, hv_u32 length)
{
	hv_status_t status;

	do {
		status = hv_mailbox_send(&box, data, length);
	} while (status == HV_ENOSPC);
	expect(status == HV_OK, "send");
}

static hv_u32 reply(hv_u8 *data)
{
	hv_status_t status;
	hv_u32 length = 0;

	while ((status = hv_mailbox_receive(&box, data, &length)) == HV_ENOSPC)
		pause_a_bit();
	expect(status == HV_OK, "receive");
	return length;
}

static void fill(hv_u8 *data, hv_u32 number, hv_u32 length)
{
	data[0] = 'E';
	for (hv_u32 i = 1; i < length; i++)
		data[i] = (hv_u8)(number * 31u + i * 7u);
}

static void check_echo(hv_u32 number)
{
	hv_u8 want[HV_MAILBOX_PAYLOAD], got[HV_MAILBOX_PAYLOAD];
	const hv_u32 length = 1 + number % HV_MAILBOX_PAYLOAD;

	fill(want, number, length);
	expect(reply(got) == length && got[0] == 'e', "length of an echo");
	for (hv_u32 i = 1; i < length; i++)
		expect((got[i] ^ want[i]) == 0xff, "content of an echo");
}

/* As many on the way as fit, so that both rings fill and wrap. */
static void echoes(hv_u32 count)
{
	hv_u8 data[HV_MAILBOX_PAYLOAD];

	for (hv_u32 sent = 0, got = 0; got < count;) {
		if (sent < count && sent - got < SLOTS) {
			fill(data, sent, 1 + sent % HV_MAILBOX_PAYLOAD);
			request(data, 1 + sent % HV_MAILBOX_PAYLOAD);
			sent++;
		} else {
			check_echo(got++);
		}
	}
	printf("peer: %u echoes\n", count);
}

static void counts(hv_u32 *requests, hv_u32 *restarts, hv_u32 *damaged)
{
	hv_u8 data[HV_MAILBOX_PAYLOAD];

	request("C", 1);
	expect(reply(data) == 13 && data[0] == 'c', "counts");
	memcpy(requests, &data[1], 4);
	memcpy(restarts, &data[5], 4);
	memcpy(damaged, &data[9], 4);
}

/* Slots and indices as the header lays them out: line of A at 0x40, its ring at 0xc0. */
static void send_damaged(void)
{
	hv_u32 *line = (hv_u32 *)(void *)(window + 0x40);
	hv_u32 *slot = (hv_u32 *)(void *)(window + 0xc0 + 64 * (box.head % SLOTS));

	memset(slot, 0xa5, 64);
	box.head++;
	__atomic_store_n(&line[2], box.head, __ATOMIC_RELEASE);
}

static void break_the_rules(void)
{
	hv_u32 *line = (hv_u32 *)(void *)(window + 0x40);

	__atomic_store_n(&line[2], box.head + 1000, __ATOMIC_RELEASE);
}

static void map(const char *name)
{
	const int file = open(name, O_RDWR);

	expect(file >= 0, "open the memory");
	window = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	expect(window != MAP_FAILED, "map the memory");
}

int main(int argc, char **argv)
{
	hv_u32 requests, restarts, damaged;

	setvbuf(stdout, NULL, _IOLBF, 0);
	expect(argc == 2, "usage: m7_peer FILE");
	map(argv[1]);
	begin();
	echoes(2000);
	send_damaged();
	send_damaged();
	counts(&requests, &restarts, &damaged);
	expect(requests == 2001 && restarts == 0 && damaged == 2, "counts of the first life");

	request("R", 1);
	wait_restart();
	echoes(200);
	counts(&requests, &restarts, &damaged);
	expect(requests == 201 && damaged == 0, "counts of the second life");
	printf("peer: the M7 came back\n");

	begin(); /* this end starts anew */
	echoes(100);
	break_the_rules();
	wait_restart(); /* it offers a new start */
	echoes(100);
	counts(&requests, &restarts, &damaged);
	expect(restarts == 1, "restarts that the M7 saw");
	printf("peer: done\n");
	return 0;
}
