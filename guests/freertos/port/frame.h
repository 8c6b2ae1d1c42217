/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_FRAME_H
#define PORT_FRAME_H
/**
 * @file
 * Layout of a task's saved context, shared by vectors.S and port.c.
 *
 * The frame lies on the task's own stack; its address is what the kernel keeps as
 * the first word of a task control block. The whole FP/SIMD state is part of every
 * frame: the compiler may use vector registers in any task, so there is no task
 * without it.
 */
#define FRAME_X    0   /* x0..x30, 31 words */
#define FRAME_ELR  248
#define FRAME_SPSR 256
#define FRAME_FPCR 264
#define FRAME_FPSR 272
#define FRAME_V    288 /* v0..v31, 16 bytes each, 16-byte aligned */
#define FRAME_SIZE 800

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct port_frame {
	uint64_t x[31];
	uint64_t elr;
	uint64_t spsr;
	uint64_t fpcr;
	uint64_t fpsr;
	uint64_t unused;
	uint64_t v[32][2];
};

_Static_assert(offsetof(struct port_frame, elr) == FRAME_ELR, "elr");
_Static_assert(offsetof(struct port_frame, spsr) == FRAME_SPSR, "spsr");
_Static_assert(offsetof(struct port_frame, fpcr) == FRAME_FPCR, "fpcr");
_Static_assert(offsetof(struct port_frame, fpsr) == FRAME_FPSR, "fpsr");
_Static_assert(offsetof(struct port_frame, v) == FRAME_V, "v0");
_Static_assert(sizeof(struct port_frame) == FRAME_SIZE, "size");
_Static_assert(FRAME_SIZE % 16 == 0, "SP stays 16-byte aligned");
#endif
#endif
