/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole C code of the i.MX95 image, with the tables of configs/imx95-demo.yaml (less guest
 * memory), boots on register models at the board's addresses up to its first guests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <haven/crc32.h>

#include "fake_bus.h"
#include "hv.h"
#include "image.h"
#include "imx95_machine.h"
#include "memory.h"

#define PAYLOAD_AREA 0x100000u

/* ---- the image ---- */

static hv_u32 size_of(hv_u32 index)
{
	return index % 2 == 0 ? 0x21003 + index : 0x6f5;
}

static hv_u8 byte_of(hv_u32 index, hv_u32 at)
{
	return (hv_u8)(at * 7 + at / 256 + index + 1);
}

/* What haven-pack puts behind the hypervisor; the contents of the files do not matter to it. */
static void pack(void)
{
	struct hv_payload_table *table = (struct hv_payload_table *)(hv_u64)hv_image_tail();
	hv_u64 end = 0x1000;

	memset(table, 0, 0x1000);
	for (hv_u32 i = 0; i < hv_config.payload_count; i++) {
		struct hv_payload_entry *entry = &table->entry[i];
		const bool small = hv_config.payloads[i].max_size < size_of(i);
		hv_u8 *file = (hv_u8 *)table + end;

		strcpy(entry->name, hv_config.payloads[i].name);
		entry->offset = end;
		entry->size = small ? 0x6f5 : size_of(i);
		for (hv_u32 at = 0; at < entry->size; at++)
			file[at] = byte_of(i, at);
		entry->crc = hv_crc32(0, file, entry->size);
		end = (end + entry->size + 0xfff) & ~UINT64_C(0xfff);
	}
	assert_true(end <= PAYLOAD_AREA);
	table->magic = 0x54505648;
	table->version = 1;
	table->count = hv_config.payload_count;
	table->size = end;
	table->crc = hv_crc32(0, table->entry, table->count * 64);
}

static void power_on(void)
{
	imx95_on();
	pack();
}

static void boot(void)
{
	power_on();
	imx95_run();
	if (imx95.entries == 0)
		fail_msg("no guest was entered: %s", imx95_uart.sent);
}

static const struct fake_access *nth(hv_u32 index)
{
	return fake_access_at(index);
}

static hv_u32 note_of(const char *name, hv_u64 address)
{
	for (hv_u32 i = 0; nth(i) != NULL; i++) {
		if (nth(i)->kind == FAKE_DEVICE && nth(i)->address == address && strcmp(nth(i)->name, name) == 0)
			return i;
	}
	return FAKE_NOWHERE;
}

/* ---- the way to the first guests ---- */

/* As docs/ports/imx95.md has it. */
static const char expected_console[] =
	"\r\n"
	"haven: configuration imx95-demo on imx95\r\n"
	"haven: firmware mx95evk, selector 0: as configured, 4 witnesses heard\r\n"
	"haven: 2 partitions proved against their configuration, launching\r\n"
	"[haven] journal seq=1 cpu=0 partition=1 kind=boot verdict=none esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0\r\n"
	"[haven] journal seq=1 cpu=1 partition=1 kind=boot verdict=none esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0\r\n"
	"[haven] journal seq=1 cpu=2 partition=2 kind=boot verdict=none esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0\r\n"
	"[haven] journal seq=1 cpu=3 partition=0 kind=boot verdict=none esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0\r\n"
	"[haven] partition linux is running\r\n"
	"[haven] partition rtos is running\r\n"
	"[haven] journal seq=2 cpu=0 partition=1 kind=start verdict=none esr=0x0 far=0x0 ipa=0xa0000000 detail=0x0 pc=0x0\r\n"
	"[haven] journal seq=2 cpu=2 partition=2 kind=start verdict=none esr=0x0 far=0x0 ipa=0xd0000000 detail=0x0 pc=0x0\r\n";

