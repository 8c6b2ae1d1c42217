# SPDX-License-Identifier: Apache-2.0
"""The target tests: each module registers its own."""
import importlib

MODULES = ("attacks", "life", "boot", "guests", "image", "pci_facts", "dma_linux", "dma_reach",
           "dma_pci", "dma_life", "scmi", "shared", "temporal", "replay", "bounds")


def load():
    for module in MODULES:
        importlib.import_module(f"cases.{module}")
