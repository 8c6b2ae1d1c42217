/* SPDX-License-Identifier: Apache-2.0 */
/* System registers by name: a model's, or plain ones. */
#include <arm64/sysreg.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_private.h"

static struct {
	const char *name;
	hv_u64 value;
} registers[FAKE_BUS_SYSREGS];
static hv_u32 count;
static const struct fake_sysreg_model *model;
static void *model_cpu;

void fake_sysreg_reset(void)
{
	count = 0;
	model = NULL;
}

void fake_sysreg_attach(const struct fake_sysreg_model *with_effects, void *cpu)
{
	model = with_effects;
	model_cpu = cpu;
}

static hv_u64 *find(const char *name)
{
	for (hv_u32 i = 0; i < count; i++) {
		if (strcmp(registers[i].name, name) == 0)
			return &registers[i].value;
	}
	return NULL;
}

static hv_u64 *need(const char *name, const char *what)
{
	hv_u64 *value = find(name);

	if (value == NULL)
		fake_fail("%s of %s: this CPU has no such register", what, name);
	return value;
}

void fake_sysreg_set(const char *name, hv_u64 value)
{
	hv_u64 *known = find(name);

	if (known != NULL) {
		*known = value;
		return;
	}
	if (count == FAKE_BUS_SYSREGS)
		fake_fail("%s: no room for more system registers", name);
	registers[count].name = name;
	registers[count++].value = value;
}

hv_u64 fake_sysreg_get(const char *name)
{
	return *need(name, "look");
}

hv_u64 fake_sysreg_read(const char *name)
{
	hv_u64 value = 0;

	if (model == NULL || !model->read(model_cpu, name, &value))
		value = *need(name, "read");
	fake_access_note(FAKE_SYSREG_READ, name, 0, value, 8);
	return value;
}

void fake_sysreg_write(const char *name, hv_u64 value)
{
	fake_access_note(FAKE_SYSREG_WRITE, name, 0, value, 8);
	if (model == NULL || !model->write(model_cpu, name, value))
		*need(name, "write") = value;
}