/* Without colours and times. */
static void plain(char *to, const char *from)
{
	while (*from != '\0') {
		if (*from == '\033')
			from += strcspn(from, "m") + 1;
		else if (strncmp(from, " t=0x", 5) == 0)
			from += strcspn(from, "\r");
		else
			*to++ = *from++;
	}
	*to = '\0';
}

static void the_console_says_what_the_manual_promises(void **state)
{
	static char text[FAKE_LPUART_TEXT];

	(void)state;
	boot();
	plain(text, imx95_uart.sent);
	assert_string_equal(text, expected_console);
}

static void both_guests_are_entered_at_their_first_instruction(void **state)
{
	const struct imx95_entry *linux_entry = NULL, *rtos_entry = NULL;

	(void)state;
	boot();
	assert_int_equal(imx95.entries, 2);
	for (hv_u32 i = 0; i < 2; i++) {
		if (imx95.entry[i].cpu == 0)
			linux_entry = &imx95.entry[i];
		if (imx95.entry[i].cpu == 2)
			rtos_entry = &imx95.entry[i];
	}
	assert_non_null(linux_entry);
	assert_non_null(rtos_entry);
	assert_int_equal(linux_entry->pc, 0xa0000000);
	assert_int_equal(linux_entry->x0, 0xa03ff000); /* the last page of 4 MB */
	assert_int_equal(linux_entry->stack_top, hv_stack_top(0));
	assert_int_equal(rtos_entry->pc, 0xd0000000);
	assert_int_equal(rtos_entry->stack_top, hv_stack_top(2));
}

static void each_core_has_its_registers(void **state)
{
	(void)state;
	boot();
	for (hv_u32 cpu = 0; cpu < 4; cpu++) {
		assert_int_equal(imx95_sysreg(cpu, "hcr_el2"), UINT64_C(0x18807c003b));
		assert_int_equal(imx95_sysreg(cpu, "ttbr0_el2"), imx95_sysreg(0, "ttbr0_el2"));
		assert_int_equal(imx95_sysreg(cpu, "tcr_el2"), imx95_sysreg(0, "tcr_el2"));
		assert_int_equal(imx95_sysreg(cpu, "vtcr_el2") >> 21 & 3, 0); /* errata: no HA, no HD */
		assert_int_equal(imx95_sysreg(cpu, "vtcr_el2") >> 16 & 7, 2); /* 40 bits */
		assert_int_equal(imx95_gic.cpu[cpu].icc_ctlr & 2, 2);
		/* No storm of a device holds the end of a budget (26) or a kick up. */
		assert_true(imx95_gic.cpu[cpu].priority[26] < imx95_gic.priority[51]);
		assert_true(imx95_gic.cpu[cpu].priority[0] < imx95_gic.priority[51]);
	}
	assert_int_equal(imx95_sysreg(0, "vttbr_el2") >> 48, 1);
	assert_int_equal(imx95_sysreg(1, "vttbr_el2") >> 48, 1);
	assert_int_equal(imx95_sysreg(2, "vttbr_el2") >> 48, 2);
	assert_int_equal(imx95_sysreg(0, "vmpidr_el2"), 0x80000000);
	assert_int_equal(imx95_sysreg(2, "vmpidr_el2"), 0x80000000);
	/* Cores without work stay off. */
	assert_int_equal(imx95_sysreg(4, "hcr_el2"), UINT64_C(0x5a5a5a5a5a5a5a5a));
	assert_int_equal(imx95.calls, 3);
}

static void files_lie_in_guest_memory(void **state)
{
	(void)state;
	boot();
	for (hv_u32 i = 0; i < hv_config.payload_count; i++) {
		const struct hv_payload_config *file = &hv_config.payloads[i];
		const struct hv_payload_table *table = hv_image_tail();

		for (hv_u32 at = 0; at < table->entry[i].size; at += 61)
			assert_int_equal(*imx95_guest_memory(file->load_pa + at), byte_of(i, at));
		assert_int_equal(*imx95_guest_memory(file->load_pa + table->entry[i].size), 0);
	}
}

/* ---- who touches what ---- */

