"""What share of the survey each class has, as an answer's record keeps it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["FEWEST_STROKES", "ClassShares", "percent"]

FEWEST_STROKES = 3
"""Held-out strokes of every class without which an estimate's figures are not told."""


class ClassShares(BaseModel):
    """An estimate, the shares to correct to, whether the evidence favours that, and why, in words.

    Attributes
    ----------
    shares : tuple of float, length C
        Estimated shares of the survey; sum to 1.
    method : str
        'em', 'bbse-hard' or 'bbse-soft', as `learning.shares.ShareEstimate` names them.
    source_shares : tuple of float, length C
        The shares that the model's probabilities are right for.
    evidence : dict of str to float
        Figures that speak for or against the estimate; None for one that is not finite.
    target : tuple of float, length C
        The shares to correct to: the estimate, or a part of the way to it.
    favoured : bool
        Whether the held-out strokes favour correcting.
    reason : str
        A sentence for the user.
    judged : bool
        Whether there was anything to judge the estimate by; without, it is a guess that nobody should read.
    strokes : tuple of int, length C
        Held-out strokes of each class; empty in records made before they were counted.
    """

    model_config = ConfigDict(frozen=True)

    shares: tuple[float, ...]
    method: str
    source_shares: tuple[float, ...]
    evidence: dict[str, float | None] = Field(default_factory=dict)
    target: tuple[float, ...]
    favoured: bool
    reason: str
    judged: bool = True
    strokes: tuple[int, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the figures stand on enough to be read as a finding."""
        return self.judged and all(count >= FEWEST_STROKES for count in self.strokes)

    def correct(self, probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Move a model's probabilities, shape (C, …), to the target shares."""
        from napari_fathom.learning.shares import correct

        return correct(probabilities, self.source_shares, self.target)


def percent(share: float) -> str:
    """Write a share for a reader: 100 %, 12 %, 1.3 %, 0.05 %, < 0.01 %."""
    value = 100 * share
    if 0 < value < 0.01:
        return "< 0.01 %"
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.2g} %"
