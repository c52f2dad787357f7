"""What machine this is, as far as learning cares."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = [
    "Hardware",
    "best_device",
    "find_hardware",
    "is_out_of_memory",
    "multiplies_bfloat16",
    "quicker_with_bfloat16",
    "release_memory",
]


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
        Whether it is quicker here than float32; elsewhere a
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
        quicker = quicker_with_bfloat16(torch.device("cuda"))
        return Hardware("cuda", properties.name, properties.total_memory / 2**30, quicker)
    if torch.backends.mps.is_available():
        return Hardware("mps", "Apple GPU", 0.0, False)
    return Hardware("cpu", "CPU", 0.0, quicker_with_bfloat16(torch.device("cpu")))


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


def quicker_with_bfloat16(device: "torch.device") -> bool:
    """Whether bfloat16 is more than emulated there: GPUs from Ampere on, CPUs with AMX tiles."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).major >= 8
    # The public `torch.cpu` doesn't tell; this is what torch's own compiler asks.
    probe = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return device.type == "cpu" and bool(probe and probe())


def multiplies_bfloat16(device: "torch.device") -> bool:
    """Whether products of bfloat16 matrices are quicker there; a whole network wants `quicker_with_bfloat16`.

    CPUs with AVX-512's dot product of bfloat16 multiply four times as fast, but convolve no faster.
    """
    import torch

    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return quicker_with_bfloat16(device) or (device.type == "cpu" and bool(probe and probe()))
