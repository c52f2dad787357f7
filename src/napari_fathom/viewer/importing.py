"""Jobs of an import: look what a file holds, then lay it on the survey. Knows no Qt."""

import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from napari_fathom.events import Done, Event, Note
from napari_fathom.viewer.worker import JobMaker

if TYPE_CHECKING:
    from napari_fathom.echogram.incoming import IncomingLabels
    from napari_fathom.study import Study

__all__ = ["lay_array", "lay_file", "lay_opened", "look"]


def look(study: "Study", path: Path) -> JobMaker:
    """Open a file by the study's own class names; its result is (path, IncomingLabels)."""

    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.echogram.exchange import open_labels

        yield Note(f"Looking into {path.name}…")
        yield Done((path, open_labels(path, study.echogram, _own_values(study))))

    return make


def lay_opened(study: "Study", incoming: "IncomingLabels", overwrite: bool) -> JobMaker:
    """Lay what `look` has opened."""

    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.study.jobs import lay_labels_job

        return lay_labels_job(study, incoming, overwrite=overwrite, stop=stop)

    return make


def lay_file(study: "Study", path: Path, values: Mapping[str, int], overwrite: bool) -> JobMaker:
    """Lay a file whose class names have just these values; others were left out on purpose."""

    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.echogram.exchange import open_labels

        return lay_opened(study, open_labels(path, study.echogram, values), overwrite)(stop)

    return make


def lay_array(study: "Study", name: str, values: NDArray[Any], overwrite: bool) -> JobMaker:
    """Lay another labels layer's cells, whose values are the study's own."""

    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.echogram.incoming import labels_from_array

        shape, own = study.labels.shape, _own_values(study)
        incoming = labels_from_array(values, shape, own, origin=f"layer {name}")
        return lay_opened(study, incoming, overwrite)(stop)

    return make


def _own_values(study: "Study") -> dict[str, int]:
    return {item.name: item.value for item in study.classes}
