#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare MISRA findings of cppcheck's addon (stdin) with the recorded deviations.

usage: misra_deviations.py docs/deviations.md < findings

A deviation is a table row: | rule | where | reason |, where `where` is a shell pattern
of files. Prints each finding that no row covers and fails; names rows that nothing
needs any more.
"""
import collections
import fnmatch
import re
import sys

ROW = re.compile(r"^\| (\d+\.\d+) \| `([^`]+)` \| (.+) \|$")
FINDING = re.compile(r"^\[([^:\]]+):(\d+)\].*\[misra-c2012-(\d+\.\d+)\]$")


def deviations(path):
    with open(path, encoding="utf-8") as file:
        rows = [ROW.match(line.rstrip()) for line in file]
    return [(row[1], row[2]) for row in rows if row]


def findings(lines):
    """Sorted set: a header's findings come once for each file that includes it."""
    matches = [FINDING.match(line.rstrip()) for line in lines]
    return sorted({(m[3], m[1], int(m[2])) for m in matches if m})


def main():
    recorded = deviations(sys.argv[1])
    found = findings(sys.stdin)
    if not found:
        print("misra: no finding at all: the addon did not run")
        return 1
    counts = collections.Counter()
    missing = []
    for rule, path, line in found:
        row = next((r for r in recorded if r[0] == rule and fnmatch.fnmatch(path, r[1])), None)
        if row:
            counts[row] += 1
        else:
            missing.append(f"{path}:{line}: MISRA C:2012 rule {rule}, and no deviation is recorded")
    print("\n".join(missing)) if missing else None
    for row in recorded:
        if counts[row] == 0:
            print(f"misra: rule {row[0]} in {row[1]}: nothing deviates any more")
    print(f"misra: {len(found)} findings, {len(found) - len(missing)} of them recorded deviations")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
