# SPDX-License-Identifier: Apache-2.0
"""report.txt: the whole configuration on a page or two."""
from . import emit_scmi, emit_timing, report_dma, report_firmware, stage2
from .emit_c import routes
from .model import FIRST_SPI
from .units import show_range, show_size, show_time


def report(config, payloads):
    lines = _head(config)
    for partition in config.partitions:
        lines += [""] + _partition(config, partition)
    lines += report_firmware.section(config)
    promised = emit_timing.table(config)
    if promised:
        lines += ["", "Time"] + ["  " + line if line else "" for line in promised]
    lines += [""] + _physical(config) + [""] + _files(payloads)
    return "\n".join(lines) + "\n"


def _head(config):
    total = stage2.total(config)
    return [
        f"Configuration {config.name} for board {config.board.name}",
        f"  hypervisor      {show_range(config.board.hypervisor.base, config.board.hypervisor.size)}",
        f"  journal         {show_range(config.journal_pa, config.journal_size)}, "
        f"{config.journal_slots} records per CPU",
        *([f"  trace           {show_range(config.trace_pa, config.trace_size)}, "
           f"{config.trace_slots} records per shared CPU"] if config.trace_slots else []),
        f"  service CPU     {config.service_cpu}",
        f"  IPA width       {config.ipa_bits} bits",
        f"  stage-2 tables  {total} ({show_size(total * 4096)})",
    ] + report_dma.head(config) + report_firmware.head(config)


def _partition(config, partition):
    lines = [f"Partition {partition.id}: {partition.name}"]
    lines.append("  CPUs            " + ", ".join(
        f"vCPU {v} on CPU {c}" for v, c in enumerate(partition.cpus)))
    lines.append(f"  entry           0x{partition.entry:08x}")
    for region in partition.regions:
        lines.append(f"  IPA {show_range(region.ipa, region.size)} -> PA 0x{region.pa:08x}  "
                     f"{region.access:3}  {region.kind:6}  {region.name} "
                     f"({show_size(region.size)})")
    lines.append(f"  stage-2 tables  {stage2.tables_of(partition.regions, config.ipa_bits)}")
    lines += report_dma.partition(config, partition)
    lines.append("  interrupts      " + ", ".join(_routes(partition)))
    lines.append(f"  console         {_console(partition)}")
    lines.append(f"  fault policy    {_policy(partition)}")
    lines.append(f"  time            {_timing(partition)}")
    lines += emit_scmi.report(partition)
    if partition.doorbell_irq is not None:
        lines.append(f"  doorbell        rings here as INTID {partition.doorbell_irq}")
    if partition.doorbell_peers:
        lines.append("  may ring        " + ", ".join(partition.doorbell_peers))
    if partition.smc_allowed:
        lines.append("  SMC allowed     " + ", ".join(f"0x{f:08x}" for f in partition.smc_allowed))
    if partition.cmdline:
        lines.append(f"  command line    {partition.cmdline}")
    return lines


def _routes(partition):
    return [f"{'SPI' if i >= FIRST_SPI else 'PPI'} {i} on CPU {c}" for i, c in routes(partition)]


def _console(partition):
    if partition.has_vuart:
        return f"virtual PL011, INTID {partition.vuart_irq}"
    return partition.console


def _policy(partition):
    if partition.fault_policy == "restart":
        return f"restart, at most {partition.max_restarts} times, then halt"
    return partition.fault_policy


def _timing(partition):
    if not partition.period_ns:
        return "dedicated CPUs, no budget"
    kind = "polling" if partition.polling else "deferrable"
    return (f"{show_time(partition.budget_ns)} in each {show_time(partition.period_ns)} "
            f"({100 * partition.budget_ns / partition.period_ns:.4g} %) on shared CPUs, {kind}, "
            f"priority {partition.priority}" + (", background time" if partition.background else ""))


def _physical(config):
    """Every physical range and who holds it, from low to high."""
    rows = [(f.base, f.size, f.name) for f in config.board.reserved + [config.board.hypervisor]]
    rows += [(r.pa, r.size, f"{p.name}: {r.name}") for p in config.partitions
             for r in p.regions if r.kind != "shared"]
    rows += [(a.pa, a.size, f"shared: {a.name} (" + ", ".join(
        [f"{n} {x}" for n, x in a.sharers.items()] + report_firmware.sharers(config, a)) + ")")
             for a in config.shared]
    rows += report_firmware.physical(config)
    return ["Physical addresses"] + [f"  {show_range(b, s)}  {n}" for b, s, n in sorted(rows)]


def _files(payloads):
    lines = ["Files in the image"]
    for p in payloads:
        lines.append(f"  {p.name:24} {p.size:>10} bytes  to PA 0x{p.load_pa:08x}, "
                     f"IPA 0x{p.load_ipa:08x}")
    return lines
