# SPDX-License-Identifier: Apache-2.0
"""What config.c and config_limits.h say about devices that master the bus."""


def limits(config):
    return (("PCI_FUNCTIONS", config.function_count, "of all guests"),)


def _range(frame):
    return f"{{UINT64_C(0x{frame.base:x}), UINT64_C(0x{frame.size:x})}}"


def board_fields(board):
    smmu, pci = board.smmu, board.pci
    yield "smmu", "{0}" if smmu is None else (
        f"{{UINT64_C(0x{smmu.frame.base:x}), {smmu.stream_bits}u, {smmu.event_irq}u, "
        f"{smmu.gerror_irq}u}}")
    yield "pci", "{{0, 0}, 0}" if pci is None else f"{{{_range(pci.ecam)}, {pci.first_bus}u}}"
    yield "its_base", f"UINT64_C(0x{board.its.base if board.its else 0:x})"
    yield "its_coherent", _truth(board.its_coherent)


def streams(partition):
    return [f"/* {name} */ 0x{stream:x}u" for stream, name, _ in partition.dma.streams]


def functions(partition):
    return [_function(f) for f in partition.dma.functions]


def _function(function):
    facts = function.facts
    bars = [f"[{bar.index}] = {{UINT64_C(0x{base:x}), UINT64_C(0x{bar.size:x}), "
            f"{_truth(bar.wide)}, {_truth(bar.prefetchable)}}}"
            for bar, base in function.bars.items()] or ["{0}"]
    return (f'{{"{facts.name}", 0x{facts.bdf:x}u, 0x{facts.id:08x}u, {function.intx}u,\n\t {{'
            + ",\n\t  ".join(bars) + "}}")


def _truth(value):
    return "true" if value else "false"


def partition(part, ident):
    """Initializer of struct hv_dma_config."""
    dma = part.dma
    if not dma.streams and not dma.functions:
        return "{0}"
    page = dma.msi_page.base if dma.msi_page else 0
    rows = (
        ("streams", f"{ident}_streams" if dma.streams else "NULL"),
        ("stream_count", f"{len(dma.streams)}u"),
        ("functions", f"{ident}_functions" if dma.functions else "NULL"),
        ("function_count", f"{len(dma.functions)}u"),
        ("shadow_first", f"{dma.shadow_first}u"),
        ("policy", f"HV_DMA_{dma.policy.upper()}"),
        ("msi_ipa", f"UINT64_C(0x{page:x})"),
        ("msi_first", f"{dma.msi_first}u"),
        ("msi_count", f"{dma.msi_count}u"),
        ("lpi_first", f"{dma.lpi_first}u"),
    )
    return "{\n" + "".join(f"\t\t.{name} = {value},\n" for name, value in rows) + "\t}"


def routes(config):
    """Rows of hv_lpi_route: function by function, vector by vector."""
    return [f"{{{p.id}u, 0x{f.facts.bdf:x}u, {intid}u}}" for p in config.partitions
            for f in p.dma.functions for intid in p.msi_intids]
