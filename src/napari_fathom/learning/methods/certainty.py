"""How much a pseudo-label counts: what FixMatch, FreeMatch and SoftMatch differ in."""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["Certainty", "FixedThreshold", "SelfAdaptiveThreshold", "TruncatedGaussian", "memory_for"]

_MEMORIES_A_RUN = 20


class Certainty(Protocol):
    """Weighs answers by how sure they are; may learn from each mini-batch what sure means by now."""

    def weigh(self, probabilities: Tensor) -> Tensor:
        """How much the most probable class of each item counts.

        Parameters
        ----------
        probabilities : Tensor, shape (N, C)
            Without gradient. What is learned from them holds for them already.

        Returns
        -------
        Tensor, shape (N,)
            In [0, 1].
        """
        ...

    def state(self) -> Mapping[str, Tensor]:
        """What was learned."""
        ...

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from `state`, if it is of as many classes."""
        ...


class FixedThreshold:
    """1 where the answer is at least `threshold` sure, else 0.

    References
    ----------
    Sohn et al. 2020 (FixMatch), Eq. 4.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def weigh(self, probabilities: Tensor) -> Tensor:
        """As `Certainty.weigh`."""
        return (probabilities.amax(1) >= self._threshold).to(probabilities)

    def state(self) -> Mapping[str, Tensor]:
        """Nothing was learned."""
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Nothing to restore."""


class SelfAdaptiveThreshold:
    """1 above a threshold that grows with how sure the network has become, of each class by itself.

    τ ← m τ + (1 − m) mean of max p;  p̃ ← m p̃ + (1 − m) mean of p;  τ(c) = τ p̃(c) / max p̃, both from 1/C on.

    Parameters
    ----------
    classes : int
        C.
    memory : float
        m, in [0, 1).
    device : torch.device
        Where the answers will be.

    Attributes
    ----------
    shares : Tensor, shape (C,)
        p̃: what the network takes the classes' shares for.
    found : Tensor, shape (C,)
        h̃: running shares of the pseudo-labels (Eq. 10).

    References
    ----------
    Wang et al. 2023 (FreeMatch), Eq. 5 to 8, 10.
    """

    def __init__(self, classes: int, memory: float, device: torch.device) -> None:
        self._memory = memory
        self._sure = torch.tensor(1 / classes, device=device)
        self.shares = torch.full((classes,), 1 / classes, device=device)
        self.found = self.shares.clone()

    def weigh(self, probabilities: Tensor) -> Tensor:
        """As `Certainty.weigh`."""
        sure, label = probabilities.max(1)
        if len(sure):
            hits = torch.bincount(label, minlength=len(self.shares)) / len(label)
            self._sure = self._sure.lerp(sure.mean(), 1 - self._memory)
            self.shares = self.shares.lerp(probabilities.mean(0), 1 - self._memory)
            self.found = self.found.lerp(hits, 1 - self._memory)
        return (sure > self.thresholds[label]).to(probabilities)

    @property
    def thresholds(self) -> Tensor:
        """τ(c), shape (C,)."""
        return self._sure * self.shares / self.shares.max()

    def state(self) -> Mapping[str, Tensor]:
        """The three averages."""
        return {"sure": self._sure, "shares": self.shares, "found": self.found}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """As `Certainty.restore`."""
        if set(self.state()) <= set(state) and state["shares"].shape == self.shares.shape:
            device = self.shares.device
            self._sure = state["sure"].to(device)
            self.shares, self.found = state["shares"].to(device), state["found"].to(device)


class TruncatedGaussian:
    """1 for answers surer than usual; for others a Gaussian of how much less sure they are.

    w = exp(−(max q − µ)² / 2σ²) where max q < µ, else 1; q is p drawn towards equal shares of all classes
    (only here: the pseudo-label is p's own), µ and σ² are running means of max q and of its variance. As in
    the paper's experiments, σ is half of what was found.

    Parameters
    ----------
    classes : int
        C.
    memory : float
        m, in [0, 1).
    device : torch.device
        Where the answers will be.

    References
    ----------
    Chen et al. 2023 (SoftMatch), sections 3.2, 3.3 (uniform alignment) and 4.1 (half of σ).
    """

    def __init__(self, classes: int, memory: float, device: torch.device) -> None:
        self._memory = memory
        self._mean = torch.tensor(1 / classes, device=device)
        self._variance = torch.tensor(1.0, device=device)
        self._shares = torch.full((classes,), 1 / classes, device=device)

    def weigh(self, probabilities: Tensor) -> Tensor:
        """As `Certainty.weigh`."""
        if len(probabilities):
            self._shares = self._shares.lerp(probabilities.mean(0), 1 - self._memory)
        aligned = probabilities / self._shares.clamp_min(torch.finfo(probabilities.dtype).tiny)
        sure = (aligned / aligned.sum(1, keepdim=True)).amax(1)
        if len(sure) > 1:
            self._mean = self._mean.lerp(sure.mean(), 1 - self._memory)
            self._variance = self._variance.lerp(sure.var(), 1 - self._memory)
        below = (sure - self._mean).clamp_max(0)
        return torch.exp(-2 * below.square() / self._variance.clamp_min(1e-12))

    def state(self) -> Mapping[str, Tensor]:
        """The three averages."""
        return {"mean": self._mean, "variance": self._variance, "shares": self._shares}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """As `Certainty.restore`."""
        if set(self.state()) <= set(state) and state["shares"].shape == self._shares.shape:
            device = self._shares.device
            self._mean, self._variance = state["mean"].to(device), state["variance"].to(device)
            self._shares = state["shares"].to(device)


def memory_for(settings: ImageSettings) -> float:
    """Memory m of running means: `threshold_memory`, but at most a twentieth of the run.

    0.999 remembers a thousand mini-batches, of the papers' million next to nothing. In a run of two hundred
    what sure means stayed near 1 / C to the end, so that the first wrong answers counted in full
    (`docs/method-images.md`).
    """
    steps = settings.epochs * settings.steps
    return min(settings.threshold_memory, max(1 - _MEMORIES_A_RUN / steps, 0.0))
