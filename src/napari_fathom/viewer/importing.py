"""Jobs of an import: look what a file holds, then lay it on the survey. Knows no Qt."""

import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from napari_fathom.events import Done, Event, Note
from napari_fathom.study.jobs import lay_labels_job

if TYPE_CHECKING:
    from napari_fathom.study import Study

__all__ = ["lay_array", "lay_file", "look"]

Job = Generator[Event[Any], None, None]


def look(study: "Study", path: Path) -> Job:
    """Open a file by the study's own class names; the result is (path, IncomingLabels)."""
    from napari_fathom.echogram.exchange import open_labels

    yield Note(f"Looking into {path.name}…")
    yield Done((path, open_labels(path, study.echogram, own_values(study))))


def lay_file(
    study: "Study", path: Path, values: Mapping[str, int], overwrite: bool, stop: threading.Event
) -> Job:
    """Lay a file whose class names have just these values; others were left out on purpose."""
    from napari_fathom.echogram.exchange import open_labels

    incoming = open_labels(path, study.echogram, values)
    yield from lay_labels_job(study, incoming, overwrite=overwrite, stop=stop)


def lay_array(study: "Study", name: str, values: NDArray[Any], overwrite: bool, stop: threading.Event) -> Job:
    """Lay another labels layer's cells, whose values are the study's own."""
    from napari_fathom.echogram.incoming import labels_from_array

    incoming = labels_from_array(values, study.labels.shape, own_values(study), origin=f"layer {name}")
    yield from lay_labels_job(study, incoming, overwrite=overwrite, stop=stop)


def own_values(study: "Study") -> dict[str, int]:
    """The study's classes, name to value."""
    return {item.name: item.value for item in study.classes}
