/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

struct fake_machine fake;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	for (hv_u32 i = 0; i < FAKE_CPUS; i++)
		fake.cpu[i].mpidr = i;
	fake.counter_step = 1;
	fake.pa_bits = 48;
	fake.uart_room = ~0u;
	fake.in = "";
}

void fake_on(hv_u32 cpu)
{
	fake.now = cpu;
}

void fake_memory_add(hv_u64 pa, void *bytes, hv_u64 size)
{
	for (hv_u32 i = 0; i < FAKE_RAMS; i++) {
		if (fake.ram[i].size == 0) {
			fake.ram[i] = (struct fake_ram){.pa = pa, .size = size, .bytes = bytes};
			return;
		}
	}
	abort();
}

void *fake_memory(hv_u64 pa)
{
	for (hv_u32 i = 0; i < FAKE_RAMS; i++) {
		if (pa - fake.ram[i].pa < fake.ram[i].size)
			return fake.ram[i].bytes + (pa - fake.ram[i].pa);
	}
	return NULL;
}

void fake_log(enum fake_kind kind, hv_u64 a, hv_u64 b)
{
	if (fake.events == FAKE_EVENTS)
		fake.events = 0; /* a test that cares clears the log first */
	fake.event[fake.events++] =
		(struct fake_event){.kind = kind, .cpu = fake.now, .a = a, .b = b};
}

void fake_log_clear(void)
{
	fake.events = 0;
}

hv_u32 fake_count(enum fake_kind kind)
{
	hv_u32 n = 0;

	for (hv_u32 i = 0; i < fake.events; i++)
		n += fake.event[i].kind == kind;
	return n;
}

hv_u32 fake_count_a(enum fake_kind kind, hv_u64 a)
{
	hv_u32 n = 0;

	for (hv_u32 i = 0; i < fake.events; i++)
		n += fake.event[i].kind == kind && fake.event[i].a == a;
	return n;
}

const struct fake_event *fake_last(enum fake_kind kind)
{
	for (hv_u32 i = fake.events; i > 0; i--) {
		if (fake.event[i - 1].kind == kind)
			return &fake.event[i - 1];
	}
	return NULL;
}

bool fake_order(enum fake_kind first, enum fake_kind second)
{
	for (hv_u32 i = 0; i < fake.events; i++) {
		if (fake.event[i].kind == second)
			return false;
		if (fake.event[i].kind == first)
			return fake_count(second) != 0;
	}
	return false;
}

_Noreturn void fake_finish(enum fake_end end)
{
	if (!fake.running) {
		fprintf(stderr, "fake: end %d outside of FAKE_RUN(); UART: %s\n", (int)end, fake.out);
		abort();
	}
	fake.end = end;
	longjmp(fake.run, 1);
}
