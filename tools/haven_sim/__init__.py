# SPDX-License-Identifier: Apache-2.0
"""The real dispatcher of lib/sched, driven by simulated guests or by a recorded run."""
