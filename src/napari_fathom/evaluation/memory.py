"""The largest memory that a piece of work needed."""

import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["device_peak_mb", "peak_mb", "reset_peak"]

_MB = 2**20
_FORGET_PEAK = "5"  # what Linux wants to hear: proc(5), clear_refs


def reset_peak() -> None:
    """Forget what was needed before; where the system can't (not Linux), the peak is of the whole process."""
    clear = Path("/proc/self/clear_refs")
    if sys.platform == "linux" and clear.exists():
        with suppress(OSError):  # a container may forbid it: the peak is of the whole process then
            clear.write_text(_FORGET_PEAK)
    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()


def peak_mb() -> float:
    """Largest resident memory since then, of this process or the largest it waited for; NaN on Windows."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    own, others = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    unit = 1 if sys.platform == "darwin" else 1024
    peak = (_linux_peak_bytes() if sys.platform == "linux" else 0) or own * unit
    return max(peak, others * unit) / _MB


def device_peak_mb() -> float:
    """The same of a CUDA GPU; NaN without one."""
    import torch

    return torch.cuda.max_memory_allocated() / _MB if torch.cuda.is_available() else float("nan")


def _linux_peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