#define REGISTER(address)        {address, (address) + 3, true, true}
#define READ_ONLY(address)       {address, (address) + 3, true, false}
#define WRITE_ONLY(address)      {address, (address) + 3, false, true}
#define RANGE(first, last, r, w) {first, last, r, w}

#define GICD UINT64_C(0x48000000)
#define GICR(n) (UINT64_C(0x48060000) + UINT64_C(0x20000) * (n))
#define UART UINT64_C(0x44380000)
#define SMMU UINT64_C(0x490d0000)
#define MU2  UINT64_C(0x445b0000)

#define REDISTRIBUTOR(n)                                                    \
	REGISTER(GICR(n)),                           /* GICR_CTLR */        \
	RANGE(GICR(n) + 8, GICR(n) + 15, true, false), /* GICR_TYPER */     \
	REGISTER(GICR(n) + 0x14),                    /* GICR_WAKER */       \
	WRITE_ONLY(GICR(n) + 0x10080),               /* GICR_IGROUPR0 */    \
	WRITE_ONLY(GICR(n) + 0x10100),               /* GICR_ISENABLER0 */  \
	WRITE_ONLY(GICR(n) + 0x10180),               /* GICR_ICENABLER0 */  \
	WRITE_ONLY(GICR(n) + 0x10280),               /* GICR_ICPENDR0 */    \
	WRITE_ONLY(GICR(n) + 0x10380),               /* GICR_ICACTIVER0 */  \
	RANGE(GICR(n) + 0x10400, GICR(n) + 0x1041f, false, true) /* GICR_IPRIORITYR */

/* By hand, from the reference manuals: all that a boot of this configuration may touch. */
static const struct fake_access_range allowed[] = {
	REGISTER(UART + 0x10), REGISTER(UART + 0x14), WRITE_ONLY(UART + 0x18), WRITE_ONLY(UART + 0x1c),
	REGISTER(UART + 0x28), WRITE_ONLY(UART + 0x2c),
	REGISTER(GICD),                                      /* GICD_CTLR */
	RANGE(GICD + 0x0084, GICD + 0x00b3, false, true),    /* GICD_IGROUPR1..12 */
	RANGE(GICD + 0x0104, GICD + 0x0133, false, true),    /* GICD_ISENABLER */
	RANGE(GICD + 0x0184, GICD + 0x01b3, false, true),    /* GICD_ICENABLER */
	RANGE(GICD + 0x0284, GICD + 0x02b3, false, true),    /* GICD_ICPENDR */
	RANGE(GICD + 0x0384, GICD + 0x03b3, false, true),    /* GICD_ICACTIVER */
	RANGE(GICD + 0x0420, GICD + 0x059f, false, true),    /* GICD_IPRIORITYR */
	REGISTER(GICD + 0xc00 + 4 * (98 / 16)),              /* GICD_ICFGR: LPUART5, ... */
	REGISTER(GICD + 0xc00 + 4 * (119 / 16)),             /* ... USDHC2, ... */
	REGISTER(GICD + 0xc00 + 4 * (266 / 16)),             /* ... MU2 and MU7, ... */
	REGISTER(GICD + 0xc00 + 4 * (357 / 16)),             /* ... and both of the SMMU */
	RANGE(GICD + 0x6000 + 8 * 51, GICD + 0x6007 + 8 * 51, false, true),   /* LPUART1 */
	RANGE(GICD + 0x6000 + 8 * 98, GICD + 0x6007 + 8 * 98, false, true),   /* LPUART5 */
	RANGE(GICD + 0x6000 + 8 * 119, GICD + 0x6007 + 8 * 119, false, true), /* USDHC2 */
	RANGE(GICD + 0x6000 + 8 * 258, GICD + 0x6007 + 8 * 258, false, true), /* MU2 */
	RANGE(GICD + 0x6000 + 8 * 266, GICD + 0x6007 + 8 * 266, false, true), /* MU7 */
	RANGE(GICD + 0x6000 + 8 * 357, GICD + 0x6007 + 8 * 357, false, true), /* SMMU events */
	RANGE(GICD + 0x6000 + 8 * 360, GICD + 0x6007 + 8 * 360, false, true), /* SMMU errors */
	REDISTRIBUTOR(0), REDISTRIBUTOR(1), REDISTRIBUTOR(2), REDISTRIBUTOR(3),
	READ_ONLY(SMMU + 0x000), READ_ONLY(SMMU + 0x004), READ_ONLY(SMMU + 0x00c), READ_ONLY(SMMU + 0x014),
	REGISTER(SMMU + 0x020), READ_ONLY(SMMU + 0x024), WRITE_ONLY(SMMU + 0x028), WRITE_ONLY(SMMU + 0x02c),
	REGISTER(SMMU + 0x044), WRITE_ONLY(SMMU + 0x050), READ_ONLY(SMMU + 0x054),
	READ_ONLY(SMMU + 0x060), REGISTER(SMMU + 0x064),
	RANGE(SMMU + 0x068, SMMU + 0x06f, false, true),      /* GERROR_IRQ_CFG0 */
	RANGE(SMMU + 0x080, SMMU + 0x087, false, true),      /* STRTAB_BASE */
	WRITE_ONLY(SMMU + 0x088),
	RANGE(SMMU + 0x090, SMMU + 0x097, false, true),      /* CMDQ_BASE */
	WRITE_ONLY(SMMU + 0x098), REGISTER(SMMU + 0x09c),
	RANGE(SMMU + 0x0a0, SMMU + 0x0a7, false, true),      /* EVENTQ_BASE */
	RANGE(SMMU + 0x0b0, SMMU + 0x0b7, false, true),      /* EVENTQ_IRQ_CFG0 */
	REGISTER(SMMU + 0x100a8), REGISTER(SMMU + 0x100ac),  /* EVENTQ_PROD, _CONS */
	WRITE_ONLY(MU2 + 0x110), WRITE_ONLY(MU2 + 0x114), REGISTER(MU2 + 0x118), /* GIER, GCR, GSR */
	RANGE(MU2 + 0x1000, MU2 + 0x107f, true, true),       /* requests and replies */
	RANGE(MU2 + 0x1080, MU2 + 0x10ff, true, true),       /* notifications */
};

