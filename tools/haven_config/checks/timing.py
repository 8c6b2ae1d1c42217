# SPDX-License-Identifier: Apache-2.0
"""Time: budgets that are numbers, CPUs that can carry their servers, tasks in time."""
from .. import supply, timing
from ..units import show_time

MAX_NS = (1 << 64) - 1
# Of a server: its first refill, one period after the boot, comes before the clock ends.
MAX_PERIOD_NS = (1 << 63) - 1


def check(config, problems):
    for partition in config.partitions:
        path = ("timing", partition.name)
        if all(path + (key,) in problems.source.lines for key in ("period", "budget")):
            _check_budget(partition, problems)
        _check_tasks(partition, problems)
        _check_service(config, partition, problems)
    if config.trace_slots and not config.shared_cpus:
        problems.add(("hypervisor", "trace_slots"), f"is {config.trace_slots}, but no CPU is shared; "
                     "it records the dispatcher of shared CPUs")
    for cpu in sorted(config.shared_cpus):
        _check_shared(config, cpu, problems)
    if not problems:
        for cpu in timing.analyse(config):
            _check_cpu(cpu, problems)


def _check_budget(partition, problems):
    path = ("timing", partition.name)
    period, budget = partition.period_ns, partition.budget_ns
    for key, value in (("period", period), ("budget", budget)):
        if value > MAX_NS:
            problems.add(path + (key,), f"is {value} ns, more than 2^64 - 1 ns")
        if value == 0:
            problems.add(path + (key,), f"is 0; a {key} is at least 1 ns")
    if period and budget > period:
        problems.add(path + ("budget",), f"is {budget} ns, more than the period of {period} ns")


def _check_tasks(partition, problems):
    names = [t.name for t in partition.tasks]
    for i, task in enumerate(partition.tasks):
        if task.name in names[:i]:
            problems.add(task.path + ("name",), f"is {task.name}, as is that of another task")
        if task.wcet == 0:
            problems.add(task.path + ("wcet",), "is 0; a task runs at least 1 ns")
        if task.deadline > task.period:
            problems.add(task.path + ("deadline",), f"is {show_time(task.deadline)}, more than the "
                         f"period of {show_time(task.period)}")
        if task.wcet > task.deadline:
            problems.add(task.path + ("wcet",), f"is {show_time(task.wcet)}, more than the deadline "
                         f"of {show_time(task.deadline)}")
        if task.cpu not in partition.cpus:
            problems.add(task.path + ("cpu",), f"is CPU {task.cpu}, which {partition.name} does not "
                         "have")
        if (task.priority is None) != (partition.tasks[0].priority is None):
            problems.add(task.path, "has a priority and others have none, or the reverse; give it "
                         "to all tasks of a partition or to none")


def _users(config, cpu):
    return [p for p in config.partitions if cpu in p.cpus]


def _names(partitions):
    return " and ".join(p.name for p in partitions)


def _path(config, partition, cpu):
    path = partition.path + (partition.cpus.index(cpu),)
    return path if path in config.source.lines else partition.path


def _check_shared(config, cpu, problems):
    users = _users(config, cpu)
    path = _path(config, users[-1], cpu)
    for p in users:
        if p.period_ns > MAX_PERIOD_NS:
            problems.add(("timing", p.name, "period"), f"is {show_time(p.period_ns)}; on a shared CPU "
                         "it is less than 2^63 ns")
    without = [p for p in users if not p.period_ns]
    if without:
        problems.add(path, f"puts {_names(users)} on CPU {cpu}; partitions that share a CPU need a "
                     f"period and a budget under timing, and {_names(without)} "
                     f"{'has' if len(without) == 1 else 'have'} none")
    if config.overheads.exit is None or config.overheads.switch is None:
        problems.add(path, f"puts {_names(users)} on CPU {cpu}, but board {config.board.name} does "
                     "not say how long EL2 may take; give longest_exit and longest_switch under "
                     "hypervisor")
    if cpu == config.service_cpu and config.overheads.service is None:
        problems.add(path, f"puts {_names(users)} on CPU {cpu}, which drains the consoles, but board "
                     f"{config.board.name} does not say how long that takes; give service_time under "
                     "hypervisor")


def _check_service(config, partition, problems):
    """Tasks on a CPU that is not shared, but drains the consoles."""
    cpu = config.service_cpu
    tasks = [t for t in partition.tasks if t.cpu == cpu]
    if tasks and cpu not in config.shared_cpus and config.overheads.service is None:
        problems.add(tasks[0].path, f"({tasks[0].name}) is on CPU {cpu}, which drains the consoles, but "
                     f"board {config.board.name} does not say how long that takes; give service_time "
                     "under hypervisor")


def _check_cpu(cpu, problems):
    if cpu.shared and cpu.load > 1:
        shares = " + ".join(f"{100 * s.partition.budget_ns / s.partition.period_ns:.4g} %"
                            for s in cpu.servers)
        own = f", beside {float(100 * cpu.reserve.budget / cpu.reserve.period):.4g} % for EL2" \
            if cpu.reserve.budget else ""
        last = cpu.servers[-1].partition
        problems.add(("timing", last.name), f"overcommits CPU {cpu.cpu}: "
                     f"{_names([s.partition for s in cpu.servers])} ask for {shares} of it{own}")
        return
    for server in cpu.servers:
        if not server.fits:
            _refuse_server(cpu, server, problems)
        elif server.resource is None and cpu.shared:
            _refuse_small(server, problems)
        else:
            _check_deadlines(cpu, server, problems)


def _refuse_server(cpu, server, problems):
    p = server.partition
    before = cpu.more_urgent(server)
    urgent = f"; more urgent: {_names(before)}" if before else ""
    problems.add(("timing", p.name), f"cannot be kept on CPU {cpu.cpu}: {show_time(p.budget_ns)} "
                 f"may take {show_time(server.response)} or more from a refill, and the period is "
                 f"{show_time(p.period_ns)}{urgent}; EL2 takes up to "
                 f"{show_time(cpu.reserve.once)} of that")


def _refuse_small(server, problems):
    p = server.partition
    problems.add(("timing", p.name, "budget"), f"is {show_time(p.budget_ns)}, no more than what a "
                 "late step and its own two switches may take of it")


def _check_deadlines(cpu, server, problems):
    for result in server.tasks:
        if result.response is None:
            problems.add(result.task.path, _late(cpu, server, result.task))


def _late(cpu, server, task):
    text = f"({task.name}) may miss its deadline: {show_time(task.wcet)} in each " \
           f"{show_time(task.period)} may take more than {show_time(task.deadline)}"
    if not cpu.shared and server.resource == supply.WHOLE_CPU:
        return f"{text}, also on a CPU of its own"
    if not cpu.shared:
        return f"{text}; CPU {cpu.cpu} is its own, but drains the consoles as well"
    return f"{text}; on CPU {cpu.cpu}, {server.partition.name} can count on " \
           f"{show_time(server.resource.budget)} in each {show_time(server.resource.period)}, and " \
           f"may get nothing for {show_time(server.resource.blackout)}"
