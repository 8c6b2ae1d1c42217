/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_H
#define HAVEN_FAKE_H
/**
 * @file
 * A machine for tests on the build host: the HAL contract over plain memory.
 *
 * One thread plays all CPUs: fake_on() says whose turn it is. Registers are fields that
 * a test reads and writes; what has no lasting state (barriers, SGIs, calls to EL3)
 * is an event in a log. Functions of the contract that never return end the run
 * that FAKE_RUN() began, and fake.end tells which one it was.
 */
#include <setjmp.h>

#include <haven/hal/cpu.h>
#include <haven/hal/gic.h>
#include <haven/hal/vcpu.h>
#include <haven/smmu_caps.h>

#define FAKE_CPUS    4u
#define FAKE_INTIDS  288u
#define FAKE_LRS     4u
#define FAKE_EVENTS  4096u
#define FAKE_UART    65536u
#define FAKE_RAMS    8u
#define FAKE_HZ      UINT64_C(1000000)
#define FAKE_SMMU_EVENTS 256u
#define FAKE_FUNCTIONS   4u
#define FAKE_ECAM        UINT64_C(0x4010000000)

/** How a run ended. */
enum fake_end {
	FAKE_RETURNED = 0, /**< The code came back. */
	FAKE_ENTERED,      /**< hv_hal_vcpu_enter(): the guest runs; see FAKE_ENTER in the log. */
	FAKE_RESUMED,      /**< hv_hal_vcpu_resume(): the guest goes on; see FAKE_RESUME. */
	FAKE_LOOPED,       /**< hv_hal_cpu_restart_loop() */
	FAKE_ASLEEP,       /**< hv_hal_wait() with nothing pending. */
	FAKE_STOPPED,      /**< hv_hal_stop() */
};

/** What an event is; a and b in the order of the arguments. */
enum fake_kind {
	FAKE_NONE = 0,
	FAKE_ENTER,         /**< entry, context */
	FAKE_LOOP,          /**< stack_top */
	FAKE_WAIT,
	FAKE_CPU_ON,        /**< mpidr, stack_top */
	FAKE_SMC,           /**< x0, x1 */
	FAKE_MMU_ON,        /**< ttbr0, tcr */
	FAKE_MAP_CHANGED,
	FAKE_CPU_INIT,      /**< shared */
	FAKE_STAGE2_USE,    /**< vtcr, vttbr */
	FAKE_STAGE2_FLUSH,
	FAKE_RESET,         /**< vcpu index */
	FAKE_POWER_UP,
	FAKE_QUIESCE,
	FAKE_ZERO,          /**< address, size */
	FAKE_COPY,          /**< address, size */
	FAKE_CLEAN,         /**< address, size */
	FAKE_INSTRUCTIONS,
	FAKE_EOI,           /**< intid */
	FAKE_DEACTIVATE,    /**< intid */
	FAKE_SGI,           /**< target CPU index, sgi */
	FAKE_ROUTE,         /**< intid, mpidr */
	FAKE_ICH_RESET,
	FAKE_TIMER_ARM,     /**< deadline */
	FAKE_TIMER_OFF,
	FAKE_SET_PC,        /**< pc */
	FAKE_RESUME,        /**< pc, stack_top */
	FAKE_SAVE,          /**< context */
	FAKE_LOAD,          /**< context or 0, vttbr */
	FAKE_SMMU_ABORT,    /**< base */
	FAKE_SMMU_ENABLE,   /**< STRTAB_BASE, STRTAB_BASE_CFG */
	FAKE_SMMU_PUBLISH,  /**< address, size */
	FAKE_SMMU_REPLACE,  /**< stream id, word 0 of the entry */
	FAKE_SMMU_ISSUE,    /**< words of the first command */
	FAKE_PCI_READ,      /**< address, size */
	FAKE_PCI_WRITE,     /**< address, value */
	FAKE_ITS_ENABLE,    /**< base */
	FAKE_ITS_ISSUE,     /**< words 0 and 1 of a command */
	FAKE_LPI_ENABLE,    /**< pending table, INTID bits */
};

struct fake_event {
	enum fake_kind kind;
	hv_u32 cpu;
	hv_u64 a, b;
};

/** One register frame with the bitmaps of a distributor or a redistributor's SGI frame. */
struct fake_frame {
	hv_u32 word[0x10000 / 4]; /**< By offset / 4; set- and clear-registers share the set one. */
};

struct fake_cpu {
	struct hv_cpu *self;
	hv_u64 mpidr;
	struct fake_frame redist;
	hv_u32 sgis;             /**< Pending SGIs. */
	hv_u32 irq[16];          /**< Other interrupts that will be acknowledged, in order. */
	hv_u32 irqs;
	hv_u64 lr[16], ich_hcr, ich_vmcr;
	hv_u64 stack_top; /**< Where exits from the guest start. */
	hv_u64 vtcr, vttbr;
	struct hv_exc_regs exit; /**< elr is the PC. */
	struct hv_el1_state el1;
	struct hv_guest_timers timers; /**< The guest's, as far as a test sets them. */
	hv_u64 mdscr;
	bool serror;                   /**< One is pending. */
	struct hv_frame frame;         /**< General registers at FAKE_RESUMED. */
	bool timer_on;
	hv_u64 deadline;
};

