/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_H
#define PORT_H
/**
 * @file
 * Between the files of the port, and between port and application.
 */
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* Asked of the application. */

/** An interrupt other than the tick and the yield SGI; runs masked, the port ends it. */
void vApplicationInterrupt(uint32_t intid);

/** An exception that no task survives; @p vector is its index in the vector table. */
__attribute__((noreturn)) void vApplicationFault(const struct port_frame *frame, uint64_t vector);

/**
 * Multi-core: bring up @p core at EL1 with caches and FP on and SP_EL1 on a stack of its
 * own, then call vPortCoreMain() there.
 *
 * @return pdPASS, or pdFAIL when the core cannot be started.
 */
long xApplicationStartCore(long core);

/* Offered to the application. */

/** First C code of a further core; does not return while the scheduler runs. */
void vPortCoreMain(void);

/** Multi-core: a further core has left the scheduler for good; power it off. */
__attribute__((noreturn)) void vApplicationStopCore(void);

/**
 * Counter value (CNTVCT) at which tick @p n falls due. Tick 0 is the scheduler's start.
 *
 * Exact for every counter frequency: deadlines are computed from @p n and never summed.
 */
uint64_t port_tick_deadline(uint64_t n);

/** Whether a tick has fallen due that core 0 has not served yet. */
bool port_tick_due(void);

/** Let INTID @p intid, an SPI, reach the calling core. */
void gic_enable_spi(uint32_t intid);

/* Between the files of the port. */

#define PORT_YIELD_SGI   0U
#define PORT_TICK_INTID 27U /* EL1 virtual timer (Arm BSA: PPI 11) */

void gic_init_distributor(void);
void gic_init_core(void);
void gic_send_sgi(uint32_t sgi, long core);
uint32_t gic_acknowledge(void);
void gic_end(uint32_t intid);

void port_tick_start(void);
void port_tick_stop(void);
/** Arm the next deadline; called once per tick interrupt, before its end. */
void port_tick_next(void);

/** Leave for good when a task has ended the scheduler, whatever this core was about to do. */
void port_leave_if_ending(void);

/** Start the cores that come after core 0. */
long port_start_cores(void);

/* vectors.S */
extern char port_vectors[];
/**
 * Resume @p frame on this core.
 *
 * @param return_sp  Where to note the way back, or NULL on a core that never returns.
 */
void port_enter_scheduler(struct port_frame *frame, uint64_t *return_sp);
/** Return from the port_enter_scheduler() that noted @p return_sp; interrupts stay masked. */
__attribute__((noreturn)) void port_leave_scheduler(uint64_t return_sp);

/* Called by vectors.S: each takes the interrupted frame, gives the one to resume. */
struct port_frame *port_irq(struct port_frame *frame);
struct port_frame *port_svc(struct port_frame *frame);
#endif
