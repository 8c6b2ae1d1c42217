# SPDX-License-Identifier: Apache-2.0
"""Settings of each partition, and how many there are."""
from ..model import MAX_GUESTS
from ..problems import key_text
from ..units import hexa


def check(config, problems):
    if len(config.partitions) > MAX_GUESTS:
        problems.add(("cpus",), f"has {len(config.partitions)} partitions; at most {MAX_GUESTS} "
                     "guests are possible beside the hypervisor")
    _check_devices(config, problems)
    _check_ipa_bits(config, problems)
    for partition in config.partitions:
        _check_images(partition, problems)
        _check_entry(partition, problems)
        _check_smc(partition, problems)
        _check_restarts(partition, problems)


def _check_devices(config, problems):
    owners = {}
    for partition in config.partitions:
        for device, path in partition.devices:
            if device.name in owners:
                other, where = owners[device.name]
                problems.add(path, f"gives device {device.name} to {partition.name}, but "
                             f"{key_text(where)} gives it to {other}; a device has one owner")
            else:
                owners[device.name] = (partition.name, path)
        _check_console(partition, problems)


def _check_console(partition, problems):
    device = next((d for d, _ in partition.devices if d.name == partition.console), None)
    if device and "arm,pl011" not in device.compatible:
        problems.add(("partitions", partition.name, "console"), f"names {device.name}, which is "
                     "not a serial port")


def _check_ipa_bits(config, problems):
    if config.ipa_bits > config.board.pa_bits:
        problems.add(("hypervisor", "ipa_bits"), f"is {config.ipa_bits}, more than the "
                     f"{config.board.pa_bits} bits of physical address that board "
                     f"{config.board.name} has")


def _check_images(partition, problems):
    path = ("partitions", partition.name)
    if "kernel" in partition.images and "binary" in partition.images:
        problems.add(path + ("binary",), "is given beside kernel; a partition starts one program")
    if "initrd" in partition.images and "kernel" not in partition.images:
        problems.add(path + ("initrd",), "is given without a kernel that could use it")
    if partition.dtb == "none":
        for key in ("cmdline", "initrd", "rng_seed"):
            if path + (key,) in problems.source.lines:
                problems.add(path + (key,), "has no effect without a device tree (dtb: none)")


def _check_entry(partition, problems):
    if partition.entry is None:
        return
    path = ("partitions", partition.name, "entry")
    if partition.entry % 4:
        problems.add(path, f"is {hexa(partition.entry)}, not a multiple of 4")
    if not any(r.ipa <= partition.entry <= r.ipa_last and "x" in r.access for r in partition.ram):
        problems.add(path, f"is {hexa(partition.entry)}, which is not in executable memory of "
                     f"{partition.name}")


def _check_smc(partition, problems):
    seen = set()
    for index, function in enumerate(partition.smc_allowed):
        path = ("partitions", partition.name, "smc_allowed", index)
        if function in seen:
            problems.add(path, f"lists {function:#010x} twice")
        elif _is_psci(function):
            problems.add(path, f"is {function:#010x}, a PSCI call; those would act on the whole "
                         "machine, and the hypervisor answers them itself")
        seen.add(function)


def _is_psci(function):
    """Standard secure service calls, SMC32 and SMC64, functions 0 to 0x1f (DEN0022)."""
    return function & ~0x40000000 & 0xffffffff in range(0x84000000, 0x84000020)


def _check_restarts(partition, problems):
    path = ("partitions", partition.name, "max_restarts")
    if path in problems.source.lines and partition.fault_policy != "restart":
        problems.add(path, f"has no effect with fault_policy {partition.fault_policy}")