static void no_register_is_touched_that_is_not_on_the_list(void **state)
{
	const struct fake_access *outside;

	(void)state;
	boot();
	outside = fake_access_outside(allowed, sizeof(allowed) / sizeof(allowed[0]));
	if (outside != NULL)
		fail_msg("%s of %u bytes at 0x%llx of %s", outside->kind == FAKE_READ ? "read" : "write",
			 outside->bytes, (unsigned long long)outside->address, outside->name);
}

/* Device-nGnRE is attribute index 1 of EL2's MAIR or whichever holds 0x04; never Normal. */
static bool is_device(hv_u64 descriptor)
{
	const hv_u32 index = (hv_u32)(descriptor >> 2 & 7);
	const hv_u64 attribute = imx95_sysreg(0, "mair_el2") >> (8 * index) & 0xff;

	return (attribute & 0xf0) == 0 && (descriptor >> 54 & 1) == 1; /* never executed */
}

static void each_access_is_mapped_as_a_device_at_its_own_address(void **state)
{
	hv_u64 pa, descriptor;
	hv_u32 looked = 0;

	(void)state;
	boot();
	for (hv_u32 i = note_of("MMU on", 0); nth(i) != NULL; i++) {
		if (nth(i)->kind != FAKE_READ && nth(i)->kind != FAKE_WRITE)
			continue;
		assert_true(imx95_el2_walk(nth(i)->address, &pa, &descriptor));
		assert_int_equal(pa, nth(i)->address);
		assert_true(is_device(descriptor));
		looked++;
	}
	assert_true(looked > 1000);
}

