"""Which settings a training has: a preset by name or by the hardware found, and what is changed of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

from napari_fathom.cli.settings_options import changed
from napari_fathom.names import folded

if TYPE_CHECKING:
    from napari_fathom.learning.hardware import Hardware
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.learning.settings import TrainSettings
    from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["chosen_image_settings", "chosen_settings"]

Settings = TypeVar("Settings", bound="SharedSettings")


def chosen_settings(preset: str | None, values: Mapping[str, object]) -> "tuple[str, TrainSettings]":
    """Settings for a survey, and the name of their preset."""
    from napari_fathom.learning.methods import METHODS
    from napari_fathom.learning.presets import PRESETS, propose

    return _chosen(preset, values, PRESETS, propose, METHODS)


def chosen_image_settings(preset: str | None, values: Mapping[str, object]) -> "tuple[str, ImageSettings]":
    """Settings for images, and the name of their preset."""
    from napari_fathom.learning.images.presets import IMAGE_PRESETS, propose_for_images
    from napari_fathom.learning.methods import IMAGE_METHODS, ROW_METHODS

    return _chosen(preset, values, IMAGE_PRESETS, propose_for_images, [*ROW_METHODS, *IMAGE_METHODS])


def _chosen(
    preset: str | None,
    values: Mapping[str, object],
    presets: Mapping[str, Settings],
    propose: "Callable[[Hardware], str]",
    methods: Collection[str],
) -> tuple[str, Settings]:
    from napari_fathom.learning.hardware import find_hardware

    preset = _full_name(preset, presets) if preset else propose(find_hardware())
    settings = changed(presets[preset], values)
    if settings.method not in methods:
        raise click.UsageError(f"no method {settings.method!r}; there are {', '.join(methods)}")
    return preset, settings


def _full_name(given: str, presets: Iterable[str]) -> str:
    """Find a preset by its name or the first word of it, in whatever case."""
    for name in presets:
        if folded(given) in (name.casefold(), name.split()[0].casefold()):
            return name
    raise click.UsageError(f"no preset {given!r}; there are {', '.join(presets)}")
