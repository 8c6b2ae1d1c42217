/* SPDX-License-Identifier: Apache-2.0 */
/* Bugs of our own and boards that are not what the configuration says. */
#include <haven/hal/uart.h>

#include "hv.h"
#include "panic.h"
#include "print.h"

_Noreturn void hv_panic(const char *what)
{
	hv_print_use_uart();
	hv_print("\nhaven: stopped: %s\n", what);
	hv_hal_stop();
}

_Noreturn void hv_exit_own(hv_u64 esr, hv_u64 elr, hv_u64 far)
{
	hv_print_use_uart();
	hv_print("\nhaven: exception at EL2: esr=%x elr=%x (image at %x) far=%x\n", esr, elr,
		 (hv_u64)hv_image_start, far);
	hv_panic("exception in the hypervisor");
}

_Noreturn void hv_wrong_el(hv_u64 el)
{
	/* Nothing is relocated yet: integers of the board are all that may be read. */
	hv_port_uart_init(hv_board.uart_base);
	hv_print("\nhaven: entered at EL%u; it needs EL2 (QEMU: -M virt,virtualization=on)\n", el);
	hv_hal_stop();
}
