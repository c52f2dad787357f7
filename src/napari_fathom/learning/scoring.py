"""Means of losses over an epoch, and which epoch is the better one."""

import math
from collections.abc import Mapping

from napari_fathom.learning.evaluate import HeldOutAnswers

__all__ = ["Means", "score"]


class Means:
    """Running means of named losses."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, values: Mapping[str, float]) -> None:
        """Take in one mini-batch."""
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    @property
    def values(self) -> dict[str, float]:
        """The means so far."""
        return {name: total / self._counts[name] for name, total in self._sums.items()}


def score(answers: HeldOutAnswers | None, losses: Means, main_loss: str) -> tuple[float, float]:
    """The higher, the better: held-out kappa, then how sure the right answers are; else the loss so named."""
    if answers is not None and answers.kappa is not None:
        return answers.kappa, -answers.surprise
    return 0.0, -losses.values.get(main_loss, math.inf)
