# SPDX-License-Identifier: Apache-2.0
"""CPUs: on the board, one vCPU of a partition on each."""
from ..model import MAX_CPUS


def check(config, problems):
    for partition in config.partitions:
        for index, cpu in enumerate(partition.cpus):
            path = _path(partition, index, config)
            if not 0 <= cpu < config.board.cpu_count:
                problems.add(path, f"is CPU {cpu}, which board {config.board.name} does not have; "
                             f"it has 0 to {config.board.cpu_count - 1}")
            elif cpu in partition.cpus[:index]:
                problems.add(path, f"lists CPU {cpu} twice; a partition has at most one vCPU "
                             "on a CPU")
        if len(partition.cpus) > MAX_CPUS:
            problems.add(partition.path, f"has {len(partition.cpus)} vCPUs; a partition has at "
                         f"most {MAX_CPUS}")
    _check_service_cpu(config, problems)


def _path(partition, index, config):
    path = partition.path + (index,)
    return path if path in config.source.lines else partition.path


def _check_service_cpu(config, problems):
    if config.service_cpu >= config.board.cpu_count:
        problems.add(("hypervisor", "service_cpu"), f"is CPU {config.service_cpu}, which board "
                     f"{config.board.name} does not have; it has 0 to "
                     f"{config.board.cpu_count - 1}")
