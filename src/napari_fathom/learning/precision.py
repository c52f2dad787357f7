"""Work that half precision would spoil, done in full though the rest of a step isn't."""

import torch
from torch import Tensor

__all__ = ["in_full_precision"]


def in_full_precision(of: Tensor) -> torch.autocast:
    """A context in which products of float32 matrices on the device of `of` are float32.

    A training step as a whole may run in bfloat16 (`reduced_precision`), which tells cosines apart to one in
    256: who is nearest among many that lie near, or a joint probability, is then rounding.
    """
    return torch.autocast(of.device.type, enabled=False)
