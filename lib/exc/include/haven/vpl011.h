/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_VPL011_H
#define HAVEN_VPL011_H
/**
 * @file
 * Emulated PL011 UART (r1p5) between a guest and two console rings.
 *
 * Transmit: a character goes into the `tx` ring, which plays the FIFO. FR.TXFF is "ring
 * full"; a guest that looks at it, or writes at most 16 characters per transmit
 * interrupt as the FIFO's half asks for, loses nothing at any speed. Characters written
 * to a full ring are dropped and counted. The transmit interrupt is latched when
 * a write leaves at least 32 free places; a ring fuller than that takes it back, and
 * it comes again when the other side has drained the ring to a quarter. FR.BUSY is
 * set only while the ring is full: what is in the ring will be sent whatever the guest does.
 *
 * Receive: RXRIS at the level of IFLS or, with the FIFO off, from 1; RTRIS while anything
 * waits. Both follow the ring: ICR cannot clear what is still true, so nothing gets
 * stuck. No line errors, no break, modem inputs always ready, no DMA. Baud
 * rate, UARTEN, TXE, RXE and loopback are remembered and have no effect, because early
 * consoles write without any set-up.
 *
 * Locking: all calls of the guest's side under the lock of the partition.
 * hv_vpl011_drained() alone belongs to the CPU that drains the ring.
 *
 * Source: Arm DDI 0183 (PL011 TRM) r1p5, chapter 3.
 */
#include <haven/ring.h>
#include <haven/types.h>

struct hv_vpl011 {
	struct hv_ring *tx; /**< This is its producer. */
	struct hv_ring *rx; /**< This is its consumer. */
	hv_u32 tx_waiting;  /**< Atomic: the ring got too full, someone waits for it to drain. */
	hv_u32 dropped;     /**< Characters written while TXFF; wraps. */
	hv_u16 ibrd, fbrd, lcr_h, cr, ifls, imsc, ilpr, dmacr;
	bool tx_ris;
};

/** What a guest's access came to. */
enum hv_vpl011_verdict {
	HV_VPL011_DONE = 0, /**< Emulated; reserved offsets RAZ/WI. */
	HV_VPL011_REFUSED,  /**< 64-bit, or not at a register's own address: HV_CAUSE_MMIO. */
};

/** What else the caller has to do. */
struct hv_vpl011_fx {
	bool level; /**< Interrupt line (UARTINTR): hand it to the virtual GIC. */
	bool wake;  /**< The service CPU may sleep and has to be told that there is output. */
};

/**
 * Connect the rings, and hv_vpl011_reset().
 *
 * Who: boot code, once, before any other CPU may touch it.
 * Cost: constant.
 */
void hv_vpl011_init(struct hv_vpl011 *uart, struct hv_ring *tx, struct hv_ring *rx);

/**
 * Registers as after a reset. The rings, their contents and the count of dropped
 * characters stay.
 *
 * Who: at each (re)start of the partition, while none of its vCPUs runs; the other side
 * may go on draining.
 * Cost: constant.
 */
void hv_vpl011_reset(struct hv_vpl011 *uart);

/**
 * One access of the guest.
 *
 * @param offset  From the frame's base, 0..0xfff.
 * @param size    1, 2 or 4 bytes; others are refused.
 * @param value   In for a write, out for a read.
 * @param fx      Written on HV_VPL011_DONE only.
 *
 * Cost: constant.
 */
HV_MUST_CHECK
enum hv_vpl011_verdict hv_vpl011_access(struct hv_vpl011 *uart, hv_u32 offset, hv_u32 size,
					bool write, hv_u64 *value, struct hv_vpl011_fx *fx);

/**
 * The rings moved: find the interrupt line anew.
 *
 * Who: a CPU of the partition, after it was kicked by the service CPU.
 * @return UARTINTR. Cost: constant.
 */
HV_MUST_CHECK
bool hv_vpl011_update(struct hv_vpl011 *uart);

/**
 * Bytes were taken out of the `tx` ring.
 *
 * Who: the consumer of the ring, after each batch.
 * @return true: kick a CPU of the partition to call hv_vpl011_update(). At most once per
 *         time that the ring got too full, so a flood costs few kicks.
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_vpl011_drained(struct hv_vpl011 *uart);

#endif
