# SPDX-License-Identifier: Apache-2.0
"""A scenario: servers, what their guests do, how long EL2 takes. From JSON or from a
compiled partition configuration."""
import json
from dataclasses import dataclass, field

from haven_config import units

from . import core
from .guests import Bursts, Idle, Interrupts, Spin, Task, Tasks

LONGEST = 3600 * 10**9     # of a simulation: an hour
HZ = 10**9


class ScenarioError(Exception):
    """What is wrong, and where."""


@dataclass
class Server:
    name: str
    period: int
    budget: int
    priority: int
    polling: bool
    background: bool
    guest: object
    interrupts: Interrupts = None


@dataclass
class Scenario:
    name: str
    duration: int
    servers: list
    exit: tuple = (0, 0)       # least and most lateness of a step, ns
    switch: tuple = (0, 0)
    seed: int = 1
    hz: int = HZ
    reserve: tuple = field(default=(1, 0, 0))  # for the bounds: period, budget, once


class _Reader:
    """Takes keys out of a mapping; says where if one is missing, wrong or unknown."""

    def __init__(self, data, where):
        if not isinstance(data, dict):
            raise ScenarioError(f"{where} must be a mapping")
        self.data, self.where, self.seen = data, where, set()

    def take(self, key, kind, default=None, needed=False):
        self.seen.add(key)
        if key not in self.data:
            if needed:
                raise ScenarioError(f"{self.where} lacks {key}")
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            wanted = {str: "text", int: "a whole number", bool: "true or false",
                      list: "a list", dict: "a mapping"}.get(kind, "something else")
            raise ScenarioError(f"{self.where}.{key} must be {wanted}")
        return value

    def time(self, key, default=None, needed=False):
        self.seen.add(key)
        if key not in self.data:
            if needed:
                raise ScenarioError(f"{self.where} lacks {key}")
            return default
        return _time(self.data[key], f"{self.where}.{key}")

    def times(self, key, default):
        """A time, or [least, most]."""
        self.seen.add(key)
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, list):
            value = [value, value]
        if len(value) != 2:
            raise ScenarioError(f"{self.where}.{key} must be a time or [least, most]")
        least, most = (_time(v, f"{self.where}.{key}") for v in value)
        if least > most:
            raise ScenarioError(f"{self.where}.{key}: the least is more than the most")
        return least, most

    def done(self):
        for key in self.data:
            if key not in self.seen:
                known = ", ".join(sorted(self.seen))
                raise ScenarioError(f"{self.where}.{key} is not a known key; known: {known}")


def _time(value, where):
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return units.duration_ns(value)
    except (TypeError, ValueError):
        raise ScenarioError(f"{where} must be a time with its unit (500us, 10 ms) or a number of "
                            "nanoseconds") from None


def load(path):
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    return from_data(data, path.stem)


def from_data(data, name):
    top = _Reader(data, "scenario")
    scenario = Scenario(
        name=top.take("name", str, name), duration=top.time("duration", needed=True),
        servers=[], exit=top.times("exit", (0, 0)), switch=top.times("switch", (0, 0)),
        seed=top.take("seed", int, 1), hz=top.take("frequency", int, HZ))
    for i, item in enumerate(top.take("servers", list, needed=True)):
        scenario.servers.append(_server(_Reader(item, f"servers[{i}]"), i))
    top.take("description", str)
    top.done()
    return check(scenario)


def check(scenario):
    if not 1 <= len(scenario.servers) <= core.MOST_SERVERS:
        raise ScenarioError(f"scenario has {len(scenario.servers)} servers; a CPU has 1 to "
                            f"{core.MOST_SERVERS}")
    if not 1 <= scenario.duration <= LONGEST:
        raise ScenarioError("scenario.duration must be 1 ns to an hour")
    if not 1 <= scenario.hz <= 0xffffffff:
        raise ScenarioError("scenario.frequency must be 1 to 4294967295 Hz")
    for i, server in enumerate(scenario.servers):
        if not 1 <= server.budget <= server.period:
            raise ScenarioError(f"servers[{i}].budget must be 1 ns to the period")
    once = (len(scenario.servers) + 1) * (scenario.exit[1] + 2 * scenario.switch[1])
    if scenario.reserve == (1, 0, 0):
        scenario.reserve = (1, 0, once)
    return scenario


