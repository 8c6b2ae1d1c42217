/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt ownership: each rule of who may be given what, and every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <haven/irq_ownership.h>

#define EPERM_  (-1)
#define EINVAL_ (-22)
#define NOBODY  255

static int fresh(void **state)
{
	const struct hv_irq_config board = { 1024, 4, 0x04000000, 0x8 }; /* PPI 26 is EL2's timer; CPU 3 is shared */

	(void)state;
	return hv_irq_configure(&board);
}

static hv_status_t assign(hv_u32 id, hv_u32 partition, hv_u32 cpu)
{
	const struct hv_irq_route route = { id, partition, cpu };

	return hv_irq_assign(&route);
}

static void configure_checks_each_field(void **state)
{
	static const struct {
		const char *why;
		struct hv_irq_config in;
	} rows[] = {
		{ "no SGIs and PPIs", { 0, 1, 0, 0 } },
		{ "no whole word", { 33, 1, 0, 0 } },
		{ "more than the tables hold", { 1056, 1, 0, 0 } },
		{ "a count that wraps", { 0xffffffe0, 1, 0, 0 } },
		{ "no CPU", { 64, 0, 0, 0 } },
		{ "more CPUs than the tables hold", { 64, 9, 0, 0 } },
		{ "an SGI is no PPI", { 64, 1, 0x8000, 0 } },
		{ "a shared CPU that the board has not", { 64, 2, 0, 0x4 } },
	};

	(void)state;
	assert_int_equal(EINVAL_, hv_irq_configure(NULL));
	assert_int_equal(0, assign(1019, 1, 3));
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].why);
		assert_int_equal(EINVAL_, hv_irq_configure(&rows[i].in));
	}
	assert_int_equal(1, hv_irq_owner(0, 1019)); /* and nothing changed */
}

static void assign_answers(void **state)
{
	static const struct {
		const char *why;
		hv_u32 id, partition, cpu;
		hv_status_t status;
	} rows[] = {
		{ "SGI 0 is the hypervisor's", 0, 1, 0, EINVAL_ },
		{ "last SGI", 15, 1, 0, EINVAL_ },
		{ "first PPI", 16, 1, 0, 0 },
		{ "last PPI", 31, 1, 0, 0 },
		{ "the hypervisor's PPI", 26, 1, 0, EPERM_ },
		{ "first SPI", 32, 1, 0, 0 },
		{ "last SPI", 1019, 7, 3, 0 },
		{ "first special INTID", 1020, 1, 0, EINVAL_ },
		{ "spurious", 1023, 1, 0, EINVAL_ },
		{ "past the table", 1024, 1, 0, EINVAL_ },
		{ "an id that wraps", 0xffffffff, 1, 0, EINVAL_ },
		{ "partition 0 is the hypervisor", 40, 0, 0, EINVAL_ },
		{ "last partition", 40, 7, 0, 0 },
		{ "no such partition", 41, 8, 0, EINVAL_ },
		{ "partition that wraps to 1 in a byte", 41, 257, 0, EINVAL_ },
		{ "last CPU", 41, 1, 3, 0 },
		{ "no such CPU", 42, 1, 4, EINVAL_ },
		{ "the same again", 41, 1, 3, 0 },
		{ "the same owner, another target", 41, 1, 2, EPERM_ },
		{ "another owner", 41, 2, 3, EPERM_ },
		{ "a PPI again", 16, 1, 0, 0 },
		{ "a PPI of another", 16, 2, 0, EPERM_ },
		{ "that PPI on another CPU", 16, 2, 1, 0 },
	};

	(void)state;
	assert_int_equal(EINVAL_, hv_irq_assign(NULL));
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].why);
		assert_int_equal(rows[i].status, assign(rows[i].id, rows[i].partition, rows[i].cpu));
	}
	assert_int_equal(1, hv_irq_owner(3, 41));
	assert_int_equal(3, hv_irq_target(41));
	assert_int_equal(1, hv_irq_owner(0, 16));
	assert_int_equal(2, hv_irq_owner(1, 16));
	assert_int_equal(NOBODY, hv_irq_owner(2, 16));
}

