"""What the network says of the held-out strokes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.events import Box
from napari_fathom.learning.calibration import Calibration, fit_calibration, stroke_weights
from napari_fathom.learning.field import Field, LabelField, read_window
from napari_fathom.learning.holdout import HeldOut
from napari_fathom.learning.metrics import cohen_kappa, confusion
from napari_fathom.learning.nets.network import Network, evaluating
from napari_fathom.learning.settings import TrainSettings

__all__ = ["HeldOutAnswers", "HeldOutPatches"]

_MOST_WINDOWS = 48  # judged in each epoch; more cost more time than they tell


@dataclass(frozen=True)
class HeldOutAnswers:
    """Probabilities of the held-out pixels beside the painted truth.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (C, N)
        The network's own, not calibrated.
    labels : ndarray of int, shape (N,)
        1…C.
    strokes : ndarray of int64, shape (N,)
        Equal for pixels of the same stroke.
    """

    probabilities: npt.NDArray[np.float32]
    labels: npt.NDArray[np.integer[Any]]
    strokes: npt.NDArray[np.int64]

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None unless two classes are held out."""
        if np.unique(self.labels).size < 2:
            return None
        classes = len(self.probabilities)
        predicted = self.probabilities.argmax(0) + 1
        return float(cohen_kappa(confusion(self.labels.astype(np.int64), predicted, classes)))

    @property
    def surprise(self) -> float:
        """Mean −ln p of the right class, every class and every stroke of a class counting the same; nats."""
        right = self.probabilities[self.labels.astype(np.int64) - 1, np.arange(self.labels.size)]
        weights = stroke_weights(self.labels.astype(np.int64), self.strokes)
        return float(-(weights @ np.log(np.maximum(right, 1e-12))))

    def calibration(self, shares: tuple[float, ...]) -> Calibration:
        """Bias-corrected temperature scaling fitted on these answers, right for class shares of (C,).

        A network that learned from the unpainted sea too, and so expects unequal shares, gets a temperature
        only: biases say how common classes are, and strokes know less of that than the sea does.
        """
        labels, biases = self.labels.astype(np.int64), max(shares) - min(shares) < 1e-6
        return fit_calibration(self.probabilities, labels, self.strokes, shares=shares, biases=biases)


@dataclass(frozen=True)
class _Window:
    """A scaled image (1, channels, h, w) and the positions, labels and strokes of its held-out pixels."""

    image: torch.Tensor
    places: torch.Tensor
    labels: npt.NDArray[np.uint8]
    strokes: npt.NDArray[np.int64]


class HeldOutPatches:
    """Windows around the held-out pixels, read once and kept.

    A window is wider than the cell whose pixels it judges, so that the network sees about as much around a
    stroke as it will when it predicts the survey.

    Parameters
    ----------
    field : Field
    labels : LabelField
    held_out : HeldOut
    settings : TrainSettings
        Scaling, patch size, depth and seed.
    """

    def __init__(self, field: Field, labels: LabelField, held_out: HeldOut, settings: TrainSettings) -> None:
        side, step = settings.patch, settings.geometry.alignment
        margin = min(settings.geometry.near, -(-side // (2 * step)) * step)
        cells = held_out.cells
        order = np.random.default_rng([settings.seed, 3]).permutation(len(cells))
        self._windows: list[_Window] = []
        for index in order.tolist():
            window = _read_window(field, labels, held_out, settings, cells[index], margin)
            if window is not None:
                self._windows.append(window)
            if len(self._windows) == _MOST_WINDOWS:
                break

    def __len__(self) -> int:
        return len(self._windows)

    @torch.no_grad()
    def judge(self, network: Network, device: torch.device) -> HeldOutAnswers | None:
        """Ask the network, in evaluation mode, about every held-out pixel; None if there is none.

        The network's mode is put back afterwards.
        """
        if not self._windows:
            return None
        with evaluating(network):
            answers = [_probabilities(network, window, device) for window in self._windows]
        return HeldOutAnswers(
            np.concatenate(answers, axis=1),
            np.concatenate([window.labels for window in self._windows]),
            np.concatenate([window.strokes for window in self._windows]),
        )


def _probabilities(network: Network, window: _Window, device: torch.device) -> npt.NDArray[np.float32]:
    image = window.image.to(device, memory_format=torch.channels_last)
    return network.probabilities(image, window.places.to(device)).T.cpu().numpy()


def _read_window(
    field: Field, labels: LabelField, held_out: HeldOut, settings: TrainSettings, cell: Box, margin: int
) -> _Window | None:
    (height, width), (top, bottom, left, right) = field.shape, cell
    inside = top, min(bottom, height), left, min(right, width)
    values, strokes = labels.read(inside), labels.read_strokes(inside)
    held = held_out.mask(values, strokes, inside)
    if not held.any():
        return None
    around = max(top - margin, 0), bottom + margin, max(left - margin, 0), right + margin
    image = settings.scaling.apply(read_window(field, around))
    rows, columns = np.nonzero(held)
    places = (rows + top - around[0]) * (around[3] - around[2]) + columns + left - around[2]
    return _Window(
        torch.from_numpy(image)[None],
        torch.from_numpy(places),
        values[held],
        held_out.codes.codes(values, strokes, inside)[held],
    )