static void el2_sees_no_guest_memory_and_no_more_devices(void **state)
{
	static const hv_u64 hidden[] = {
		0xa0000000, 0xa03fffff, 0xd0000000, 0xd1000000, /* guests, shared memory */
		0x80000000, 0x88000000, 0x8a000000, 0x8e000000, /* Cortex-M7, secure world */
		0x42490000, 0x445d0000, 0x44270000, 0x49010000, /* WDOG3, MU3, TRDC */
		0x42860000, 0x42590000, 0x42430000,             /* devices of guests */
		0x203c0000, 0x42460000,                         /* the M7's ITCM, TRDC W */
		0x48010000, 0x48040000, 0x48050000, 0x48120000, /* GICA, ITS, GICDA */
		0x490f0000, 0x44381000,
	};
	hv_u64 pa, descriptor;

	(void)state;
	boot();
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (imx95_el2_walk(hidden[i], &pa, &descriptor))
			fail_msg("0x%llx is mapped", (unsigned long long)hidden[i]);
	}
}

/* ---- order ---- */

static void dma_aborts_before_anything_else_is_built(void **state)
{
	hv_u32 abort_all, first_table, enabled, first_core, guest;

	(void)state;
	boot();
	abort_all = fake_access_find(0, FAKE_WRITE, SMMU + 0x044);
	first_table = fake_access_find_name(0, FAKE_CACHE, "clean+invalidate");
	enabled = fake_access_find(0, FAKE_WRITE, SMMU + 0x080);
	first_core = note_of("SMC", UINT64_C(0xc4000003));
	guest = note_of("guest", 0);
	assert_int_equal(nth(abort_all)->value & 0x80100000, 0x80100000);
	for (hv_u32 i = 0; i < abort_all; i++) /* but for the console, nothing before */
		assert_true(nth(i)->kind == FAKE_BARRIER || nth(i)->kind == FAKE_SYSREG_READ ||
			    (nth(i)->address >= UART && nth(i)->address < UART + 0x1000) ||
			    (nth(i)->address >= SMMU && nth(i)->address < SMMU + 0x1000));
	assert_true(abort_all < first_table && first_table < enabled && enabled < first_core &&
		    first_core < guest);
}

/* With DMA stopped already, on the boot core alone, and each witness once. */
static void firmware_is_attested_before_another_core_runs(void **state)
{
	static const hv_u64 witnesses[] = {0x80000000, 0x203c0000, 0x49010000, 0x88000000};
	hv_u32 abort_all, asked, first_core, before = 0;

	(void)state;
	boot();
	abort_all = fake_access_find(0, FAKE_WRITE, SMMU + 0x044);
	asked = fake_access_find(0, FAKE_WRITE, MU2 + 0x114);
	first_core = note_of("SMC", UINT64_C(0xc4000003));
	assert_int_equal(imx95.witnesses, 4);
	for (hv_u32 i = 0; i < 4; i++) {
		const hv_u32 heard = note_of("witness", witnesses[i]);

		assert_true(imx95.witness[i] == witnesses[i]);
		assert_true(abort_all < asked && asked < heard && before < heard && heard < first_core);
		before = heard;
	}
	assert_int_equal(imx95_sm.gier, 3);
}

/* The traffic of a device that U-Boot left running, at every access to the SMMU. */
static hv_u32 leaks, attempts;
static bool aborting;

static void device_goes_on(struct fake_smmu *smmu, void *context)
{
	(void)context;
	if (imx95.entries != 0 || (!aborting && (smmu->gbpa.effective & 0x80100000) != 0x00100000))
		return;
	aborting = true;
	attempts++;
	leaks += fake_smmu_dma(smmu, 5, 0x90200000, true).allowed; /* a stream of nobody */
}

static void a_device_that_firmware_left_running_is_stopped_at_once(void **state)
{
	(void)state;
	power_on();
	imx95_smmu.traffic = device_goes_on;
	imx95_run();
	assert_true(attempts > 20);
	assert_int_equal(leaks, 0);
}

/* ---- DMA of a running guest ---- */