static void limits_of_the_board_count(void **state)
{
	const struct hv_irq_config board = { 288, 2, 0, 0 };

	(void)state;
	assert_int_equal(0, hv_irq_configure(&board));
	assert_int_equal(0, assign(287, 1, 1));
	assert_int_equal(EINVAL_, assign(288, 1, 1));
	assert_int_equal(EINVAL_, assign(100, 1, 2));
	assert_int_equal(NOBODY, hv_irq_owner(0, 288));
	assert_int_equal(NOBODY, hv_irq_owner(2, 287));
	assert_int_equal(0, hv_irq_owner(0, 0));
	assert_int_equal(EINVAL_, hv_irq_check_owner(288, 1));
}

static void owner_lookup_is_total(void **state)
{
	(void)state;
	assert_int_equal(0, hv_irq_owner(0, 15));
	assert_int_equal(0, hv_irq_owner(3, 26));
	assert_int_equal(NOBODY, hv_irq_owner(0, 27));
	assert_int_equal(NOBODY, hv_irq_owner(0, 500));
	assert_int_equal(NOBODY, hv_irq_owner(0, 1023));
	assert_int_equal(NOBODY, hv_irq_owner(4, 15));
	assert_int_equal(NOBODY, hv_irq_owner(0xffffffff, 0xffffffff));
	assert_int_equal(NOBODY, hv_irq_target(31));
	assert_int_equal(NOBODY, hv_irq_target(32));
	assert_int_equal(NOBODY, hv_irq_target(1024));
}

static void check_and_revoke(void **state)
{
	(void)state;
	assert_int_equal(0, assign(33, 1, 0));
	assert_int_equal(0, assign(27, 1, 0));
	assert_int_equal(0, assign(27, 1, 3));
	assert_int_equal(0, assign(27, 2, 2));
	assert_int_equal(0, hv_irq_check_owner(33, 1));
	assert_int_equal(EPERM_, hv_irq_check_owner(33, 2));
	assert_int_equal(EPERM_, hv_irq_check_owner(34, 1));
	assert_int_equal(EPERM_, hv_irq_check_owner(27, 3));
	assert_int_equal(0, hv_irq_check_owner(27, 2));
	assert_int_equal(EINVAL_, hv_irq_check_owner(15, 1));
	assert_int_equal(EINVAL_, hv_irq_check_owner(33, 0));
	assert_int_equal(EINVAL_, hv_irq_check_owner(33, 8));
	assert_int_equal(EINVAL_, hv_irq_check_owner(1020, 1));

	assert_int_equal(EINVAL_, hv_irq_revoke(1020, 1));
	assert_int_equal(EINVAL_, hv_irq_revoke(33, 0));
	assert_int_equal(EPERM_, hv_irq_revoke(33, 2));
	assert_int_equal(EPERM_, hv_irq_revoke(34, 1));
	assert_int_equal(1, hv_irq_owner(0, 33));
	assert_int_equal(0, hv_irq_revoke(33, 1));
	assert_int_equal(EPERM_, hv_irq_revoke(33, 1));
	assert_int_equal(NOBODY, hv_irq_owner(0, 33));
	assert_int_equal(0, hv_irq_revoke(27, 1));
	assert_int_equal(NOBODY, hv_irq_owner(0, 27));
	assert_int_equal(NOBODY, hv_irq_owner(3, 27));
	assert_int_equal(2, hv_irq_owner(2, 27));
	assert_int_equal(0, assign(33, 2, 1)); /* free for another now */
}

