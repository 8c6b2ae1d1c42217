/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_NEWS_H
#define HAVEN_NEWS_H
/**
 * @file
 * What the service CPU tells the reader of the console: journal records of all
 * CPUs as lines of key=value, and changes in the partitions' lives.
 */
#include <haven/types.h>

/**
 * Print the next record of a CPU, each in its turn, or the next change, if there is room.
 *
 * @param room  Bytes that the console can take now; what does not fit waits.
 * @return true if something is left to print.
 * Cost: one line.
 */
bool hv_news_step(hv_u32 room);

/** True once every partition is off: nothing can start one again. */
bool hv_news_all_off(void);

#endif