/** Physical memory that a test provides. */
struct fake_ram {
	hv_u64 pa, size;
	hv_u8 *bytes;
};

/** The SMMU: what it says of itself, and events to be taken. */
struct fake_smmu {
	struct hv_smmu_idr idr;
	bool on;
	bool stuck;     /**< GBPA does not answer. */
	bool disobeys;  /**< Commands and enabling fail. */
	bool lost;      /**< The event queue has overflowed. */
	hv_u32 errors, cmd_error;
	hv_u64 event[FAKE_SMMU_EVENTS][4];
	hv_u32 events, taken;
};

struct fake_its {
	hv_u64 typer;
	hv_u32 devices, collections;
	bool disobeys, stalls, no_lpis;
};

/** A PCI function. */
struct fake_function {
	bool present;
	hv_u32 bdf;
	hv_u8 space[0x1000];
	hv_u32 bar_mask[6], bar_flags[6]; /**< Address bits that stick, type bits that read. */
};

struct fake_machine {
	struct fake_cpu cpu[FAKE_CPUS];
	hv_u32 now;               /**< CPU whose turn it is. */
	struct fake_frame gicd;
	hv_u64 route[FAKE_INTIDS];
	bool no_redist;           /**< hv_hal_gicr_init() finds none. */
	hv_u64 counter, counter_step; /**< Each look at the counter adds a step. */
	hv_u64 ack_step;          /**< Each look for an interrupt adds this. */
	hv_u32 timer_ppi;         /**< Not 0: the EL2 timer that is due is acknowledged as this. */
	hv_u64 smc_result;
	hv_u64 cpu_on_result;
	void (*secondary)(struct hv_cpu *cpu); /**< What a started CPU does, on its turn. */
	hv_u32 pa_bits;
	hv_u64 id[56];            /**< ID registers. */
	hv_u32 uart_room;         /**< Bytes that the UART still takes. */
	char out[FAKE_UART];      /**< What was sent, NUL-terminated. */
	hv_u32 out_len;
	const char *in;           /**< What is still to be received. */
	struct fake_ram ram[FAKE_RAMS];
	struct fake_smmu smmu;
	struct fake_its its;
	struct fake_function function[FAKE_FUNCTIONS];
	void (*on_pci)(void);     /**< Called in each access to configuration space. */
	struct fake_event event[FAKE_EVENTS];
	hv_u32 events;
	jmp_buf run;
	bool running;
	enum fake_end end;
};

extern struct fake_machine fake;

/** Power-on state: GIC reset values, empty log, no memory. */
void fake_reset(void);
/** Let CPU @p cpu execute from now on. */
void fake_on(hv_u32 cpu);
/** An interrupt other than an SGI becomes pending at a CPU. */
void fake_irq(hv_u32 cpu, hv_u32 intid);
/** Give [pa, pa + size) of the physical memory a buffer. */
void fake_memory_add(hv_u64 pa, void *bytes, hv_u64 size);
/** Where @p pa is, NULL if there is no memory. */
void *fake_memory(hv_u64 pa);

/** Put a record into the SMMU's event queue. */
void fake_smmu_event(hv_u64 type_and_stream, hv_u64 flags, hv_u64 iova, hv_u64 ipa);
/** The PCI function with this bus, device and function number; NULL: none. */
struct fake_function *fake_function(hv_u32 bdf);

/** True if the EL2 timer of the CPU whose turn it is is due and interrupts. */
bool fake_timer_due(void);
/** Forget the events so far. */
void fake_log_clear(void);
/** Events of a kind. */
hv_u32 fake_count(enum fake_kind kind);
/** Events of a kind with this first argument. */
hv_u32 fake_count_a(enum fake_kind kind, hv_u64 a);
/** The latest event of a kind, NULL if there was none. */
const struct fake_event *fake_last(enum fake_kind kind);
/** True if @p first is in the log and everything of @p second comes after it. */
bool fake_order(enum fake_kind first, enum fake_kind second);
/** Text sent since the last call. */
const char *fake_sent(void);

/** For the port's own files. */
void fake_log(enum fake_kind kind, hv_u64 a, hv_u64 b);
_Noreturn void fake_finish(enum fake_end end);
static inline struct fake_cpu *fake_self(void)
{
	return &fake.cpu[fake.now];
}

/** Run a statement until it returns or ends; then look at fake.end. */
#define FAKE_RUN(statement)                   \
	do {                                  \
		fake.running = true;          \
		fake.end = FAKE_RETURNED;     \
		if (setjmp(fake.run) == 0) {  \
			statement;            \
		}                             \
		fake.running = false;         \
	} while (0)

#endif
