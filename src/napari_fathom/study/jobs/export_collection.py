"""Votes and answers of a collection in the formats of other tools."""

import threading
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from napari_fathom.errors import StudyError
from napari_fathom.events import Event, Note
from napari_fathom.plankton.exports import (
    answer_columns,
    require_bins,
    require_new_folder,
    write_class_folders,
    write_dcic,
    write_ecotaxa,
    write_ifcb_scores,
    write_table,
)
from napari_fathom.study.answers import Answers
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.edit_log import EditLog
from napari_fathom.study.filed_labels import FILED
from napari_fathom.study.jobs.guards import heeding, saving

__all__ = [
    "COLLECTION_EXPORT_KINDS",
    "CollectionExportKind",
    "export_collection_job",
    "labelled_objects",
    "require_collection_exportable",
]

CollectionExportKind = Literal["ecotaxa", "folders", "table", "dcic", "ifcb"]


@dataclass(frozen=True)
class _Name:
    """What a file's name must end in, and why."""

    what: str
    endings: tuple[str, ...]


_SUFFIXES: "dict[CollectionExportKind, _Name]" = {
    "ecotaxa": _Name("EcoTaxa imports a zip", (".zip",)),
    "table": _Name("a table is comma-separated or parquet", (".csv", ".parquet")),
}


@dataclass(frozen=True)
class _Material:
    """What is exported: the study, its objects as they are said to be now, and the answers beside them."""

    study: CollectionStudy
    objects: pd.DataFrame
    beside: pd.DataFrame | None


def export_collection_job(
    study: CollectionStudy,
    kind: CollectionExportKind,
    path: Path | str,
    *,
    classes: Collection[int] | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[Path], None, None]:
    """Write what people say, and beside it what the model says, for another tool.

    An object that nobody has labelled has the model's class, with the status *predicted*, where the model is
    certain of it (ambiguity below 0.5); else none.

    Parameters
    ----------
    study : CollectionStudy
        Reading is enough.
    kind : {"ecotaxa", "folders", "table", "dcic", "ifcb"}
        EcoTaxa import zip; a folder for each class; .csv or .parquet; data set of the DCIC benchmark with
        everybody's votes; class scores of IFCB bins.
    path : path
        The file; for `folders`, `dcic` and `ifcb` a folder.
    classes : collection of int, optional
        Only objects of these classes; all without it, also those without a class.
    stop : threading.Event, optional

    Yields
    ------
    Note, Progress, last Done(Path)

    Raises
    ------
    StudyError
        If there is no answer where one is needed, the name doesn't fit the kind, or the disk is full.
    FathomError
        If there is nothing to write, or something is in the way.
    """
    require_collection_exportable(study, {kind: path})
    answers = study.answers()
    if answers is None:
        yield Note("No model has answered yet: only what people say is written.", "warning")
    objects = labelled_objects(study)
    if classes is not None:
        names = [study.classes[value].name for value in classes]
        objects = objects[objects["class_name"].isin(names)]
    edits = None if answers is None else answers.edits()
    for note in () if edits is None else edits.notes:
        yield Note(note, "warning")
    material = _Material(study, objects, _beside(answers, edits, objects))
    with saving("The export", "what was there before is untouched"):
        yield from heeding(_WRITERS[kind](Path(path), material), stop, "what was there before is untouched")


def require_collection_exportable(
    study: CollectionStudy, wanted: Mapping[CollectionExportKind, Path | str]
) -> None:
    """Refuse exports that can't be, before the first is written.

    Parameters
    ----------
    study : CollectionStudy
    wanted : mapping
        Where to write each kind.

    Raises
    ------
    StudyError
        If class scores are wanted and there is no answer that names classes, folders of classes and nothing
        has a class, or a name doesn't fit its kind.
    FathomError
        If class scores are wanted and no object is of an IFCB bin, or something is in a folder's place.
    """
    for kind, path in wanted.items():
        known = _SUFFIXES.get(kind)
        if known is not None and Path(path).suffix.lower() not in known.endings:
            endings = " or ".join(known.endings)
            raise StudyError(f"{Path(path).name}: {known.what}. Give a name that ends in {endings}.")
    answers = study.answers()
    for kind, path in wanted.items():
        if kind == "ifcb":
            if answers is None:
                raise StudyError(
                    f"{study.folder.name}: class scores need an answer. Train, then predict, then export."
                )
            if not answers.record.classes:
                raise StudyError(
                    f"{study.folder.name}: class scores need classes, and the model in force knows clusters "
                    "alone. Label images of two classes or more, train and predict, then export."
                )
            require_bins(study.collection.objects["object_id"], Path(path).name)
        if kind in ("folders", "dcic"):
            require_new_folder(Path(path))
        if kind == "folders" and not _any_class(study, answers):
            raise StudyError(f"{Path(path).name}: no object has a class. Label some, or train and predict.")


