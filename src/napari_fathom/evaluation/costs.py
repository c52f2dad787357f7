"""What a piece of work cost: time by the clock and of processors, memory."""

import os
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from napari_fathom.evaluation.memory import device_peak_mb, peak_mb, reset_peak

__all__ = ["Costs", "both", "measured"]

T = TypeVar("T")

Costs = Mapping[str, float]
"""Figures by name; times end in `s`, peaks of memory in `mb`. NaN where one can't be had."""


def measured(work: Callable[[], T]) -> tuple[T, dict[str, float]]:
    """What came of it, and what it cost."""
    reset_peak()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    made = work()
    return made, {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": _cpu_seconds() - cpu,
        "memory_mb": peak_mb(),
        "device_memory_mb": device_peak_mb(),
    }


def both(first: Costs, second: Costs) -> dict[str, float]:
    """Of work that one process did after the other: times add up, of the peaks the higher one counts."""
    return {
        name: max(first.get(name, cost), cost) if name.endswith("mb") else first.get(name, 0.0) + cost
        for name, cost in second.items()
    }


def _cpu_seconds() -> float:
    """Of this process, and of those that it waited for."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system
