"""Patches for the mini-batches: labelled ones around painted pixels, unlabelled ones from anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.events import Box
from napari_fathom.learning.augment import Augmentation
from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.field import Field, LabelField, read_window
from napari_fathom.learning.growth import UNSURE, Growth
from napari_fathom.learning.holdout import HeldOut
from napari_fathom.learning.mining import Window
from napari_fathom.learning.painted import PaintedPixels
from napari_fathom.learning.settings import TrainSettings

__all__ = ["PatchSampler"]

_TRIES = 16  # before a patch with few measured cells is taken after all
_MEASURED = 0.25  # share of measured cells below which another patch is drawn


class PatchSampler:
    """Draws mini-batches; reads nothing but the patches it draws.

    Parameters
    ----------
    field : Field
    labels : LabelField
        Of the same shape.
    painted : PaintedPixels
        Where to find each class.
    held_out : HeldOut
        Pixels that carry neither a target nor count as unlabelled.
    settings : TrainSettings
        Patch size, scaling, augmentation and seed.
    growth : Growth, optional
        What painted areas grow to.
    """

    def __init__(
        self,
        field: Field,
        labels: LabelField,
        painted: PaintedPixels,
        held_out: HeldOut,
        settings: TrainSettings,
        growth: Growth | None = None,
    ) -> None:
        self._field, self._labels, self._painted, self._held_out = field, labels, painted, held_out
        self._growth = growth
        self._settings = settings
        self._augmentation = Augmentation.from_settings(settings)
        self._random = np.random.default_rng([settings.seed, 1])
        self._looking = np.random.default_rng([settings.seed, 8])
        self._hard = PaintedPixels({}, {}, {})
        self._torch_random = torch.Generator().manual_seed(settings.seed)

    def draw(self, size: int, *, unlabelled: bool, view: bool = False) -> Batch:
        """One mini-batch on the CPU.

        Parameters
        ----------
        size : int
            Patches of each kind.
        unlabelled : bool
            Whether to draw unlabelled patches too.
        view : bool
            Whether to make a second view of those.
        """
        return Batch(self._labelled(size), self._unlabelled(size, view) if unlabelled else None)

    def windows(self, count: int) -> Iterator[Window]:
        """Patches around painted pixels of every class as the survey has them, with the strokes alone."""
        for value in self._classes(count, self._looking):
            box = self._around(*self._painted.draw(value, self._looking), self._looking)
            patch = self._read(box, growth=None)
            image = torch.from_numpy(self._settings.scaling.apply(patch.image))
            yield Window((box[0], box[2]), image, patch.target)

    def dwell_on(self, hard: PaintedPixels) -> None:
        """From now on draw a share `mine` of the patches of each class around these pixels, if it has any."""
        self._hard = hard

    def _labelled(self, size: int) -> LabelledPatches:
        patches = [
            self._mirrored(self._read(self._around(*self._place(value), self._random), self._growth))
            for value in self._classes(size, self._random)
        ]
        return LabelledPatches(
            self._augmented(patches),
            _stacked([patch.target for patch in patches]),
            _stacked([patch.valid for patch in patches]),
            _stacked([patch.unpainted for patch in patches]),
        )

    def _unlabelled(self, size: int, view: bool) -> UnlabelledPatches:
        patches = [self._mirrored(self._read(self._anywhere(), self._growth)) for _ in range(size)]
        return UnlabelledPatches(
            self._augmented(patches),
            _stacked([patch.valid for patch in patches]),
            self._augmented(patches) if view else None,
            _stacked([patch.unpainted for patch in patches]),
            _stacked([patch.target for patch in patches]),
        )

    def _classes(self, size: int, random: np.random.Generator) -> list[int]:
        """Classes in equal parts, in random order; which ones get the remainder changes from call to call."""
        values = sorted(self._painted.counts)
        rounds = [random.permutation(values) for _ in range(-(-size // len(values)))]
        return [int(value) for value in np.concatenate(rounds)[:size]]

    def _place(self, value: int) -> tuple[int, int]:
        """Row and column of a painted pixel of a class, perhaps one of those that were taken for another."""
        hard = value in self._hard.counts and self._random.random() < self._settings.mine
        return (self._hard if hard else self._painted).draw(value, self._random)

    def _around(self, row: int, column: int, random: np.random.Generator) -> Box:
        """A patch with the pixel anywhere in it, inside the field as far as the field is large enough."""
        side, (height, width) = self._settings.patch, self._field.shape
        top = _place(row - int(random.integers(side)), side, height)
        left = _place(column - int(random.integers(side)), side, width)
        return top, top + side, left, left + side

    def _anywhere(self) -> Box:
        side, (height, width) = self._settings.patch, self._field.shape
        for _ in range(_TRIES):
            top = int(self._random.integers(max(height - side, 0) + 1))
            left = int(self._random.integers(max(width - side, 0) + 1))
            box = top, top + side, left, left + side
            middle = top + side // 2, top + side // 2 + 1, left, left + side
            if np.isfinite(read_window(self._field, middle)).any(0).mean() >= _MEASURED:
                break
        return box

    def _mirrored(self, patch: "_Patch") -> "_Patch":
        """The patch, or its mirror image along the track."""
        if not (self._settings.flip and self._random.random() < 0.5):
            return patch
        back = np.s_[..., ::-1]
        return _Patch(patch.image[back], patch.target[back], patch.valid[back], patch.unpainted[back])

    def _read(self, box: Box, growth: Growth | None) -> "_Patch":
        """A box that may reach beyond the field."""
        (height, width), (top, bottom, left, right) = self._field.shape, box
        inside = top, min(bottom, height), left, min(right, width)
        painted = self._labels.read(inside)
        held = (
            self._held_out.mask(painted, self._labels.read_strokes(inside), inside)
            if self._held_out.touches(inside)
            else np.zeros(painted.shape, bool)
        )
        said = painted if growth is None else np.maximum(painted, growth.read(inside))
        beyond = (0, bottom - inside[1]), (0, right - inside[3])
        image = read_window(self._field, box)
        said, held = np.pad(said, beyond), np.pad(held, beyond)
        valid = np.isfinite(image).any(0) & ~held
        target = np.where(held | (said == UNSURE), 0, said).astype(np.int64) - 1
        return _Patch(image, target, valid, valid & (said == 0))

    def _augmented(self, patches: list["_Patch"]) -> torch.Tensor:
        scaled = torch.from_numpy(self._settings.scaling.apply(np.stack([patch.image for patch in patches])))
        return self._augmentation.apply(scaled, self._torch_random)


@dataclass(frozen=True)
class _Patch:
    """Sv (channels, h, w) and, of shape (h, w), what `LabelledPatches` says of them."""

    image: npt.NDArray[np.float32]
    target: npt.NDArray[np.int64]
    valid: npt.NDArray[np.bool_]
    unpainted: npt.NDArray[np.bool_]


def _stacked(planes: list[npt.NDArray[Any]]) -> torch.Tensor:
    return torch.from_numpy(np.stack(planes))


def _place(start: int, side: int, length: int) -> int:
    return max(min(start, length - side), 0)
