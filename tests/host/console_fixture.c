/* SPDX-License-Identifier: Apache-2.0 */
#include "console_fixture.h"

/* A look may only leave out returns, or find that it is the next one that goes to another source. */
#define EMPTY_LOOKS 4u

struct hv_conmux mux;
struct hv_ring tx[3], rx[3];
char screen[20000];
hv_u32 length;

void start(bool plain)
{
	memset(tx, 0, sizeof(tx));
	memset(rx, 0, sizeof(rx));
	hv_conmux_init(&mux, plain);
	CHECK("add", hv_conmux_add(&mux, "haven", &tx[0], NULL), HV_OK);
	CHECK("add", hv_conmux_add(&mux, "linux", &tx[1], &rx[1]), HV_OK);
	CHECK("add", hv_conmux_add(&mux, "rtos", &tx[2], &rx[2]), HV_OK);
	length = 0;
}

void say(hv_u32 source, const char *text)
{
	for (; *text != '\0'; text++)
		CHECK("ring", hv_ring_put(&tx[source], (hv_u8)*text), true);
}

hv_u32 show(hv_u32 budget)
{
	hv_u32 sent = 0, empty = 0;

	while (sent < budget && empty < EMPTY_LOOKS) {
		const hv_u8 *bytes;
		const hv_u32 ready = hv_conmux_peek(&mux, &bytes);
		const hv_u32 count = ready < budget - sent ? ready : budget - sent;

		assert_true(length + count < sizeof(screen));
		memcpy(&screen[length], bytes, count);
		length += count;
		sent += count;
		hv_conmux_advance(&mux, count);
		empty = count == 0 ? empty + 1 : 0;
	}
	screen[length] = '\0';
	return sent;
}

void expect(const char *why, const char *want)
{
	show(10000);
	if (strcmp(screen, want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", why, screen, want);
	length = 0;
}
