# SPDX-License-Identifier: Apache-2.0
"""Writes all outputs of one configuration."""
import json
from pathlib import Path

from . import emit_c, emit_report, emit_svg, payloads, schedule


def write(compiled, out_dir, depfile, board_dir):
    config = compiled.config
    table = payloads.table(config, out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for name, blob in compiled.dtbs.items():
        (out_dir / f"{name}.dtb").write_bytes(blob)
    texts = {
        "config_limits.h": emit_c.limits(config),
        "payloads.json": json.dumps(payloads.as_json(config, table), indent=2) + "\n",
        "report.txt": emit_report.report(config, table),
        "memory.svg": emit_svg.picture(config),
        "config.c": emit_c.tables(config, table),
    }
    drawing = schedule.picture(config)
    if drawing is not None:
        texts["schedule.svg"] = drawing
    for name, text in texts.items():
        (out_dir / name).write_text(text, encoding="utf-8")
    if depfile is not None:
        depfile.write_text(_depfile(config, table, out_dir, board_dir), encoding="utf-8")


def _depfile(config, table, out_dir, board_dir):
    package = Path(__file__).resolve().parent
    inputs = [Path(config.source.name).resolve(),
              (board_dir / config.board.name / "board.yaml").resolve()]
    inputs += [p.path for p in table if p.path and not p.name.endswith(".dtb")]
    inputs += sorted(package.glob("**/*.py")) + [package / "schema.json"]
    inputs.append(package.parent / "haven_timeline.py")
    if config.firmware and config.firmware.cfg:
        inputs += [f.resolve() for f in config.firmware.cfg.reader.files]
    escaped = " ".join(str(i).replace(" ", "\\ ") for i in inputs)
    return f"{str(out_dir / 'config.c').replace(' ', chr(92) + ' ')}: {escaped}\n"
