"""Patches for the mini-batches: labelled ones around painted pixels, unlabelled ones from anywhere."""

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

    def _labelled(self, size: int) -> LabelledPatches:
        patches = [
            self._read(self._around(*self._painted.draw(value, self._random)))
            for value in self._classes(size)
        ]
        return LabelledPatches(
            self._augmented(patches),
            _stacked([patch.target for patch in patches]),
            _stacked([patch.valid for patch in patches]),
            _stacked([patch.unpainted for patch in patches]),
        )

    def _unlabelled(self, size: int, view: bool) -> UnlabelledPatches:
        patches = [self._read(self._anywhere()) for _ in range(size)]
        return UnlabelledPatches(
            self._augmented(patches),
            _stacked([patch.valid for patch in patches]),
            self._augmented(patches) if view else None,
            _stacked([patch.unpainted for patch in patches]),
            _stacked([patch.target for patch in patches]),
        )

    def _classes(self, size: int) -> list[int]:
        """Classes in equal parts, in random order; which ones get the remainder changes from call to call."""
        values = sorted(self._painted.counts)
        rounds = [self._random.permutation(values) for _ in range(-(-size // len(values)))]
        return [int(value) for value in np.concatenate(rounds)[:size]]

    def _around(self, row: int, column: int) -> Box:
        """A patch with the pixel anywhere in it, inside the field as far as the field is large enough."""
        side, (height, width) = self._settings.patch, self._field.shape
        top = _place(row - int(self._random.integers(side)), side, height)
        left = _place(column - int(self._random.integers(side)), side, width)
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

    def _mirror(self) -> int:
        return -1 if self._settings.flip and self._random.random() < 0.5 else 1

    def _read(self, box: Box) -> "_Patch":
        """A box that may reach beyond the field, mirrored or not."""
        (height, width), (top, bottom, left, right) = self._field.shape, box
        inside = top, min(bottom, height), left, min(right, width)
        painted = self._labels.read(inside)
        held = (
            self._held_out.mask(painted, self._labels.read_strokes(inside), inside)
            if self._held_out.touches(inside)
            else np.zeros(painted.shape, bool)
        )
        said = painted if self._growth is None else np.maximum(painted, self._growth.read(inside))
        beyond = (0, bottom - inside[1]), (0, right - inside[3])
        image = read_window(self._field, box)
        said, held = np.pad(said, beyond), np.pad(held, beyond)
        valid = np.isfinite(image).any(0) & ~held
        target = np.where(held | (said == UNSURE), 0, said).astype(np.int64) - 1
        mirror = np.s_[..., :: self._mirror()]
        return _Patch(image[mirror], target[mirror], valid[mirror], (valid & (said == 0))[mirror])

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