def _any_class(study: CollectionStudy, answers: Answers | None) -> bool:
    return bool(study.votes.label().any()) or (answers is not None and bool(answers.certain().any()))


def labelled_objects(study: CollectionStudy) -> pd.DataFrame:
    """Return the collection's objects with class, status, annotator and time as they stand now.

    Annotator and time are those of the vote that decided; nobody's where a file that names no one brought it.
    Columns as `Collection.objects`; see `export_collection_job` for what the model adds.
    """
    votes = study.votes
    table = study.collection.objects.copy()
    values, status = votes.label(), votes.status().astype(object)
    answers = study.answers()
    known = {info.value: info.name for info in study.classes}
    names = np.array([known.get(int(value), "") for value in values], object)
    if answers is not None:
        proposed = answers.values()
        taken = (values == 0) & answers.certain()
        by_model = {info.value: info.name for info in answers.record.class_table}
        names[taken] = [by_model[int(value)] for value in proposed[taken]]
        status[taken] = "predicted"
    table["class_name"], table["status"] = names, status
    said_by = votes.said_by()
    table["annotator"] = np.where(said_by == FILED, "", said_by)
    table["annotated"] = votes.said_at().astype("datetime64[ns]")
    return table


def _beside(answers: Answers | None, edits: EditLog | None, objects: pd.DataFrame) -> pd.DataFrame | None:
    if answers is None or edits is None:
        return None
    rows = objects.index.to_numpy()
    return answer_columns(
        answers.record.class_table.names,
        np.asarray(answers.probabilities[rows], np.float32),
        edits.partition.cluster[rows],
        np.asarray(answers.ambiguity[rows]),
        index=objects.index,
    )


def _ecotaxa(path: Path, material: _Material) -> Iterator[Event[Path]]:
    return write_ecotaxa(path, material.study.collection, material.objects, material.beside)


def _folders(path: Path, material: _Material) -> Iterator[Event[Path]]:
    return write_class_folders(path, material.study.collection, material.objects)


def _table(path: Path, material: _Material) -> Iterator[Event[Path]]:
    votes, rows = material.study.votes, material.objects.index.to_numpy()
    told = material.objects.assign(
        votes=votes.tally().voices[rows],
        agreement=votes.agreement()[rows],
        entropy_bits=votes.entropy()[rows],
    )
    return write_table(path, told, material.beside)


def _dcic(path: Path, material: _Material) -> Iterator[Event[Path]]:
    votes = material.study.votes
    said = votes.votes()
    people = said[said["status"] != "predicted"]
    return write_dcic(path, material.study.collection, people, votes.soft(), votes.classes.names)


def _ifcb(path: Path, material: _Material) -> Iterator[Event[Path]]:
    answers = material.study.answers()
    assert answers is not None  # require_collection_exportable
    rows = material.objects.index.to_numpy()
    chances = np.asarray(answers.probabilities[rows], np.float32)
    there = answers.cluster[rows] > 0
    return write_ifcb_scores(path, material.objects[there], chances[there], answers.record.class_table.names)


_WRITERS: dict[CollectionExportKind, Callable[[Path, _Material], Iterator[Event[Path]]]] = {
    "ecotaxa": _ecotaxa,
    "folders": _folders,
    "table": _table,
    "dcic": _dcic,
    "ifcb": _ifcb,
}
COLLECTION_EXPORT_KINDS: tuple[CollectionExportKind, ...] = tuple(_WRITERS)