static void ppi_of_a_shared_cpu_has_several_owners(void **state)
{
	(void)state;
	assert_int_equal(0, assign(27, 1, 3));
	assert_int_equal(1, hv_irq_owner(3, 27));
	assert_int_equal(0, assign(27, 7, 3));
	assert_int_equal(254, hv_irq_owner(3, 27));
	assert_int_equal(0, assign(27, 7, 3)); /* again */
	assert_int_equal(0x82, hv_irq_ppi_owners(3, 27));
	assert_int_equal(0, hv_irq_check_owner(27, 1));
	assert_int_equal(0, hv_irq_check_owner(27, 7));
	assert_int_equal(EPERM_, hv_irq_check_owner(27, 2));
	/* Only there, and not an SPI. */
	assert_int_equal(0, assign(27, 1, 2));
	assert_int_equal(EPERM_, assign(27, 7, 2));
	assert_int_equal(0, assign(40, 1, 3));
	assert_int_equal(EPERM_, assign(40, 7, 3));
	assert_int_equal(EPERM_, assign(26, 1, 3));
	/* The other one keeps it. */
	assert_int_equal(0, hv_irq_revoke(27, 1));
	assert_int_equal(7, hv_irq_owner(3, 27));
	assert_int_equal(0x80, hv_irq_ppi_owners(3, 27));
	assert_int_equal(0, hv_irq_revoke(27, 7));
	assert_int_equal(NOBODY, hv_irq_owner(3, 27));
	assert_int_equal(0, assign(27, 2, 3));
	assert_int_equal(0, hv_irq_owner_init());
	assert_int_equal(0, hv_irq_ppi_owners(3, 27));
	/* Any argument is safe. */
	assert_int_equal(0, hv_irq_ppi_owners(4, 27));
	assert_int_equal(0, hv_irq_ppi_owners(3, 32));
}

static void words_hold_exactly_the_owned_spis(void **state)
{
	(void)state;
	assert_int_equal(0, assign(32, 1, 0));
	assert_int_equal(0, assign(63, 1, 0));
	assert_int_equal(0, assign(33, 2, 0));
	assert_int_equal(0, assign(1019, 2, 0));
	assert_int_equal(0, assign(27, 1, 0));
	assert_int_equal(0x80000001, hv_irq_owned_word(1, 1));
	assert_int_equal(0x00000002, hv_irq_owned_word(2, 1));
	assert_int_equal(0x08000000, hv_irq_owned_word(2, 31));
	assert_int_equal(0, hv_irq_owned_word(1, 0));
	assert_int_equal(0, hv_irq_owned_word(1, 32));
	assert_int_equal(0, hv_irq_owned_word(8, 1));
	assert_int_equal(0, hv_irq_owned_word(0, 1));
	assert_int_equal(0, hv_irq_revoke(63, 1));
	assert_int_equal(1, hv_irq_owned_word(1, 1));
	assert_int_equal(0, hv_irq_owner_init());
	assert_int_equal(0, hv_irq_owned_word(1, 1));
	assert_int_equal(NOBODY, hv_irq_owner(0, 27));
}

/* Last: nothing opens a sealed table again. */
static void sealed_table_only_answers(void **state)
{
	const struct hv_irq_config board = { 64, 1, 0, 0 };

	(void)state;
	assert_int_equal(0, assign(50, 3, 2));
	hv_irq_seal();
	assert_int_equal(EPERM_, hv_irq_owner_init());
	assert_int_equal(EPERM_, hv_irq_configure(&board));
	assert_int_equal(EPERM_, assign(51, 3, 2));
	assert_int_equal(EPERM_, assign(50, 3, 2));
	assert_int_equal(EPERM_, hv_irq_revoke(50, 3));
	assert_int_equal(EINVAL_, hv_irq_assign(NULL));
	assert_int_equal(0, hv_irq_check_owner(50, 3));
	assert_int_equal(3, hv_irq_owner(0, 50));
	assert_int_equal(2, hv_irq_target(50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(configure_checks_each_field, fresh),
		cmocka_unit_test_setup(assign_answers, fresh),
		cmocka_unit_test_setup(limits_of_the_board_count, fresh),
		cmocka_unit_test_setup(owner_lookup_is_total, fresh),
		cmocka_unit_test_setup(check_and_revoke, fresh),
		cmocka_unit_test_setup(ppi_of_a_shared_cpu_has_several_owners, fresh),
		cmocka_unit_test_setup(words_hold_exactly_the_owned_spis, fresh),
		cmocka_unit_test_setup(sealed_table_only_answers, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