static void a_stream_reaches_its_own_partition_alone(void **state)
{
	struct fake_smmu_access inside;

	(void)state;
	boot();
	inside = fake_smmu_dma(&imx95_smmu, 2, 0xa0001000, true);
	assert_true(inside.allowed);
	assert_int_equal(inside.pa, 0xa0001000);
	assert_true(fake_smmu_dma(&imx95_smmu, 2, 0xd1000000, true).allowed); /* shared */
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0xd0000000, true).allowed); /* the other guest */
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0x90200000, true).allowed); /* the hypervisor */
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0x9fff3000, true).allowed); /* the journal */
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0x80000000, true).allowed); /* the Cortex-M7 */
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0x48000000, true).allowed); /* the GIC */
}

static void all_other_streams_abort(void **state)
{
	(void)state;
	boot();
	for (hv_u32 stream = 0; stream < 64; stream++) {
		if (stream != 2)
			assert_false(fake_smmu_dma(&imx95_smmu, stream, 0xa0001000, false).allowed);
	}
}

static void a_blocked_transfer_is_told_with_its_stream(void **state)
{
	(void)state;
	boot();
	imx95_uart.sent_count = 0;
	assert_false(fake_smmu_dma(&imx95_smmu, 2, 0x90200000, true).allowed);
	imx95_run();
	imx95_uart.sent[imx95_uart.sent_count] = '\0';
	assert_non_null(strstr(imx95_uart.sent, "cpu=3 partition=1 kind=dma verdict=none"));
	assert_non_null(strstr(imx95_uart.sent, "far=0x90200000"));
	assert_non_null(strstr(imx95_uart.sent, "detail=0x2 "));
}

/* ---- the Cortex-M7 ---- */

static void its_firewall_is_as_the_guests_need_it(void **state)
{
	(void)state;
	boot();
	assert_false(imx95_may_read(4, 0x90200000)); /* the hypervisor */
	assert_false(imx95_may_read(4, 0x9fff3000)); /* the journal */
	assert_false(imx95_may_read(4, 0xa0000000)); /* guests */
	assert_false(imx95_may_read(4, 0xd0000000));
	assert_true(imx95_may_read(4, 0x88000000)); /* the window */
	assert_true(imx95_may_read(3, 0x88000000));
	assert_false(imx95_may_read(3, 0x80000000));
}

static void what_happens_to_it_is_told(void **state)
{
	(void)state;
	boot();
	imx95_uart.sent_count = 0;
	imx95_sm.shutdown_word = 0x80800501;
	fake_sm_event(&imx95_sm, 0, 1, 2);
	imx95_run();
	imx95_uart.sent[imx95_uart.sent_count] = '\0';
	assert_non_null(strstr(imx95_uart.sent, "cpu=3 partition=0 kind=mcu verdict=none esr=0x302 "
						"far=0x0 ipa=0x80800501 detail=0x1 "));
	fake_sm_event(&imx95_sm, 2, 1, 1);
	imx95_run();
	imx95_uart.sent[imx95_uart.sent_count] = '\0';
	assert_non_null(strstr(imx95_uart.sent, "kind=mcu verdict=none esr=0x301 "));
	assert_non_null(strstr(imx95_uart.sent, "detail=0x200000001 "));
	assert_null(fake_access_outside(allowed, sizeof(allowed) / sizeof(allowed[0])));
}

/* ---- keys ---- */

static void a_key_arrives_at_the_service_cpu(void **state)
{
	(void)state;
	boot();
	imx95_uart.sent_count = 0;
	fake_lpuart_receive(&imx95_uart, 0x1d); /* Ctrl-] */
	imx95_run();
	assert_true(imx95.off);
	imx95_uart.sent[imx95_uart.sent_count] = '\0';
	assert_non_null(strstr(imx95_uart.sent, "quit by key"));
	assert_int_equal(imx95.last_call[0], 0x84000008);
}

/* ---- refusals: no guest runs ---- */

