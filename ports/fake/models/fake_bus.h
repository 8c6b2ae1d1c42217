/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_BUS_H
#define HAVEN_FAKE_BUS_H
/**
 * @file
 * The bus under the real drivers of hal/arm64, on the build host.
 *
 * A driver that says <arm64/mmio.h>, <arm64/barrier.h> and <arm64/sysreg.h> compiles
 * unchanged with ports/fake before hal in its include path (add_haven_driver_test() in
 * tests/host/CMakeLists.txt does it). Each register access then goes to the model
 * that is attached at the address; one that no model takes fails the test and names the
 * address. All accesses, barriers and cache operations go into one log in their order.
 *
 * One thread; state is global; fake_bus_reset() is power-on.
 */
#include <haven/types.h>

#define FAKE_BUS_DEVICES  16u
#define FAKE_BUS_ACCESSES 32768u
#define FAKE_BUS_SYSREGS  64u

/** A device's registers. */
struct fake_mmio_model {
	const char *name;
	/**
	 * One access at @p offset from the device's base, naturally aligned, 1, 2, 4 or 8
	 * @p bytes; it lies in the device.
	 *
	 * @return false: the device has no such register, or none of this width. The test
	 *         fails and names it.
	 */
	bool (*read)(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value);
	bool (*write)(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value);
};

/** No devices, no system registers, empty log, failures abort. */
void fake_bus_reset(void);
/** Put a device at [base, base + size). Overlap with another one fails the test. */
void fake_mmio_attach(hv_u64 base, hv_u64 size, const struct fake_mmio_model *model, void *device);

/** Give the CPU a system register, and its value. One without fails the test when used. */
void fake_sysreg_set(const char *name, hv_u64 value);
/** What a system register holds. */
hv_u64 fake_sysreg_get(const char *name);

/**
 * System registers with effects, as those of a GIC's CPU interface are. Asked before the
 * plain ones of fake_sysreg_set(); NULL: none.
 */
struct fake_sysreg_model {
	/** @return false: not this model's register. */
	bool (*read)(void *cpu, const char *name, hv_u64 *value);
	bool (*write)(void *cpu, const char *name, hv_u64 value);
};
void fake_sysreg_attach(const struct fake_sysreg_model *model, void *cpu);

/** @name The log @{ */
enum fake_access_kind {
	FAKE_READ,         /**< Of a device register. */
	FAKE_WRITE,
	FAKE_SYSREG_READ,
	FAKE_SYSREG_WRITE,
	FAKE_BARRIER,
	FAKE_CACHE,        /**< "clean" or "clean+invalidate": address, and the size in value. */
	FAKE_DEVICE,       /**< A model's own note of what it did. */
};

struct fake_access {
	enum fake_access_kind kind;
	const char *name; /**< Of the model, system register, barrier or operation. */
	hv_u64 address;
	hv_u64 value;
	hv_u32 bytes;
	hv_u32 times; /**< Equal accesses in a row are one entry: polling does not fill the log. */
};

/** Entry by its place, the oldest is 0; NULL past the newest. */
const struct fake_access *fake_access_at(hv_u32 index);
/** Entries. Fails the test if some found no room: clear the log more often. */
hv_u32 fake_access_count(void);
void fake_access_clear(void);

#define FAKE_NOWHERE (~0u)
/** Place of the first access of a kind to an address, from place @p from on. */
hv_u32 fake_access_find(hv_u32 from, enum fake_access_kind kind, hv_u64 address);
/** Place of the first barrier, system register or operation of this name. */
hv_u32 fake_access_find_name(hv_u32 from, enum fake_access_kind kind, const char *name);

/** Registers that may be accessed: [first, last] addresses, and how. */
struct fake_access_range {
	hv_u64 first, last;
	bool read, write;
};
/** First device access outside of an allow-list; NULL if all lie in it. */
const struct fake_access *fake_access_outside(const struct fake_access_range *allowed,
					      hv_u32 count);
/** @} */

/** @name For models @{ */
/** Add to the log. @p name must stay. */
void fake_access_note(enum fake_access_kind kind, const char *name, hv_u64 address, hv_u64 value,
		      hv_u32 bytes);

/** The same with a size as value: a range that goes on where the newest entry ends is one with it. */
void fake_access_extend(enum fake_access_kind kind, const char *name, hv_u64 address, hv_u64 size);

/** Fail the test: what the code under test did is not legal. Does not return. */
_Noreturn void fake_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Who takes failures: must not return. NULL: print and abort. */
void fake_on_fail(void (*handler)(const char *message));
/** @} */

#endif