def _server(reader, index):
    kind = reader.take("server", str, "deferrable")
    if kind not in ("deferrable", "polling"):
        raise ScenarioError(f"{reader.where}.server must be deferrable or polling")
    server = Server(
        name=reader.take("name", str, f"server{index}"), period=reader.time("period", needed=True),
        budget=reader.time("budget", needed=True), priority=reader.take("priority", int, 0),
        polling=kind == "polling", background=reader.take("background", bool, False),
        guest=_guest(reader), interrupts=_interrupts(reader))
    reader.done()
    return server


def _guest(reader):
    """demand: spin (default), idle, or a mapping with tasks or bursts."""
    reader.seen.add("demand")
    demand = reader.data.get("demand", "spin")
    if demand in ("spin", "idle"):
        return Spin() if demand == "spin" else Idle()
    if not isinstance(demand, dict):
        raise ScenarioError(f"{reader.where}.demand must be spin, idle, or a mapping with tasks "
                            "or bursts")
    inner = _Reader(demand, f"{reader.where}.demand")
    if "tasks" in demand:
        tasks = [_task(_Reader(t, f"{inner.where}.tasks[{i}]"))
                 for i, t in enumerate(inner.take("tasks", list))]
        guest = Tasks(tasks)
    else:
        guest = Bursts(inner.times("run", None), inner.times("wait", None))
        if guest.run_range is None or guest.wait_range is None:
            raise ScenarioError(f"{inner.where} lacks tasks, or run and wait")
    inner.done()
    return guest


def _task(reader):
    period = reader.time("period", needed=True)
    task = Task(reader.take("name", str, needed=True), reader.time("wcet", needed=True), period,
                reader.time("deadline", period), reader.time("offset", 0),
                reader.take("priority", int))
    reader.done()
    if not 1 <= task.wcet <= period:
        raise ScenarioError(f"{reader.where}.wcet must be 1 ns to the period")
    return task


def _interrupts(reader):
    item = reader.take("interrupts", dict)
    if item is None:
        return None
    inner = _Reader(item, f"{reader.where}.interrupts")
    found = Interrupts(every=inner.times("every", None), cost=inner.time("cost", needed=True),
                       work=inner.time("work", 0),
                       at_once=inner.take("wake", str, "at-once") == "at-once")
    inner.done()
    if found.every is None or found.every[0] < 1:
        raise ScenarioError(f"{inner.where}.every must be at least 1 ns")
    return found


def from_config(config, cpu, duration):
    """What haven-config compiled: partitions without tasks want to run all the time."""
    from haven_config import timing
    users = [p for p in config.partitions if cpu in p.cpus]
    if len(users) < 2:
        raise ScenarioError(f"CPU {cpu} of {config.name} is not shared")
    over = config.overheads
    reserve = timing.reserve(config, cpu, users)
    servers = [Server(p.name, p.period_ns, p.budget_ns, p.priority, p.polling, p.background,
                      _config_guest(p, cpu)) for p in users]
    return check(Scenario(f"{config.name}, CPU {cpu}", duration, servers, (0, over.exit),
                          (0, over.switch),
                          reserve=(reserve.period, reserve.budget, reserve.once)))


def _config_guest(partition, cpu):
    tasks = [t for t in partition.tasks if t.cpu == cpu]
    if not tasks:
        return Spin()
    return Tasks([Task(t.name, t.wcet, t.period, t.deadline, 0, t.priority) for t in tasks])
