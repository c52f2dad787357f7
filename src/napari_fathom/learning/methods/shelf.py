"""All methods there are, in one list: what the chooser of the dock and `fathom methods` show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.methods import (
    BLIND_METHODS,
    CLUSTERING_METHODS,
    DC3,
    IMAGE_METHODS,
    METHODS,
    PRETRAINING_METHODS,
    ROW_METHODS,
)
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.presets import PRESETS

__all__ = ["Entry", "shelf"]

Kind = Literal["echograms", "images"]


@dataclass(frozen=True)
class Entry:
    """A method on the shelf.

    Parameters
    ----------
    name : str
        As settings and command line say it.
    about : About
    data : tuple of str
        Kinds of data it learns from.
    needs_labels : bool
        Without labels the answer is a cluster; labels tell what that means.
    learns_to_see : bool
        Whether it is for another to go on from: a choice for the setting `pretrain`.
    network : bool
        Whether it trains one.
    presets : tuple of str
        Names of the sets of settings that it comes with.
    """

    name: str
    about: About
    data: tuple[Kind, ...]
    needs_labels: bool
    learns_to_see: bool
    network: bool
    presets: tuple[str, ...]


def shelf() -> tuple[Entry, ...]:
    """Every method: of echograms, of images, and DC3, which goes around those that train a network."""
    both = tuple(dict.fromkeys((*PRESETS, *IMAGE_PRESETS)))
    return (
        *_entries(METHODS, "echograms", True, tuple(PRESETS)),
        *_entries(ROW_METHODS, "images", False, tuple(IMAGE_PRESETS)),
        *_entries(IMAGE_METHODS, "images", True, tuple(IMAGE_PRESETS)),
        Entry(DC3.name, DC3.about, ("echograms", "images"), True, False, True, both),
    )


def _entries(methods: Mapping[str, Any], data: Kind, network: bool, presets: tuple[str, ...]) -> list[Entry]:
    free, first = {*BLIND_METHODS, *CLUSTERING_METHODS}, PRETRAINING_METHODS
    return [
        Entry(name, method.about, (data,), name not in free, name in first, network, presets)
        for name, method in methods.items()
    ]
