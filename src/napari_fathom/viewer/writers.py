"""napari's Save dialog: labels and class layers as TIFF, npz or Echoview regions.

A survey's layer is saved whole and from the disk, with the survey's coordinates, however little of it is on
the screen. Any other labels layer is saved as the array that it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Grid
from napari_fathom.errors import LabelError
from napari_fathom.events import Box, Event
from napari_fathom.viewer.roles import KEY, Role

__all__ = ["write_evr_regions", "write_npz", "write_tiff"]

Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class _SurveyLabels:
    """What the exchange formats need of a layer."""

    grid: Grid
    read: Callable[[Box], NDArray[np.uint8]]
    class_names: dict[int, str]


def write_tiff(path: str, data: Any, attributes: Attributes) -> list[str]:
    """Save a labels layer as one grey image, pings to the right; ImageJ opens it."""
    labels = _survey_labels(attributes)
    if labels is None:
        import tifffile

        tifffile.imwrite(path, _smallest(_finest(data, attributes)), photometric="minisblack")
    else:
        from napari_fathom.echogram.label_tiff import write_label_tiff

        _exhaust(write_label_tiff(Path(path), labels.grid, labels.read, labels.class_names))
    return [path]


def write_npz(path: str, data: Any, attributes: Attributes) -> list[str]:
    """Save a labels layer as npz with the names of its classes and its coordinates."""
    labels = _survey_labels(attributes)
    if labels is None:
        from napari_fathom.files import replace_file

        with replace_file(Path(path)) as beside, beside.open("wb") as stream:
            np.savez_compressed(stream, labels=_smallest(_finest(data, attributes)))
    else:
        from napari_fathom.echogram.label_npz import write_label_npz

        _exhaust(write_label_npz(Path(path), labels.grid, labels.read, labels.class_names))
    return [path]


def write_evr_regions(path: str, data: Any, attributes: Attributes) -> list[str]:
    """Save a survey's labels as Echoview regions.

    Raises
    ------
    LabelError
        A layer without ping times and depths: regions could not be placed.
    """
    labels = _survey_labels(attributes)
    if labels is None:
        raise LabelError(
            f"{attributes.get('name', 'This layer')}: it has no ping times and depths, which regions need. "
            "Save a labels or class layer of a survey that is open in Fathom, or choose TIFF or npz."
        )
    from napari_fathom.echogram.evr import write_evr
    from napari_fathom.echogram.regions import mask_to_regions

    write_evr(Path(path), mask_to_regions(labels.read, labels.grid, labels.class_names))
    return [path]


def _survey_labels(attributes: Attributes) -> _SurveyLabels | None:
    """Find the survey behind a layer by what its metadata say; None for a layer that has none."""
    details = attributes.get("metadata", {}).get(KEY, {})
    role = details.get("role")
    if role == Role.CLASS and "prediction" in details:
        return _class_labels(details)
    if role in (Role.LABELS, Role.OVERVIEW) and "labels" in details:
        return _painted_labels(details)
    return None


def _class_labels(details: Mapping[str, Any]) -> _SurveyLabels:
    from napari_fathom.echogram import Echogram
    from napari_fathom.study import PredictionStore

    store = PredictionStore.open(Path(details["prediction"]))
    names = {item.value: item.name for item in store.classes}
    return _SurveyLabels(Echogram.open(details["source"]), lambda box: store.read("class", box), names)


def _painted_labels(details: Mapping[str, Any]) -> _SurveyLabels:
    from napari_fathom.echogram import Echogram
    from napari_fathom.labels import LabelStore

    store = LabelStore.open(Path(details["labels"]), "r")
    names = {item.value: item.name for item in store.classes}
    return _SurveyLabels(Echogram.open(details["source"]), store.read, names)


def _finest(data: Any, attributes: Attributes) -> NDArray[Any]:
    return np.asarray(data[0] if attributes.get("multiscale") else data)


def _smallest(labels: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in the smallest unsigned type that holds them; few TIFF readers know int64."""
    if not np.issubdtype(labels.dtype, np.integer) or (labels.size and labels.min() < 0):
        return labels
    return labels.astype(np.min_scalar_type(int(labels.max(initial=0))))


def _exhaust(events: Iterable[Event[Any]]) -> None:
    """Run a job to its end: the Save dialog waits."""
    for _ in events:
        pass
