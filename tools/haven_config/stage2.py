# SPDX-License-Identifier: Apache-2.0
"""How many stage-2 tables a configuration takes, counted from the regions alone.

Source: Arm ARM, stage 2, 4 KB granule: level 1 maps 1 GB an entry, level 2
2 MB, level 3 4 KB; 40 to 43 bits concatenate root tables at level 1, more
start at level 0.
"""
GB = 1 << 30
MB2 = 1 << 21


def root_tables(ipa_bits):
    return 1 << max(0, ipa_bits - 39) if ipa_bits <= 43 else 1


def tables_of(regions, ipa_bits):
    """Tables of one map: its root, and one for each entry that is not one block."""
    level2, level3 = set(), set()
    for region in regions:
        _split(region.ipa, region.pa, region.size, GB, level2)
        for ipa, pa, size in _uncovered(region, GB):
            _split(ipa, pa, size, MB2, level3)
    level1 = set()
    if ipa_bits > 43:
        level1 = {ipa >> 39 for r in regions for ipa in (r.ipa, r.ipa_last)}
        for region in regions:
            level1.update(range(region.ipa >> 39, (region.ipa_last >> 39) + 1))
    return root_tables(ipa_bits) + len(level1) + len(level2) + len(level3)


def total(config):
    """All maps: one for a partition's CPUs, and one for its devices if theirs is another."""
    maps = [m for p in config.partitions for m in (p.regions, p.device_map) if m]
    return sum(tables_of(regions, config.ipa_bits) for regions in maps)


def _blocks(ipa, pa, size, step):
    """First and end IPA of the whole blocks in a range; equal if there are none."""
    if (ipa - pa) % step:
        return ipa, ipa
    first = (ipa + step - 1) // step * step
    end = (ipa + size) // step * step
    return (first, end) if end > first else (ipa, ipa)


def _split(ipa, pa, size, step, tables):
    """Add to `tables` each `step` of IPA that holds something else than one block."""
    first, end = _blocks(ipa, pa, size, step)
    for low, high in ((ipa, first), (end, ipa + size)):
        if high > low:
            tables.update(range(low // step, (high - 1) // step + 1))


def _uncovered(region, step):
    first, end = _blocks(region.ipa, region.pa, region.size, step)
    for low, high in ((region.ipa, first), (end, region.ipa + region.size)):
        if high > low:
            yield low, low - region.ipa + region.pa, high - low
