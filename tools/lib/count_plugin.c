/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin of QEMU's TCG that counts the instructions of one CPU, for tools/bench and target
 * tests:
 *
 *   -plugin count.so,out=FILE[,cpu=0][,el2=START,size=BYTES,vectors=OFFSET]
 *
 * FILE gets a line each time that CPU executes HINT #0x7f, a NOP that a guest program says to
 * mark a place: instructions of all code so far, those of EL2 among them (its image is at
 * START), and how often its vectors for synchronous exceptions and IRQs of a guest were
 * entered (at START + OFFSET). A block that an exception cuts short counts in full.
 *
 * Declares what it uses of the interface itself, since no package ships the header.
 * Source: QEMU, docs/devel/tcg-plugins.rst, interface version 4.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

#define NO_REGISTERS 0
#define MARK         0xd5032fffu /* HINT #0x7f */
#define VECTOR_SYNC  0x400u      /* of a lower exception level that uses AArch64 */
#define VECTOR_IRQ   0x480u

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
typedef void (*on_executed)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, on_executed cb, int flags,
					  void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, on_executed cb,
					    int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);

struct block {
	uint64_t instructions;
	bool el2;
	uint64_t *entries; /* counter of the vector that it begins, or NULL */
};

static struct {
	uint64_t all, el2, sync, irq;
} count;
static uint64_t counted_cpu, el2_start, el2_size, el2_vectors;
static FILE *out;

static void on_block(unsigned int cpu, void *data)
{
	const struct block *block = data;

	if (cpu != counted_cpu)
		return;
	count.all += block->instructions;
	if (!block->el2)
		return;
	count.el2 += block->instructions;
	if (block->entries != NULL)
		(*block->entries)++;
}

static void on_mark(unsigned int cpu, void *data)
{
	(void)data;
	if (cpu != counted_cpu)
		return;
	fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", count.all, count.el2,
		count.sync, count.irq);
	fflush(out);
}

static uint64_t *vector(uint64_t offset)
{
	if (offset == el2_vectors + VECTOR_SYNC)
		return &count.sync;
	return offset == el2_vectors + VECTOR_IRQ ? &count.irq : NULL;
}

static bool is_mark(const struct qemu_plugin_insn *insn)
{
	uint32_t code = 0;

	return qemu_plugin_insn_data(insn, &code, sizeof(code)) == sizeof(code) && code == MARK;
}

/* Blocks live as long as QEMU may execute them: to the end. */
static void on_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));
	const uint64_t offset = qemu_plugin_tb_vaddr(tb) - el2_start;

	(void)id;
	if (block == NULL)
		abort();
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->el2 = offset < el2_size;
	block->entries = vector(offset);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, NO_REGISTERS, block);
	for (size_t i = 0; i < block->instructions; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, NO_REGISTERS, NULL);
	}
}

static bool number(const char *option, const char *name, uint64_t *value)
{
	const size_t length = strlen(name);

	if (strncmp(option, name, length) != 0)
		return false;
	*value = strtoull(option + length, NULL, 0);
	return true;
}

EXPORT int qemu_plugin_version = 4;

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "w");
		else if (!number(argv[i], "cpu=", &counted_cpu) &&
			 !number(argv[i], "el2=", &el2_start) &&
			 !number(argv[i], "size=", &el2_size) &&
			 !number(argv[i], "vectors=", &el2_vectors))
			return -1;
	}
	if (out == NULL)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
	return 0;
}
