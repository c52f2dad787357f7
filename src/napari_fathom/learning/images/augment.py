"""Changes that leave the image of a thing an image of that thing."""

from dataclasses import dataclass, replace
from typing import Protocol

import torch
from kornia.geometry.transform import get_affine_matrix2d, warp_affine
from torch import Tensor

from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["ImageAugmentation", "turned"]


@dataclass(frozen=True)
class ImageAugmentation:
    """Turn, mirror, shift, resize; change contrast and brightness; blank a patch.

    Made for images whose background is zero (`ImageScaling`): what comes in from beyond is background. The
    plankton of the papers is only mirrored and shifted, yet nothing in the sea has a right way up.

    Parameters
    ----------
    rotate, flip : bool
        Any angle; left to right (with a turn, that is any mirror).
    shift : float
        Largest, as a share of the side.
    zoom, contrast, brightness : float
        Largest relative change of size and contrast; largest brightness added, in units of the input.
    erase : float
        Largest side of the blanked patch, as a share of the image's; 0 blanks nothing.
    """

    rotate: bool = True
    flip: bool = True
    shift: float = 0.0
    zoom: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    erase: float = 0.0

    @classmethod
    def weak(cls, settings: ImageSettings) -> "ImageAugmentation":
        """As the settings say."""
        return cls(
            settings.rotate,
            settings.flip,
            settings.shift,
            settings.zoom,
            settings.contrast,
            settings.brightness,
        )

    @classmethod
    def strong(cls, settings: ImageSettings) -> "ImageAugmentation":
        """The same, `settings.strong` times larger, and with a patch blanked (cutout).

        FixMatch's CTAugment learns which of eighteen changes of colour photographs to trust; of those, the
        ones that mean something on grey images on a plain background are these.
        """
        weak, factor = cls.weak(settings), settings.strong
        return replace(
            weak,
            shift=min(weak.shift * factor, 0.5),
            zoom=min(weak.zoom * factor, 0.9),
            contrast=min(weak.contrast * factor, 0.9),
            brightness=weak.brightness * factor,
            erase=settings.erase,
        )

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """A changed copy of images (n, 1, side, side).

        Parameters
        ----------
        pixels : Tensor, shape (n, 1, side, side)
            On the CPU, background zero.
        generator : torch.Generator
            On the CPU.
        """
        if not len(pixels):
            return pixels.clone()

        def spread(*shape: int) -> Tensor:
            """Uniform in [−1, 1)."""
            return 2 * torch.rand(shape, generator=generator) - 1

        images, side = len(pixels), pixels.shape[-1]
        moved = self._moved(pixels, spread)
        moved = moved * (1 + self.contrast * spread(images, 1, 1, 1))
        moved = moved + self.brightness * spread(images, 1, 1, 1)
        if self.erase:
            moved = torch.where(self._patches(images, side, generator), 0.0, moved)
        return moved

    def _moved(self, pixels: Tensor, spread: "_Spread") -> Tensor:
        images, side = len(pixels), pixels.shape[-1]
        angle = 180 * spread(images) if self.rotate else torch.zeros(images)
        scale = (1 + self.zoom * spread(images))[:, None].repeat(1, 2)
        if self.flip:
            scale[:, 0] *= torch.where(spread(images) < 0, -1.0, 1.0)
        centre = torch.full((images, 2), (side - 1) / 2)
        matrix = get_affine_matrix2d(self.shift * side * spread(images, 2), centre, scale, angle)
        return warp_affine(pixels, matrix[:, :2], (side, side), padding_mode="zeros", align_corners=True)

    def _patches(self, images: int, side: int, generator: torch.Generator) -> Tensor:
        """Which pixels are blanked, shape (images, 1, side, side): a square somewhere in each image."""
        size = torch.rand(images, generator=generator) * self.erase * side
        corner = torch.rand(images, 2, generator=generator) * (side - size)[:, None]
        place = torch.arange(side)
        inside = (place >= corner[..., None]) & (place < corner[..., None] + size[:, None, None])
        return (inside[:, 0, :, None] & inside[:, 1, None, :])[:, None]


class _Spread(Protocol):
    def __call__(self, *shape: int) -> Tensor: ...


def turned(pixels: Tensor, turns: int) -> list[Tensor]:
    """Copies turned by multiples of 90°, from 5 on mirrored as well; exact, no pixel is interpolated.

    Parameters
    ----------
    pixels : Tensor, shape (…, side, side)
    turns : int
        1 to 8 copies; the first is the image itself. Two are half a turn apart.
    """
    step = 2 if turns == 2 else 1
    copies = [torch.rot90(pixels, step * index, (-2, -1)) for index in range(min(turns, 4))]
    mirrored = pixels.flip(-1)
    return copies + [torch.rot90(mirrored, index, (-2, -1)) for index in range(max(turns - 4, 0))]
