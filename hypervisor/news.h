/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_NEWS_H
#define HAVEN_NEWS_H
/**
 * @file
 * What the service CPU tells the reader of the console: journal records of all
 * CPUs as lines of key=value, changes in the partitions' lives, and what hv_print() said. One
 * line after the other, each in steps of a few characters. All calls from the service CPU.
 */
#include <haven/ring.h>
#include <haven/types.h>

/** One byte of a line that is told as it is; dropped, and counted, if there is no room. */
void hv_news_say(hv_u8 byte);

/**
 * If no line is in the making, look for the next thing to tell: what was said comes first, then all
 * CPUs' journals and all partitions' states in turn.
 *
 * Cost: one step per CPU and partition, and one journal record.
 */
void hv_news_look(void);

/** @return true if a line is in the making. Cost: constant. */
bool hv_news_writing(void);

/**
 * Write on.
 *
 * @param out  Ring of the console; what finds no room there waits.
 * Cost: 22 characters.
 */
void hv_news_write(struct hv_ring *out);

/** @return true if anything is left to tell. Cost: one step per CPU and partition. */
bool hv_news_waiting(void);

/** True once every partition is off: nothing can start one again. */
bool hv_news_all_off(void);

#endif
