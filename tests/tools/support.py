# SPDX-License-Identifier: Apache-2.0
"""What the tests of the tools share."""
import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))


def load(path):
    """A script without the suffix .py as a module."""
    path = TOOLS / path
    name = path.name.replace("-", "_")
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def run(*command):
    """Finished process of a Python tool, output as text."""
    return subprocess.run([sys.executable, "-B", *(str(part) for part in command)], capture_output=True, text=True, check=False)
