"""How long something takes, and how fast this machine multiplies matrices at the same moment."""

import time
from collections.abc import Callable

import torch


def best_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Time the quickest of some runs, after one to warm up: on a shared machine only that one is ours."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def sgemm_gflops(side: int = 2048) -> float:
    """Peak of single precision matrix products, in 10⁹ operations a second."""
    one, other = torch.rand(side, side), torch.rand(side, side)
    return 2 * side**3 / best_seconds(lambda: one @ other) / 1e9
