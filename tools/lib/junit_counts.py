# SPDX-License-Identifier: Apache-2.0
"""Counts of a JUnit file: "passed failed skipped", then a line for each that failed."""
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed" if case.get("status", "run") == "run" else "failed"


def main() -> int:
    results = [(outcome(case), case.get("name")) for case in
               ElementTree.parse(sys.argv[1]).getroot().iter("testcase")]
    print(*(sum(kind == wanted for kind, _ in results) for wanted in ("passed", "failed", "skipped")))
    for kind, name in results:
        if kind == "failed":
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
