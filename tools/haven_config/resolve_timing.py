# SPDX-License-Identifier: Apache-2.0
"""Budgets and tasks, from the checked shape to the model."""
from . import units
from .model import Overheads, Task

SERVER_KEYS = ("priority", "server", "background")


def partition(data, part, problems):
    """What timing says of this partition."""
    item = data.get("timing", {}).get(part.name)
    if item is None:
        return
    path = ("timing", part.name)
    for key in ("period", "budget"):
        if key not in item and set(item) - {"tasks"}:
            problems.add(path, f"lacks the key {key}")
    part.period_ns = units.duration_ns(item.get("period", "0ns"))
    part.budget_ns = units.duration_ns(item.get("budget", "0ns"))
    part.priority = item.get("priority", 0)
    part.polling = item.get("server") == "polling"
    part.background = item.get("background", False)
    part.tasks = [_task(task, part, path + ("tasks", i))
                  for i, task in enumerate(item.get("tasks", []))]


def _task(item, part, path):
    period = units.duration_ns(item["period"])
    return Task(name=item["name"], path=path, wcet=units.duration_ns(item["wcet"]), period=period,
                deadline=units.duration_ns(item["deadline"]) if "deadline" in item else period,
                priority=item.get("priority"), cpu=item.get("cpu", part.cpus[0]))


def overheads(hypervisor, board):
    """What EL2 takes at most: the configuration's word before the board's."""
    def longest(key):
        text = hypervisor.get(key, board.overheads.get(key))
        return None if text is None else units.duration_ns(text)
    exits, interrupt = longest("longest_exit"), longest("longest_interrupt")
    return Overheads(exit=exits, switch=longest("longest_switch"),
                     interrupt=exits if interrupt is None else interrupt,
                     service=longest("service_time"))
