"""What a training form offers: methods, presets and headings, for surveys and for collections of images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from napari_fathom.viewer.settings_groups import IMAGE_SETTINGS_GROUPS, SETTINGS_GROUPS

if TYPE_CHECKING:
    from napari_fathom.learning.methods.about import About
    from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["Catalogue", "for_images", "for_surveys"]

S = TypeVar("S", bound="SharedSettings")


@dataclass(frozen=True)
class Catalogue(Generic[S]):
    """One kind of training.

    Parameters
    ----------
    methods : mapping of str to About
        By the name in the settings.
    label_free : frozenset of str
        Those of them that need no label.
    presets : mapping of str to settings
    proposed : str
        The preset that suits this machine.
    hardware : str
        What was found here.
    groups : mapping of str to sequence of str
        Heading to settings.
    """

    methods: "Mapping[str, About]"
    label_free: frozenset[str]
    presets: Mapping[str, S]
    proposed: str
    hardware: str
    groups: Mapping[str, Sequence[str]]


def for_surveys() -> "Catalogue[SharedSettings]":
    """What is offered for pixels; imports torch."""
    from napari_fathom.learning.hardware import find_hardware
    from napari_fathom.learning.presets import PRESETS, propose

    hardware = find_hardware()
    return Catalogue(*_methods_of("echograms"), PRESETS, propose(hardware), hardware.name, SETTINGS_GROUPS)


def for_images() -> "Catalogue[SharedSettings]":
    """What is offered for images; imports torch."""
    from napari_fathom.learning.hardware import find_hardware
    from napari_fathom.learning.images.presets import IMAGE_PRESETS, propose_for_images

    hardware = find_hardware()
    proposed = propose_for_images(hardware)
    return Catalogue(*_methods_of("images"), IMAGE_PRESETS, proposed, hardware.name, IMAGE_SETTINGS_GROUPS)


def _methods_of(data: str) -> "tuple[dict[str, About], frozenset[str]]":
    """Those of the shelf that are of this kind of data alone, and which of them need no label."""
    from napari_fathom.learning.methods.shelf import shelf

    entries = [entry for entry in shelf() if entry.data == (data,)]
    free = frozenset(entry.name for entry in entries if not entry.needs_labels)
    return {entry.name: entry.about for entry in entries}, free
