/* SPDX-License-Identifier: Apache-2.0 */
#include "sysreg.h"
#include "tests/tests.h"

#define LINE_SIZE 256u

_Noreturn void probe_main(const void *fdt, u64 base);
static void run_console(void);

static const struct test tests[] = {
	{"console", run_console},
	{"victim", test_victim},
	{"memory", test_memory},
	{"walk", test_walk},
	{"fault", test_fault},
	{"vector", test_vector},
	{"sgi", test_sgi},
	{"order", test_order},
	{"nest", test_nest},
	{"eoimode", test_eoimode},
	{"timer", test_timer},
	{"uart", test_uart},
	{"spi", test_spi},
	{"foreign", test_foreign},
	{"smp", test_smp},
	{"leak", test_leak},
	{"psci", test_psci},
	{"powerdown", test_powerdown},
	{"reset", test_reset},
	{"off", test_off},
	{"calls", test_calls},
	{"storm", test_storm},
	{"emul", test_emul},
	{"sysreg", test_sysreg},
	{"flood", test_flood},
	{"periodic", test_periodic},
	{"hostile", test_hostile},
	{"quiet", test_quiet},
	{"scmi", test_scmi},
	{"hotplug", test_hotplug},
	{"bench", test_bench},
	{"benchdma", test_benchdma},
	{"pci", test_pci},
	{"pcirace", test_pcirace},
	{"dma", test_dma},
	{"dmaself", test_dmaself},
	{"dmaattack", test_dmaattack},
	{"dmaflood", test_dmaflood},
	{"dmaalive", test_dmaalive},
	{"dmaflight", test_dmaflight},
	{"dmarest", test_dmarest},
	{"intx", test_intx},
	{"intxstorm", test_intxstorm},
	{"msi", test_msi},
	{"msiforeign", test_msiforeign},
	{"msiplace", test_msiplace},
	{"msistorm", test_msistorm},
};

static bool same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static void run_test(const char *name)
{
	for (u32 i = 0; i < COUNT(tests); i++) {
		if (!same(tests[i].name, name))
			continue;
		report_begin(tests[i].name);
		tests[i].run();
		report_end();
		return;
	}
	print("probe: main: no test %s: FAIL\n", name);
}

static void read_line(char *line)
{
	u32 n = 0;

	for (;;) {
		const int c = get_char();

		if (c == '\r' || c == '\n')
			break;
		if (c >= ' ' && n < LINE_SIZE - 1)
			line[n++] = (char)c;
	}
	line[n] = '\0';
}

/* Lines such as "probe.test=memory probe.at=0x1000": run that, then ask again. */
static void run_console(void)
{
	char line[LINE_SIZE];

	for (;;) {
		print("probe: console: ready\n");
		read_line(line);
		args_override(line);
		const char *name = arg_text("test");

		if (name != 0 && !same(name, "console"))
			run_test(name);
		args_override("");
	}
}

_Noreturn void probe_main(const void *fdt, u64 base)
{
	args_read(fdt);
	console_init();
	print("probe: main: image at %x\n", base);
	/* A text that a test has put into memory says more than the boot arguments. */
	if (arg("orders", 0) != 0)
		args_override((const char *)arg("orders", 0));
	const char *name = arg_text("test");

	run_test(name == 0 ? "console" : name);
	for (;;)
		wfi();
}
