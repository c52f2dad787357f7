"""All images that may be learned from, for a method that chooses among them itself."""

from collections.abc import Callable, Generator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.events import Progress
from napari_fathom.learning.images.augment import ImageAugmentation
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.images.parts import finished, in_parts
from napari_fathom.learning.images.sampler import ImageSampler, views_of
from napari_fathom.learning.images.scaling import ImageScaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ImageSet

__all__ = ["Gallery"]

_AT_ONCE = 256  # images that go through a network together, where memory suffices
_OTHER_DRAWS = 1 << 32  # added to a seed: from the same one, both samplers would draw the same views


class Gallery:
    """Images by their place, 0…n−1, among those that aren't held out.

    Parameters
    ----------
    images : ImageSet
    target : ndarray of int, shape (N,)
        0 = nobody has said, 1…C.
    pool : ndarray of int64, shape (n,)
        Rows of the images that are here; the order is that of the sampler's unlabelled images.
    scaling : ImageScaling
    settings : ImageSettings
        Augmentation and seed.
    device : torch.device
        Where views go.

    Attributes
    ----------
    said : Tensor of int64, shape (n,)
        The class 0…C−1 that people gave an image; −1 where nobody has.
    measures : int
        M: how many numbers come with each image.
    """

    def __init__(
        self,
        images: ImageSet,
        target: npt.NDArray[np.integer],
        pool: npt.NDArray[np.int64],
        scaling: ImageScaling,
        settings: ImageSettings,
        device: torch.device,
    ) -> None:
        self._images, self._pool, self._scaling, self._device = images, pool, scaling, device
        self._settings, self._at_once = settings, _AT_ONCE
        self._layout = torch.channels_last if settings.channels_last else torch.contiguous_format
        self._weak, self._strong = ImageAugmentation.weak(settings), ImageAugmentation.strong(settings)
        self._random = torch.Generator().manual_seed(settings.seed + 1)
        self.measures = len(scaling.mean)
        self.said = torch.from_numpy(target[pool].astype(np.int64)) - 1

    def __len__(self) -> int:
        return len(self._pool)

    def plain(self, places: Tensor) -> Views:
        """Images (n,) as they are."""
        return self._on_device(self._views(places))

    def weak(self, places: Tensor) -> Views:
        """A weak view of each."""
        return self._on_device(self._changed(self._views(places), self._weak))

    def strong(self, places: Tensor) -> Views:
        """A strong view of each."""
        return self._on_device(self._changed(self._views(places), self._strong))

    def labelled(self, labels: Tensor) -> ImageSampler:
        """What draws images by other labels than people's, as they come; others than the run's sampler draws.

        Parameters
        ----------
        labels : Tensor of int64, shape (n,)
            From 0 on; negative where there is none.
        """
        target = np.zeros(len(self._images), np.int64)
        target[self._pool] = labels.clamp_min(-1).cpu().numpy() + 1
        settings = self._settings
        settings = settings.model_copy(update={"draws": "natural", "seed": settings.seed + _OTHER_DRAWS})
        return ImageSampler(self._images, target, self._pool, self._scaling, settings)

    def draw(self, size: int) -> Tensor:
        """Places of `size` different images at random, or of all if there are fewer."""
        return torch.randperm(len(self), generator=self._random)[:size]

    def seen(
        self,
        see: Callable[[Views], Tensor],
        places: Tensor | None = None,
        *,
        views: Callable[[Tensor], Views] | None = None,
        check: Callable[[], None],
    ) -> Tensor:
        """What a function makes of images, some hundred at a time, without gradient.

        Parameters
        ----------
        see : callable
            From views (m, …) to rows (m, D).
        places : Tensor of int64, shape (n,), optional
            Without them, all.
        views : callable, optional
            `weak` or `strong`; without it, `plain`.
        check : callable
            Called before each chunk; raises when the user pressed Stop.

        Returns
        -------
        Tensor of float32, shape (n, D)
            On the device.

        Raises
        ------
        FathomError
            If not even one image fits into its memory.
        """
        return finished(self.seeing(see, places, views=views, check=check))

    def seeing(
        self,
        see: Callable[[Views], Tensor],
        places: Tensor | None = None,
        *,
        views: Callable[[Tensor], Views] | None = None,
        check: Callable[[], None],
    ) -> Generator[Progress, None, Tensor]:
        """As `seen`, telling how far it is."""
        wanted = torch.arange(len(self)) if places is None else places
        made, rows = views or self.plain, []

        def work(first: int, last: int) -> Tensor:
            check()
            with torch.no_grad():
                return see(made(wanted[first:last])).float()

        for part in in_parts(len(wanted), self._at_once, self._device, work):
            self._at_once = part.size
            rows.append(part.result)
            yield Progress("images", part.done, len(wanted))
        return torch.cat(rows)

    def _views(self, places: Tensor) -> Views:
        return views_of(self._images, self._pool[places.numpy()], self._scaling)

    def _changed(self, views: Views, augmentation: ImageAugmentation) -> Views:
        return Views(augmentation.apply(views.pixels, self._random), views.measures)

    def moved(self, batch: ImageBatch) -> ImageBatch:
        """A mini-batch on the device."""
        return batch.to(self._device, self._layout)

    def _on_device(self, views: Views) -> Views:
        return views.to(self._device, self._layout)
