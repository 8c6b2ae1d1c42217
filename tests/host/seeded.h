/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers that can be had again: HAVEN_SEED sets the seed, and each program says
 * which one it used. HAVEN_EVENTS sets how many random events a program makes.
 */
#ifndef SEEDED_H
#define SEEDED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seeded_state;

static uint64_t seeded_number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 0);
}

static void seeded_start(uint64_t otherwise)
{
	seeded_state = seeded_number("HAVEN_SEED", otherwise);
	printf("HAVEN_SEED=%llu\n", (unsigned long long)seeded_state);
	fflush(stdout);
	if (seeded_state == 0)
		seeded_state = 1; /* zero is a fixed point of what follows */
}

/* xorshift64: 0 .. below - 1, and nearly even for what tests ask. */
static uint64_t rnd(uint64_t below)
{
	seeded_state ^= seeded_state << 13;
	seeded_state ^= seeded_state >> 7;
	seeded_state ^= seeded_state << 17;
	return (seeded_state >> 11) % below;
}

#endif
