/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_LAYOUT_H
#define PROBE_LAYOUT_H
/* Sizes that C and assembly share. */
#define MAX_VCPUS  4
#define STACK_SIZE 16384
#define FRAME_SIZE 272 /* struct frame */
#endif
