# SPDX-License-Identifier: Apache-2.0
"""Settings of each partition, and how many there are."""
from ..model import MAX_GUESTS
from ..problems import key_text
from ..units import hexa

MAX_CMDLINE = 2047         # bytes; arm64 Linux keeps 2048 with the final zero
MAX_SMC = 16               # HV_SMC_ALLOW_MAX of <haven/hypercall.h>

# Functions that are never handed to the firmware, as SMC32 ids; SMC64 ids have bit 30 besides.
# Source: DEN0028 (ranges of services), DEN0022 (PSCI), DEN0054 (SDEI), DEN0077 (FF-A).
REFUSED_SMC = (
    (range(0x80000000, 0x80010000), "an Arm architecture call; the hypervisor answers those "
     "itself"),
    (range(0x84000000, 0x84000020), "a PSCI call; those would act on the whole machine, and the "
     "hypervisor answers them itself"),
    (range(0x84000020, 0x84000040), "an SDEI call; by those the firmware would call an address of "
     "the guest's choice at EL2"),
    (range(0x84000060, 0x84000100), "an FF-A call; those hand memory to the secure world without "
     "regard to the partition's map"),
    (range(0x86000000, 0x86010000), "a call of the vendor hypervisor service; those are Haven's "
     "own"),
)


def check(config, problems):
    if len(config.partitions) > MAX_GUESTS:
        problems.add(("cpus",), f"has {len(config.partitions)} partitions; at most {MAX_GUESTS} "
                     "guests are possible beside the hypervisor")
    _check_devices(config, problems)
    _check_ipa_bits(config, problems)
    for partition in config.partitions:
        _check_images(partition, problems)
        _check_cmdline(partition, problems)
        if partition.entry is not None:
            _check_entry(partition, ("partitions", partition.name, "entry"), problems)
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


def _check_cmdline(partition, problems):
    length = len(partition.cmdline.encode())
    if length > MAX_CMDLINE:
        problems.add(("partitions", partition.name, "cmdline"), f"is {length} bytes long in UTF-8; "
                     f"at most {MAX_CMDLINE} are possible")


def check_start(config, problems):
    """After layout: an entry that follows from where the program lies is held to the same rule."""
    for partition in config.partitions:
        program = partition.images.get("kernel") or partition.images.get("binary")
        written = ("partitions", partition.name, "entry") in problems.source.lines
        if program is not None and not written:
            _check_entry(partition, program.path, problems, "starts at")


def _check_entry(partition, path, problems, verb="is"):
    if partition.entry % 4:
        problems.add(path, f"{verb} {hexa(partition.entry)}, not a multiple of 4")
    if not any(r.ipa <= partition.entry <= r.ipa_last and "x" in r.access for r in partition.ram):
        problems.add(path, f"{verb} {hexa(partition.entry)}, which is not in executable memory of "
                     f"{partition.name}")


def _check_smc(partition, problems):
    seen = set()
    if len(partition.smc_allowed) > MAX_SMC:
        problems.add(("partitions", partition.name, "smc_allowed"), "lists "
                     f"{len(partition.smc_allowed)} functions; at most {MAX_SMC} are possible")
    for index, function in enumerate(partition.smc_allowed):
        path = ("partitions", partition.name, "smc_allowed", index)
        if function in seen:
            problems.add(path, f"lists {function:#010x} twice")
        for functions, what in REFUSED_SMC:
            if function not in seen and function & ~0x40000000 in functions:
                problems.add(path, f"is {function:#010x}, {what}")
        seen.add(function)


def _check_restarts(partition, problems):
    path = ("partitions", partition.name, "max_restarts")
    if path in problems.source.lines and "restart" not in (partition.fault_policy,
                                                           partition.dma.policy):
        problems.add(path, f"has no effect with fault_policy {partition.fault_policy}")
