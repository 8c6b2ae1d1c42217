/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_ITS_H
#define HAVEN_FAKE_ITS_H
/**
 * @file
 * A GICv3 with LPIs: distributor, redistributors and an ITS as their drivers see them, after
 * IHI 0069 alone: it shares no code and no constant with lib/irq or the drivers.
 *
 * Strict where the architecture leaves a choice: the LPI configuration counts only once it
 * was read by INVALL, a mapping only once a SYNC to its target has passed, tables and
 * pending tables must be zero where software has to zero them. What is UNPREDICTABLE
 * fails the test (tables of an ITS or a redistributor that is on, a command queue that is not
 * 64 KB aligned). Translation tables are read from memory at each interrupt, so that what
 * overlaps shows.
 *
 * Commands: MAPD, MAPC, MAPTI, INVALL, SYNC. Memory is fake_dram.h.
 */
#include <haven/types.h>

#define FAKE_ITS_CPUS 4u
#define FAKE_ITS_LPIS 8192u

/** Answer that never comes, for a number of polls. */
#define FAKE_ITS_NEVER (~0u)

struct fake_redist {
	/* For the test to set, after fake_gic_init(). */
	hv_u64 typer;         /**< GICR_TYPER */
	bool noncoherent;     /**< Shareability reads 0. */
	bool sticky;          /**< EnableLPIs cannot be cleared. */
	bool dead;            /**< EnableLPIs cannot be set. */
	hv_u64 address_mask;  /**< Implemented address bits of both tables. */
	/* What the software made of it. */
	hv_u32 ctlr, waker;
	hv_u64 propbaser, pendbaser;
	hv_u32 sgi_frame[0x10000 / 4];
	hv_u8 config[FAKE_ITS_LPIS]; /**< As INVALL read it. */
	bool unsynced;               /**< A command for it came after its last SYNC. */
};

struct fake_its {
	/* For the test to set, after fake_gic_init(). */
	hv_u64 typer;         /**< GITS_TYPER */
	bool noncoherent;     /**< Shareability of the tables reads 0 ... */
	bool noncoherent_queue; /**< ... and of the command queue. */
	bool large_pages;     /**< Page_Size reads 64 KB, whatever is written. */
	bool dead;            /**< Enabled cannot be set. */
	bool drops;           /**< Goes on behind a command that it does not take. */
	hv_u32 quiescence;    /**< Polls of GITS_CTLR until it is quiescent. */
	hv_u32 latency;       /**< Polls of GITS_CREADR for each command; 0: at once. */
	/* What the software made of it. */
	hv_u64 baser[8];
	hv_u64 cbaser, cwriter, creadr;
	bool enabled;
	hv_u32 polls;
	hv_u32 commands;      /**< Consumed since power-on. */
	const char *refused;  /**< Why it stalled, or dropped a command. NULL: it never did. */
};

struct fake_gic {
	hv_u32 gicd_typer;
	hv_u32 gicd[0x10000 / 4];
	struct fake_redist redist[FAKE_ITS_CPUS];
	hv_u64 redist_base;
	struct fake_its its;
};
extern struct fake_gic fake_gic;

/** Power-on state of QEMU's, on the bus: distributor of 64 KB, redistributors of 128 KB each,
 *  ITS of 64 KB. The system registers of a CPU interface come with it. */
void fake_gic_init(hv_u64 gicd, hv_u64 gicr, hv_u64 its);
/** Let CPU @p cpu execute from now on: its affinity is 0.0.0.cpu. */
void fake_gic_on(hv_u32 cpu);

/**
 * A device writes @p event to GITS_TRANSLATER.
 *
 * @return true if LPI @p lpi becomes pending at CPU @p cpu; false: nothing happens.
 */
bool fake_its_translate(hv_u32 device, hv_u32 event, hv_u32 *lpi, hv_u32 *cpu);

/** @name Between the files of the model @{ */
extern const struct fake_mmio_model fake_its_model;
/** Consume what CWRITER allows; @p most commands. */
void fake_its_consume(struct fake_its *its, hv_u32 most);
/** Is [pa, pa + size) zero, as this device sees it? */
bool fake_its_is_zero(hv_u64 pa, hv_u64 size, bool snoop);
/** Do accesses by this GITS_BASER<n> or GITS_CBASER value see the CPU's caches? */
bool fake_its_snoops(hv_u64 baser);
/** The redistributor reads the configuration of all LPIs. */
void fake_redist_read_config(struct fake_redist *redist);
/** @} */

#endif
