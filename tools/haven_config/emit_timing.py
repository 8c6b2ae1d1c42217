# SPDX-License-Identifier: Apache-2.0
"""What budgets promise, as a table: servers of each shared CPU, and tasks."""
from . import timing
from .units import show_time

SERVER = "  {:<20} {:>8}  {:<10}  {:>18}  {:>12}  {:>12}  {:>12}"
TASK = "    {:<18} {:>12}  {:>12}  {:>12}  {:>12}  {:>7}"


def table(config):
    """Lines; none if no CPU is shared and no task declared."""
    lines = []
    for cpu in timing.analyse(config):
        lines += ([""] if lines else []) + _cpu(config, cpu)
    return lines


def _cpu(config, cpu):
    if not cpu.shared:
        partition = cpu.servers[0].partition
        return [f"CPU {cpu.cpu}: {partition.name} alone"] + _tasks(cpu.servers[0])
    over = config.overheads
    lines = [f"CPU {cpu.cpu}: {float(100 * cpu.load):.4g} % given away",
             f"  EL2: an exit takes up to {show_time(over.exit)}, a switch {show_time(over.switch)}; "
             f"an overrun is at most {show_time(timing.overrun(over))}"]
    if cpu.reserve.budget:
        lines.append(f"  EL2's own work here: {show_time(cpu.reserve.budget)} in each "
                     f"{show_time(cpu.reserve.period)}")
    lines.append(SERVER.format("partition", "priority", "server", "budget / period", "had within",
                               "for tasks", "nothing for"))
    for server in sorted(cpu.servers, key=lambda s: (s.partition.priority, s.partition.id)):
        lines.append(_server(server))
        lines += _tasks(server)
    return lines


def _server(server):
    p, resource = server.partition, server.resource
    kind = ("polling" if p.polling else "deferrable") + ("+" if p.background else "")
    return SERVER.format(p.name, p.priority, kind,
                         f"{show_time(p.budget_ns)} / {show_time(p.period_ns)}",
                         show_time(server.response), show_time(resource.budget),
                         show_time(resource.blackout))


def _tasks(server):
    if not server.tasks:
        return []
    lines = [TASK.format("task", "wcet", "period", "deadline", "response", "slack")]
    for result in server.tasks:
        t = result.task
        slack = 100 * (t.deadline - result.response) / t.deadline
        lines.append(TASK.format(t.name, show_time(t.wcet), show_time(t.period),
                                 show_time(t.deadline), show_time(result.response),
                                 f"{slack:.1f} %"))
    return lines
