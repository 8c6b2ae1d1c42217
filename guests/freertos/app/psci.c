/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 (Arm DEN 0022) by HVC: the conduit under Haven and on bare QEMU virt. */
#include "FreeRTOS.h"

#include "app.h"
#include "console.h"
#include "port.h"

#define PSCI_CPU_OFF    0x84000002UL
#define PSCI_SYSTEM_OFF 0x84000008UL
#define PSCI_CPU_ON_64  0xc4000003UL

static int64_t hvc(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3") = a3;

	__asm__ volatile("dsb sy\n\thvc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return (int64_t)x0;
}

void psci_system_off(void)
{
	hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
}

#if FREERTOS_CORES > 1
extern char core_entry[];

long xApplicationStartCore(long core)
{
	struct line line = { .length = 0 };
	const int64_t status = hvc(PSCI_CPU_ON_64, (uint64_t)core, (uint64_t)core_entry,
				   (uint64_t)core);

	if (status == 0)
		return pdPASS;
	line_text(&line, "freertos: FAILED core ");
	line_number(&line, (uint64_t)core);
	line_text(&line, " refused by PSCI, error -");
	line_number(&line, (uint64_t)-status);
	line_text(&line, "\r\n");
	console_write_now(line.text);
	return pdFAIL;
}

void vApplicationStopCore(void)
{
	for (;;)
		hvc(PSCI_CPU_OFF, 0, 0, 0);
}
#endif
