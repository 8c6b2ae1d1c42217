# SPDX-License-Identifier: Apache-2.0
"""CPUs: on the board, one vCPU each, budgets that fit."""
from fractions import Fraction

from ..model import MAX_CPUS

MAX_NS = (1 << 64) - 1


def check(config, problems):
    placed = {}
    for partition in config.partitions:
        for index, cpu in enumerate(partition.cpus):
            path = _path(partition, index, config)
            if not 0 <= cpu < config.board.cpu_count:
                problems.add(path, f"is CPU {cpu}, which board {config.board.name} does not have; "
                             f"it has 0 to {config.board.cpu_count - 1}")
            elif cpu in partition.cpus[:index]:
                problems.add(path, f"lists CPU {cpu} twice; a partition has at most one vCPU "
                             "on a CPU")
            else:
                placed.setdefault(cpu, []).append((partition, path))
        if len(partition.cpus) > MAX_CPUS:
            problems.add(partition.path, f"has {len(partition.cpus)} vCPUs; a partition has at "
                         f"most {MAX_CPUS}")
        _check_budget(partition, problems)
    for cpu, users in placed.items():
        if len(users) > 1:
            _check_sharing(cpu, users, problems)
    _check_service_cpu(config, problems)


def _path(partition, index, config):
    path = partition.path + (index,)
    return path if path in config.source.lines else partition.path


def _check_budget(partition, problems):
    path = ("timing", partition.name)
    period, budget = partition.period_ns, partition.budget_ns
    if path in problems.source.lines:
        for key, value in (("period", period), ("budget", budget)):
            if value > MAX_NS:
                problems.add(path + (key,), f"is {value} ns, more than 2^64 - 1 ns")
        if period == 0:
            problems.add(path + ("period",), "is 0; a period is at least 1 ns")
        if budget == 0:
            problems.add(path + ("budget",), "is 0; a budget is at least 1 ns")
        if period and budget > period:
            problems.add(path + ("budget",), f"is {budget} ns, more than the period of "
                         f"{period} ns")


def _check_sharing(cpu, users, problems):
    names = " and ".join(p.name for p, _ in users)
    path = users[-1][1]
    loads = [Fraction(p.budget_ns, p.period_ns) if p.period_ns else Fraction(1) for p, _ in users]
    if sum(loads) > 1:
        shares = " + ".join(f"{float(100 * load):.4g} %" for load in loads)
        problems.add(path, f"overcommits CPU {cpu}: {names} ask for {shares} of it "
                     "(a partition without timing asks for all)")
    problems.add(path, f"puts {names} on CPU {cpu}; sharing a CPU needs the budget dispatcher, "
                 "which this version does not have")


def _check_service_cpu(config, problems):
    if config.service_cpu >= config.board.cpu_count:
        problems.add(("hypervisor", "service_cpu"), f"is CPU {config.service_cpu}, which board "
                     f"{config.board.name} does not have; it has 0 to "
                     f"{config.board.cpu_count - 1}")
