/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_EDU_H
#define PROBE_EDU_H
/**
 * @file
 * QEMU's educational device: a bus master that copies between its own 4 KB buffer and
 * any address, 100 ms after it was told to. Source: QEMU, docs/specs/edu.
 */
#include "pci.h"

#define EDU_ID        0x11e81234u
#define EDU_VERSION   0x010000edu
#define EDU_LIVENESS  0x04u
#define EDU_STATUS    0x20u
#define EDU_IRQ       0x24u
#define EDU_IRQ_RAISE 0x60u
#define EDU_IRQ_ACK   0x64u
#define EDU_DMA_SRC   0x80u
#define EDU_DMA_DST   0x88u
#define EDU_DMA_COUNT 0x90u
#define EDU_DMA_CMD   0x98u
#define EDU_BUFFER    0x40000u /* in addresses of the device's DMA, not in its BAR */
#define EDU_BUFFER_SIZE 4096u
#define DMA_RUN 1u
#define DMA_OUT 2u /* from the device to memory */
#define DMA_IRQ 4u
#define EDU_IRQ_DMA 0x100u /* EDU_IRQ: a DMA is complete */

/* GICv2m frame of the partition, and how MSIs are made: Arm SBSA, GICv2m. */
#define V2M          UINT64_C(0x08090000)
#define V2M_TYPER    0x008u
#define V2M_SETSPI   0x040u

/** First interrupt of the frame, and how many. */
static inline u32 v2m_first(void)
{
	return read32(V2M + V2M_TYPER) >> 16 & 0x3ff;
}

static inline u32 v2m_count(void)
{
	return read32(V2M + V2M_TYPER) & 0x3ff;
}

struct edu {
	u64 config; /**< Configuration space. */
	u64 bar;    /**< Registers. */
	u32 devfn;
	u32 intx;   /**< INTID of its pin. */
};

/** The n-th edu that this partition can see, made to answer and to master the bus. */
bool edu_open(struct edu *edu, u32 n);
/** `command` with DMA_RUN; the address is a bus address. At most one is on its way. */
void edu_start(const struct edu *edu, u64 address, u32 size, u32 command);
bool edu_busy(const struct edu *edu);
/** True as soon as the device is idle, false after twenty seconds. */
bool edu_wait(const struct edu *edu);
/** From memory to the device's buffer, and back; with polling. */
bool edu_load(const struct edu *edu, u64 address, u32 size);
bool edu_store(const struct edu *edu, u64 address, u32 size);
/** Message of an interrupt: what the device writes where. Switches it on. */
void edu_set_msi(const struct edu *edu, u64 address, u32 data);
void edu_no_msi(const struct edu *edu);

#endif
