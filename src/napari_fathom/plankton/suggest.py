"""Look at a few images of a collection and say how they might best be seen, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.judges import Offer, Sample, offers_of, remarks_on
from napari_fathom.plankton.options import ImageOptions, prepare
from napari_fathom.plankton.pixels import open_picture
from napari_fathom.plankton.places import ImageFiles, place_at, place_columns
from napari_fathom.plankton.tables import Tables

if TYPE_CHECKING:
    from napari_fathom.plankton.model import Collection

__all__ = ["Suggestion", "suggest_options", "with_offers"]

MOST = 48
"""Images looked at: enough to tell 80 % from 95 %, and done in a second."""

EXAMPLES = 4
"""Images kept to show what an offer does."""


@dataclass(frozen=True)
class Suggestion:
    """What the images of a collection speak for.

    Parameters
    ----------
    options : ImageOptions
        With every recommended offer taken.
    offers : tuple of Offer
    remarks : tuple of str
        What was seen that needs no option.
    looked_at : int
        How many images were decoded.
    examples : tuple of ndarray, shape (h, w)
        A few of them as their files have them, to show what an offer does.
    """

    options: ImageOptions
    offers: tuple[Offer, ...]
    remarks: tuple[str, ...]
    looked_at: int
    examples: tuple[NDArray[Any], ...] = field(default=(), compare=False)


def suggest_options(images: Tables | Collection, options: ImageOptions | None = None) -> Suggestion:
    """Decode a few images, spread over a collection, and suggest how to see them.

    Parameters
    ----------
    images : Tables or Collection
    options : ImageOptions, optional
        What to start from: what differs from the default is somebody's choice, and not offered otherwise.

    Returns
    -------
    Suggestion
        Nothing is offered where no image can be read.
    """
    base, plain = options or ImageOptions(), ImageOptions()
    samples = list(_samples(images))
    if not samples:
        return Suggestion(base, (), ("None of the images looked at can be read.",), 0)
    offers = tuple(
        offer for offer in offers_of(samples) if getattr(base, offer.option) == getattr(plain, offer.option)
    )
    examples = tuple(sample.pixels for sample in samples[:: -(-len(samples) // EXAMPLES)])
    suggested = with_offers(base, (offer for offer in offers if offer.recommended))
    return Suggestion(suggested, offers, tuple(remarks_on(samples)), len(samples), examples)


def with_offers(options: ImageOptions, taken: Iterable[Offer]) -> ImageOptions:
    """Options with some offers taken."""
    return ImageOptions.model_validate(options.model_dump() | {offer.option: offer.value for offer in taken})


def _samples(images: Tables | Collection) -> Iterator[Sample]:
    count = len(images.images)
    if not count:
        return
    columns = place_columns(images.images)
    files = ImageFiles() if isinstance(images, Tables) else ImageFiles(images.find)
    try:
        for at in np.unique(np.linspace(0, count - 1, min(count, MOST)).astype(int)).tolist():
            place = place_at(columns, at)
            try:
                pixels = files.pixels(place)
                colour = _colour(files.original(place), place.member)
            except FormatError:  # the look tells it as a fault
                continue
            yield Sample(pixels, prepare(pixels, ImageOptions()), colour)
    finally:
        files.close()


def _colour(data: bytes | None, name: str) -> str:
    if data is None:
        return "grey"
    picture = open_picture(data, name)
    if picture.mode in ("1", "L", "LA", "F", "I") or picture.mode.startswith("I;"):
        return "grey"
    channels = np.asarray(picture.convert("RGB"), np.int16)
    return "equal" if int(np.ptp(channels, axis=2).max()) == 0 else "colour"
