# SPDX-License-Identifier: Apache-2.0
"""What budgets promise on each CPU: admission of the servers, responses of their tasks.

EL2's time, with `exit` the longest exit and `switch` the longest world switch:
- A server overruns by at most one late step and two switches (the one that brought it and
  the one that takes it away), which its next refill pays for. Others see that once each.
- Each SPI of a partition that has no turn is taken in once until it has one; twice, if another
  vCPU of that partition can end it. The partition pays for it, and others see that once as well.
- Of its own budget a server may lose as much: `exit + 2 * switch` in each period. What is
  left is the budget that its tasks can count on.
- A task that waits for its release lets its vCPU wait: two switches more for each job.
- On the service CPU, the console's work is a server of its own, more urgent than all; a guest
  that has that CPU for itself can count on the rest.
"""
from dataclasses import dataclass, field
from typing import Optional

from . import admission, supply
from .model import FIRST_SPI


@dataclass
class TaskTiming:
    task: object
    response: Optional[int]    # None: beyond its deadline


@dataclass
class ServerTiming:
    partition: object
    fits: bool = True
    response: int = 0          # of the whole budget, from a refill; if not fits: at least this
    resource: Optional[supply.Resource] = None  # what its tasks can count on; None: nothing
    tasks: list = field(default_factory=list)


@dataclass
class CpuTiming:
    cpu: int
    shared: bool
    reserve: admission.Reserve
    servers: list              # of ServerTiming, in the order of partitions

    @property
    def load(self):
        """Share of the CPU that is given away."""
        return admission.utilisation([_server(s.partition) for s in self.servers], self.reserve)

    def more_urgent(self, timing):
        """Partitions that go before this one."""
        index = self.servers.index(timing)
        servers = [_server(s.partition) for s in self.servers]
        return [self.servers[i].partition for i in admission.more_urgent(servers, index)]


def overrun(overheads):
    """The most that a server may exceed its budget by."""
    return overheads.exit + 2 * overheads.switch


def analyse(config):
    """A CpuTiming for each CPU that is shared or has declared tasks. Partitions on a shared
    CPU must have budgets."""
    cpus = []
    for cpu in range(config.board.cpu_count):
        users = [p for p in config.partitions if cpu in p.cpus]
        shared = len(users) > 1
        if shared or any(_tasks(p, cpu) for p in users):
            cpus.append(_cpu(config, cpu, users, shared))
    return cpus


def _sources(partition):
    """How often its interrupts may come while it has no turn."""
    spis = sum(irq.intid >= FIRST_SPI for irq in partition.irqs)
    return spis * (1 if len(partition.cpus) == 1 else 2)


def reserve(config, cpu, users):
    """What EL2 takes of a shared CPU with these partitions."""
    over = config.overheads
    once = (len(users) + 1) * overrun(over) + sum(map(_sources, users)) * over.interrupt
    if cpu == config.service_cpu and over.service is not None:
        return admission.Reserve(over.service_period, over.service, once)
    return admission.Reserve(1, 0, once)


def _server(partition):
    return admission.Server(partition.period_ns, partition.budget_ns, partition.priority,
                            partition.polling)


def _tasks(partition, cpu):
    """The tasks on this CPU, the most urgent first."""
    tasks = [t for t in partition.tasks if t.cpu == cpu]
    return sorted(tasks, key=lambda t: t.deadline if t.priority is None else t.priority)


def _cpu(config, cpu, users, shared):
    if not shared:
        timing = ServerTiming(users[0], resource=_alone(config, cpu))
        timing.tasks = _responses(timing, cpu, 0)
        return CpuTiming(cpu, False, admission.Reserve(), [timing])
    result = CpuTiming(cpu, True, reserve(config, cpu, users),
                       [ServerTiming(p) for p in users])
    servers = [_server(p) for p in users]
    for index, timing in enumerate(result.servers):
        timing.fits, timing.response = admission.response(servers, index, result.reserve)
        timing.resource = _resource(timing, config.overheads)
        timing.tasks = _responses(timing, cpu, 2 * config.overheads.switch)
    return result


def _alone(config, cpu):
    over = config.overheads
    if cpu != config.service_cpu or not over.service:
        return supply.WHOLE_CPU
    if over.service >= over.service_period:
        return None
    return supply.Resource(over.service_period, over.service_period - over.service,
                           over.service_period)


def _resource(timing, overheads):
    p = timing.partition
    budget = p.budget_ns - overrun(overheads)
    if not timing.fits or budget <= 0:
        return None
    return supply.Resource(p.period_ns, budget, timing.response, keeps=not p.polling)


def _responses(timing, cpu, switches):
    tasks = _tasks(timing.partition, cpu)
    loads = [supply.Load(t.wcet + switches, t.period, t.deadline) for t in tasks]
    if timing.resource is None:
        return [TaskTiming(t, None) for t in tasks]
    return [TaskTiming(t, supply.response(loads, i, timing.resource))
            for i, t in enumerate(tasks)]
