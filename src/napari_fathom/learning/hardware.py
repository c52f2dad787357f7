"""What machine this is, as far as learning cares."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["Hardware", "best_device", "find_hardware", "is_out_of_memory", "release_memory"]


@dataclass(frozen=True)
class Hardware:
    """What decides the preset.

    Parameters
    ----------
    device : str
        'cuda', 'mps' or 'cpu'.
    name : str
        For the reader.
    memory_gb : float
        Of the GPU; 0 without one.
    bfloat16 : bool
        Whether bfloat16 is quicker here than float32: GPUs from Ampere on, CPUs with AMX tiles. Elsewhere a
        CPU only emulates it.
    """

    device: str
    name: str
    memory_gb: float
    bfloat16: bool


def find_hardware() -> Hardware:
    """Look at this machine."""
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return Hardware("cuda", properties.name, properties.total_memory / 2**30, properties.major >= 8)
    if torch.backends.mps.is_available():
        return Hardware("mps", "Apple GPU", 0.0, False)
    return Hardware("cpu", "CPU", 0.0, _has_amx())


def best_device() -> str:
    """'cuda', 'mps' or 'cpu'."""
    return find_hardware().device


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory; on the CPU it says so only in words."""
    import torch

    words = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "can't allocate memory" in words
        or "out of memory" in words
    )


def release_memory(device: "torch.device") -> None:
    """Hand cached but unused GPU memory back, so that a smaller attempt has all of it."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()


def _has_amx() -> bool:
    import torch

    # The public `torch.cpu` tells AVX only; this is what torch's own inductor asks.
    probe = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(probe and probe())
