"""Draws mini-batches of images; reads nothing but the images it draws."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.images.augment import ImageAugmentation
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.images.scaling import ImageScaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ImageSet

__all__ = ["ImageSampler", "views_of"]


class ImageSampler:
    """Labelled images, every class alike or as they come, and others from anywhere.

    Parameters
    ----------
    images : ImageSet
    target : ndarray of int, shape (N,)
        0 = not to be learned from as labelled, 1…C.
    pool : ndarray of int64, shape (n,)
        Rows that count as unlabelled.
    scaling : ImageScaling
    settings : ImageSettings
        Draws, ratio, augmentation and seed.
    soft : ndarray of float32, shape (N, C), optional
        What people say of each image, where they disagree.
    """

    def __init__(
        self,
        images: ImageSet,
        target: npt.NDArray[np.integer],
        pool: npt.NDArray[np.int64],
        scaling: ImageScaling,
        settings: ImageSettings,
        soft: npt.NDArray[np.float32] | None = None,
    ) -> None:
        self._images, self._scaling, self._settings, self._pool = images, scaling, settings, pool
        self._soft, self._target = soft, target.astype(np.int64)
        self._labelled = np.flatnonzero(self._target)
        order = self._labelled[np.argsort(self._target[self._labelled], kind="stable")]
        values, first = np.unique(self._target[order], return_index=True)
        self._rows_of = dict(zip(values.tolist(), np.split(order, first[1:]), strict=bool(len(values))))
        self._weak, self._strong = ImageAugmentation.weak(settings), ImageAugmentation.strong(settings)
        self._random = np.random.default_rng([settings.seed, 12])
        self._torch_random = torch.Generator().manual_seed(settings.seed)

    def draw(self, size: int, *, unlabelled: bool, view: bool = False, strong: bool = False) -> ImageBatch:
        """One mini-batch on the CPU.

        Parameters
        ----------
        size : int
            Labelled images; unlabelled ones are `unlabelled_ratio` times as many.
        unlabelled : bool
            Whether to draw unlabelled images too.
        view : bool
            Whether to make a second view of those.
        strong : bool
            Whether that is a strong one.
        """
        rows = self._labelled_rows(size)
        batch = ImageBatch(
            self._augmented(views_of(self._images, rows, self._scaling)),
            torch.from_numpy(self._target[rows] - 1),
            shares=None if self._soft is None else torch.from_numpy(self._soft[rows]),
        )
        if not unlabelled:
            return batch
        places = self._random.integers(0, len(self._pool), size * self._settings.unlabelled_ratio)
        plain = views_of(self._images, self._pool[places], self._scaling)
        first = self._augmented(plain)
        second = self._augmented(plain, strong=strong) if view else None
        return replace(batch, unlabelled=first, view=second, places=torch.from_numpy(places))

    def _labelled_rows(self, size: int) -> npt.NDArray[np.int64]:
        if not self._rows_of:
            return np.zeros(0, np.int64)
        if self._settings.draws == "natural":
            return self._random.choice(self._labelled, size)
        values = sorted(self._rows_of)
        rounds = [self._random.permutation(values) for _ in range(-(-size // len(values)))]
        return np.array(
            [self._random.choice(self._rows_of[value]) for value in np.concatenate(rounds)[:size]], np.int64
        )

    def _augmented(self, views: Views, *, strong: bool = False) -> Views:
        augmentation = self._strong if strong else self._weak
        return Views(augmentation.apply(views.pixels, self._torch_random), views.measures)


def views_of(images: ImageSet, rows: npt.NDArray[np.int64], scaling: ImageScaling) -> Views:
    """Read images and scale them, on the CPU; measures are left out where the scaling knows none."""
    pixels = torch.from_numpy(scaling.pixels(images.read(rows)))
    if not scaling.mean or images.measures is None:
        return Views(pixels, torch.zeros(len(rows), 0))
    return Views(pixels, torch.from_numpy(scaling.measures(images.measures[rows])))
