/* SPDX-License-Identifier: Apache-2.0 */
/* Device accesses to the models, and failures to the test. */
#include <arm64/mmio.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_private.h"

struct device {
	hv_u64 base, size;
	const struct fake_mmio_model *model;
	void *device;
};

static struct device devices[FAKE_BUS_DEVICES];
static hv_u32 device_count;
static void (*fail_handler)(const char *message);

void fake_bus_reset(void)
{
	device_count = 0;
	fail_handler = NULL;
	fake_sysreg_reset();
	fake_access_clear();
}

void fake_on_fail(void (*handler)(const char *message))
{
	fail_handler = handler;
}

_Noreturn void fake_fail(const char *format, ...)
{
	static char message[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (fail_handler != NULL)
		fail_handler(message);
	fprintf(stderr, "fake: %s\n", message);
	abort();
}

void fake_mmio_attach(hv_u64 base, hv_u64 size, const struct fake_mmio_model *model, void *device)
{
	if (device_count == FAKE_BUS_DEVICES || size == 0 || base + (size - 1) < base)
		fake_fail("%s at 0x%" PRIx64 ": no room", model->name, base);
	for (hv_u32 i = 0; i < device_count; i++) {
		if (base - devices[i].base < devices[i].size || devices[i].base - base < size)
			fake_fail("%s at 0x%" PRIx64 " overlaps %s", model->name, base,
				  devices[i].model->name);
	}
	devices[device_count++] = (struct device){base, size, model, device};
}

static const struct device *device_at(hv_u64 address, hv_u32 bytes, const char *what)
{
	if ((address & (bytes - 1)) != 0)
		fake_fail("%s of %u bytes at 0x%" PRIx64 ": not aligned", what, bytes, address);
	for (hv_u32 i = 0; i < device_count; i++) {
		if (address - devices[i].base < devices[i].size &&
		    address - devices[i].base + bytes <= devices[i].size)
			return &devices[i];
	}
	fake_fail("%s of %u bytes at 0x%" PRIx64 ": no device there", what, bytes, address);
}

static hv_u64 read_device(hv_u64 address, hv_u32 bytes)
{
	const struct device *at = device_at(address, bytes, "read");
	hv_u64 value = 0;

	if (!at->model->read(at->device, address - at->base, bytes, &value))
		fake_fail("read of %u bytes at 0x%" PRIx64 ": %s has no such register at 0x%" PRIx64,
			  bytes, address, at->model->name, address - at->base);
	fake_access_note(FAKE_READ, at->model->name, address, value, bytes);
	return value;
}

/* Noted first: what the device does because of it comes later. */
static void write_device(hv_u64 address, hv_u32 bytes, hv_u64 value)
{
	const struct device *at = device_at(address, bytes, "write");

	fake_access_note(FAKE_WRITE, at->model->name, address, value, bytes);
	if (!at->model->write(at->device, address - at->base, bytes, value))
		fake_fail("write of %u bytes at 0x%" PRIx64 ": %s has no such register at 0x%" PRIx64,
			  bytes, address, at->model->name, address - at->base);
}

hv_u8 mmio_read8(hv_u64 address)
{
	return (hv_u8)read_device(address, 1);
}

hv_u16 mmio_read16(hv_u64 address)
{
	return (hv_u16)read_device(address, 2);
}

hv_u32 mmio_read32(hv_u64 address)
{
	return (hv_u32)read_device(address, 4);
}

hv_u64 mmio_read64(hv_u64 address)
{
	return read_device(address, 8);
}

void mmio_write8(hv_u64 address, hv_u8 value)
{
	write_device(address, 1, value);
}

void mmio_write16(hv_u64 address, hv_u16 value)
{
	write_device(address, 2, value);
}

void mmio_write32(hv_u64 address, hv_u32 value)
{
	write_device(address, 4, value);
}

void mmio_write64(hv_u64 address, hv_u64 value)
{
	write_device(address, 8, value);
}
