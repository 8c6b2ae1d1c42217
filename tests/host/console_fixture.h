/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONSOLE_FIXTURE_H
#define CONSOLE_FIXTURE_H
/* A multiplexer with three sources, and the screen in front of it. */
#include <haven/console.h>

#include "exc_check.h"

extern struct hv_conmux mux;
extern struct hv_ring tx[3], rx[3];
extern char screen[20000];
extern hv_u32 length;

/* 0 the hypervisor "haven", without keys; 1 and 2 partitions "linux" and "rtos". */
void start(bool plain);
/* Put text into a source's ring. */
void say(hv_u32 source, const char *text);
/* Send up to @p budget bytes to the screen. */
hv_u32 show(hv_u32 budget);
/* Send everything, compare the screen, and clear it. */
void expect(const char *why, const char *want);

#endif