static void stops_with(const char *text)
{
	imx95_run();
	if (strstr(imx95_uart.sent, text) == NULL)
		fail_msg("expected \"%s\" in:\n%s", text, imx95_uart.sent);
	assert_int_equal(imx95.entries, 0);
}

#define REFUSED "haven: firmware refused: assumed mx95evk, selector 0: "
#define STOPPED "\r\n\r\nhaven: stopped: firmware\r\n"

/* No other core was started, and the manager is left alone. */
static void firmware_is_refused(const char *line)
{
	stops_with(line);
	assert_int_equal(imx95.calls, 0);
	assert_int_equal(imx95_sm.gier, 0);
}

static void the_configuration_for_rpmsg_is_refused(void **state)
{
	(void)state;
	power_on();
	imx95_sm.config = &fake_sm_mx95evkrpmsg;
	imx95_open_firewall();
	firmware_is_refused(REFUSED "the system manager has another configuration: mx95evkrpmsg, selector 0" STOPPED);
	assert_int_equal(imx95.witnesses, 0);
}

static void the_configuration_with_one_machine_is_refused(void **state)
{
	static const struct fake_sm_config alt = {"mx95alt", 0, {0, 2, 0}, false};

	(void)state;
	power_on();
	imx95_sm.config = &alt;
	firmware_is_refused(REFUSED "the system manager has another configuration: mx95alt, selector 0" STOPPED);
}

static void another_selector_is_refused(void **state)
{
	static const struct fake_sm_config second = {"mx95evk", 2, {0, 2, 0}, false};

	(void)state;
	power_on();
	imx95_sm.config = &second;
	firmware_is_refused(REFUSED "the system manager runs another alternative of its configuration: "
				    "mx95evk, selector 2" STOPPED);
}

/* From the first request on, or from a later one: version, subscription, configuration, machine. */
static hv_u32 good_requests[4] = {0, 1, 2, 3};
static void a_manager_that_is_silent_is_refused(void **state)
{
	power_on();
	imx95.ticks_per_look = 2400;
	imx95_sm.fault = FAKE_SM_SILENT;
	imx95_sm.fault_after = *(const hv_u32 *)*state;
	firmware_is_refused(REFUSED "the system manager does not answer: no answer" STOPPED);
}

static void memory_of_the_m7_that_is_open_is_refused(void **state)
{
	(void)state;
	power_on();
	imx95_open_firewall();
	firmware_is_refused(REFUSED "an address that must be closed to this CPU answers: 0x80000000" STOPPED);
}

static void a_part_with_two_cores_is_refused_by_name(void **state)
{
	(void)state;
	power_on();
	imx95.cores = 2;
	stops_with("haven: cpu 2, MPIDR 0x200: PSCI CPU_ON answered 0xfffffffffffffffe\r\n"
		   "\r\nhaven: stopped: a CPU did not start\r\n");
}

static void firmware_that_promises_a_core_which_is_not_there(void **state)
{
	(void)state;
	power_on();
	imx95.cores = 2;
	imx95.deaf_to_missing = true;
	imx95.ticks_per_look = 240; /* ten microseconds */
	stops_with("haven: cpu 2, MPIDR 0x200: PSCI CPU_ON answered 0x0\r\n"
		   "\r\nhaven: stopped: a CPU did not come up\r\n");
}

static void four_cores_suffice(void **state)
{
	(void)state;
	power_on();
	imx95.cores = 4;
	imx95_gic.cpu[4].present = imx95_gic.cpu[5].present = false;
	imx95_run();
	assert_int_equal(imx95.entries, 2);
}

/* Firmware that keeps more for itself than this image assumes. */
static void an_image_below_what_firmware_starts_is_told(void **state)
{
	(void)state;
	power_on();
	imx95.least_entry = 0x90400000;
	stops_with("haven: cpu 1, MPIDR 0x100: PSCI CPU_ON answered 0xfffffffffffffffe\r\n");
}

