"""Labels and answers of a study in the formats of other tools."""

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.crimac import write_crimac_predictions
from napari_fathom.echogram.exchange import LABEL_WRITERS, write_seabed_evl
from napari_fathom.echogram.label_npz import Streamed, write_label_npz
from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event
from napari_fathom.names import folded
from napari_fathom.study.jobs.guards import heeding, saving
from napari_fathom.study.jobs.nasc_table import NascOptions, write_study_nasc
from napari_fathom.study.prediction_store import PredictionStore
from napari_fathom.study.study import Study

__all__ = ["EXPORT_KINDS", "ExportKind", "ExportSource", "export_job", "require_exportable"]

ExportKind = Literal["crimac", "evr", "evl", "tiff", "npz", "nasc"]
ExportSource = Literal["prediction", "labels"]


@dataclass(frozen=True)
class _Material:
    """What is exported: class values box by box, names of those wanted, the answer they are of, if any."""

    study: Study
    read: ReadLabels
    names: dict[int, str]
    answer: PredictionStore | None


_Writer = Callable[[Path, _Material, NascOptions], Iterator[Event[Path]]]


def export_job(
    study: Study,
    kind: ExportKind,
    path: Path | str,
    *,
    source: ExportSource = "prediction",
    classes: Collection[int] | None = None,
    nasc: NascOptions | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[Path], None, None]:
    """Write labels, or the answer in force, for another tool.

    A former file is replaced once the new one is whole.

    Parameters
    ----------
    study : Study
        Reading is enough.
    kind : {"crimac", "evr", "evl", "tiff", "npz", "nasc"}
        CRIMAC zarr; Echoview regions; Echoview line of the seabed; image; arrays with coordinates; table of
        NASC.
    path : path
        The file, for `crimac` the folder.
    source : {"prediction", "labels"}
        What; the seabed is neither.
    classes : collection of int, optional
        Class values to write. Without it all, but background is left out of NASC and of an answer's regions,
        where it would be nearly everything.
    nasc : NascOptions, optional
        For `nasc`.
    stop : threading.Event, optional

    Yields
    ------
    Progress, last Done(Path)

    Raises
    ------
    StudyError
        If there is no whole answer yet, or the disk is full.
    LabelError
        If the format can't hold what is asked for.
    Cancelled
        If stopped; a former file is as it was.
    """
    path = Path(path)
    material = _material(study, kind, source, classes)
    with saving(path.name, "a former file there is as it was"):
        yield from heeding(
            _WRITERS[kind](path, material, nasc or NascOptions()), stop, "a former file there is as it was"
        )


def require_exportable(
    study: Study, kinds: Iterable[ExportKind], source: ExportSource = "prediction"
) -> None:
    """Make sure that a study has what these exports are made of, before the first of them writes anything.

    Parameters
    ----------
    study : Study
    kinds, source
        As for `export_job`.

    Raises
    ------
    StudyError
        If a kind is unknown, there is no whole answer, or no seabed for `evl`.
    """
    for kind in kinds:
        if kind not in _WRITERS:
            raise StudyError(f"There is no export {kind!r}; choose one of {', '.join(EXPORT_KINDS)}.")
        if kind == "evl":
            _require_seabed(study)
        elif source == "prediction" and study.prediction() is None:
            raise StudyError(
                f"{study.folder.name}: there is no whole answer to export. Predict first, or export what is "
                "painted (fathom export --painted)."
            )


def _require_seabed(study: Study) -> None:
    if not np.isfinite(study.echogram.seabed_range_m).any():
        raise StudyError(
            f"{study.folder.name}: the survey has no seabed, so there is no EVL to write. Convert it with "
            "'fathom convert --seabed FILE', draw a seabed in the viewer, or import an EVL as one there."
        )


def _material(
    study: Study, kind: ExportKind, source: ExportSource, wanted: Collection[int] | None
) -> _Material:
    require_exportable(study, [kind], source)
    answer = study.prediction() if source == "prediction" and kind != "evl" else None
    now = {item.value: item.name for item in study.classes}
    names = now if answer is None else {item.value: now.get(item.value, item.name) for item in answer.classes}
    if wanted is None and (kind == "nasc" or (kind == "evr" and answer is not None)):
        wanted = [value for value, name in names.items() if folded(name) != "background"]
    if wanted is not None:
        names = {value: name for value, name in names.items() if value in wanted}
    read = study.labels.read if answer is None else partial(answer.read, "class")
    return _Material(study, read, names, answer)


def _write_labels(kind: str) -> _Writer:
    def write(path: Path, material: _Material, _: NascOptions) -> Iterator[Event[Path]]:
        return LABEL_WRITERS[kind](path, material.study.echogram, material.read, material.names)

    return write


def _write_crimac(path: Path, material: _Material, options: NascOptions) -> Iterator[Event[Path]]:
    answer = material.answer
    if answer is None:
        return _write_labels("crimac")(path, material, options)
    kept = [index for index, item in enumerate(answer.classes) if item.value in material.names]
    return write_crimac_predictions(
        path,
        material.study.echogram,
        lambda box: answer.read_answer(box)[kept],
        material.names,
        description=f"Class probabilities by napari-fathom, model {answer.record.model}",
    )


def _write_npz(path: Path, material: _Material, _: NascOptions) -> Iterator[Event[Path]]:
    answer = material.answer
    beside: dict[str, Streamed] = {}
    if answer is not None:
        beside = {
            "probabilities": Streamed(answer.read_answer, np.dtype(np.float16), (len(answer.classes),)),
            "cluster": Streamed(lambda box: answer.read("cluster", box), np.dtype(np.uint16)),
            "ambiguity": Streamed(lambda box: answer.read("ambiguity", box), np.dtype(np.float16)),
        }
    return write_label_npz(path, material.study.echogram, material.read, material.names, beside=beside)


def _write_evl(path: Path, material: _Material, _: NascOptions) -> Iterator[Event[Path]]:
    echogram = material.study.echogram
    write_seabed_evl(path, echogram, echogram.seabed_range_m)
    yield Done(path)


def _write_nasc(path: Path, material: _Material, options: NascOptions) -> Iterator[Event[Path]]:
    return write_study_nasc(path, material.study.echogram, material.read, material.names, options)


_WRITERS: dict[str, _Writer] = {
    "crimac": _write_crimac,
    "evr": _write_labels("evr"),
    "evl": _write_evl,
    "tiff": _write_labels("tiff"),
    "npz": _write_npz,
    "nasc": _write_nasc,
}
EXPORT_KINDS: tuple[str, ...] = tuple(_WRITERS)
"""What `export_job` knows."""
