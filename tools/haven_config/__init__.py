# SPDX-License-Identifier: Apache-2.0
"""The configuration compiler: one YAML file in, C tables and device trees out.

The way through: source (YAML with line numbers) -> schema (shape) -> resolve
(model) -> checks (rules) -> layout (where files go) -> emit_* (outputs).
"""