static void a_core_without_redistributor_is_refused(void **state)
{
	(void)state;
	power_on();
	imx95_gic.cpu[2].affinity = 0x700;
	stops_with("haven: stopped: GIC: no redistributor for this CPU at the board's addresses\r\n");
}

static void an_smmu_that_does_not_answer_stops_the_boot(void **state)
{
	(void)state;
	power_on();
	imx95_smmu.stuck = FAKE_SMMU_STUCK_GBPA;
	stops_with("haven: stopped: SMMU: DMA could not be made to abort\r\n");
}

static void an_smmu_without_stage_2_is_named(void **state)
{
	(void)state;
	power_on();
	imx95_smmu.idr[0] &= ~1u; /* S2P */
	stops_with("haven: this SMMU cannot isolate: ");
}

static void an_smmu_that_reaches_less_than_the_cpus_is_named(void **state)
{
	(void)state;
	power_on();
	imx95_smmu.idr[5] = (imx95_smmu.idr[5] & ~7u) | 1; /* 36 bits */
	stops_with("haven: this SMMU cannot isolate: ");
}

static void an_image_that_was_loaded_short_is_refused(void **state)
{
	(void)state;
	power_on();
	((hv_u8 *)(hv_u64)hv_image_tail())[0x1000] ^= 1;
	stops_with("haven: image refused: linux.kernel ");
}

/* ---- one process per test: boot seals what the libraries keep ---- */

#define TEST(name) cmocka_unit_test(name)

static int run_one(const struct CMUnitTest *test)
{
	const struct CMUnitTest one[] = {*test};
	const pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(_cmocka_run_group_tests(test->name, one, 1, NULL, NULL) == 0 ? 0 : 1);
	return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_console_says_what_the_manual_promises),
		TEST(both_guests_are_entered_at_their_first_instruction),
		TEST(each_core_has_its_registers),
		TEST(files_lie_in_guest_memory),
		TEST(no_register_is_touched_that_is_not_on_the_list),
		TEST(each_access_is_mapped_as_a_device_at_its_own_address),
		TEST(el2_sees_no_guest_memory_and_no_more_devices),
		TEST(dma_aborts_before_anything_else_is_built),
		TEST(firmware_is_attested_before_another_core_runs),
		TEST(a_device_that_firmware_left_running_is_stopped_at_once),
		TEST(a_stream_reaches_its_own_partition_alone),
		TEST(all_other_streams_abort),
		TEST(a_blocked_transfer_is_told_with_its_stream),
		TEST(its_firewall_is_as_the_guests_need_it),
		TEST(what_happens_to_it_is_told),
		TEST(a_key_arrives_at_the_service_cpu),
		TEST(the_configuration_for_rpmsg_is_refused),
		TEST(the_configuration_with_one_machine_is_refused),
		TEST(another_selector_is_refused),
		cmocka_unit_test_prestate(a_manager_that_is_silent_is_refused, &good_requests[0]),
		cmocka_unit_test_prestate(a_manager_that_is_silent_is_refused, &good_requests[1]),
		cmocka_unit_test_prestate(a_manager_that_is_silent_is_refused, &good_requests[2]),
		cmocka_unit_test_prestate(a_manager_that_is_silent_is_refused, &good_requests[3]),
		TEST(memory_of_the_m7_that_is_open_is_refused),
		TEST(a_part_with_two_cores_is_refused_by_name),
		TEST(firmware_that_promises_a_core_which_is_not_there),
		TEST(four_cores_suffice),
		TEST(an_image_below_what_firmware_starts_is_told),
		TEST(a_core_without_redistributor_is_refused),
		TEST(an_smmu_that_does_not_answer_stops_the_boot),
		TEST(an_smmu_without_stage_2_is_named),
		TEST(an_smmu_that_reaches_less_than_the_cpus_is_named),
		TEST(an_image_that_was_loaded_short_is_refused),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		failed += run_one(&tests[i]);
	printf("%zu tests, %d failed\n", sizeof(tests) / sizeof(tests[0]), failed);
	return failed != 0;
}
