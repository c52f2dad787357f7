"""From paths to an open study: which study belongs to them, and the job that makes or opens it."""

import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event

if TYPE_CHECKING:
    from napari_fathom.echogram import PlainOptions
    from napari_fathom.study import CollectionStudy, Study

__all__ = ["is_ours", "is_study", "needs_words", "open_job", "samples_folder", "study_folder"]

SUFFIX = ".fathom"
_OURS_ALONE = ("store", "ecotaxa", "ifcb", "morphocluster")


def is_study(path: Path) -> bool:
    """Whether a folder is a study of ours."""
    from napari_fathom.study.document import StudyDocument

    return StudyDocument.at(path)


def is_ours(paths: Sequence[Path]) -> bool:
    """Whether these paths are one study, or files of one survey or collection that are read here; cheap.

    Plain pictures are left to other readers: the dock opens folders of them.
    """
    from napari_fathom import echogram, plankton

    if len(paths) == 1 and is_study(paths[0]):
        return True
    return echogram.sniff(paths) is not None or plankton.sniff(paths) in _OURS_ALONE


def needs_words(paths: Sequence[Path]) -> bool:
    """Whether the files are bare arrays that don't say what their axes are."""
    from napari_fathom.echogram import sniff

    return sniff(paths) == "plain"


def samples_folder() -> Path:
    """Where studies go whose data can't have them beside it; made if need be."""
    from qtpy.QtCore import QStandardPaths

    location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    folder = Path(location) / "napari-fathom"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def study_folder(paths: Sequence[Path], fallback: Path) -> Path:
    """The study that belongs to some files: an existing one of just these files, or a free name.

    Parameters
    ----------
    paths : sequence of Path
        Files of one survey or collection, or a study, or a store.
    fallback : Path
        Where the study goes if it can't lie beside the first file.

    Returns
    -------
    Path
        `NAME.fathom` beside the first file in the order of names.
    """
    first = sorted(paths)[0]
    if is_study(first):
        return first
    parent = first.parent if os.access(first.parent, os.W_OK) else fallback
    stem = first.name.split(".")[0] if first.is_dir() else first.stem
    number = 1
    while True:
        folder = parent / (f"{stem}{SUFFIX}" if number == 1 else f"{stem}-{number}{SUFFIX}")
        if not is_study(folder) or _made_from(folder, paths):
            return folder
        number += 1


def open_job(
    paths: Sequence[Path],
    folder: Path,
    plain: "PlainOptions | None" = None,
    *,
    upward: bool | None = None,
    main_frequency_hz: float | None = None,
) -> "Callable[[object], Generator[Event[Study] | Event[CollectionStudy], None, None]]":
    """What the worker runs: open the study at `folder`, or make it from the files first.

    Parameters
    ----------
    paths : sequence of Path
        As for `study_folder`.
    folder : Path
        What `study_folder` said.
    plain : PlainOptions, optional
        For files of a survey that don't say what they hold.
    upward : bool, optional
        Whether the sounder looks up from a mooring, where the files don't say.
    main_frequency_hz : float, optional
        Whose range cells all frequencies are laid on; the finest without it.
    """

    def make(stop: object) -> "Generator[Event[Study] | Event[CollectionStudy], None, None]":
        from napari_fathom.study import CollectionStudy, Study
        from napari_fathom.study.jobs import collect_job, convert_job
        from napari_fathom.study.kinds import holds_images
        from napari_fathom.viewer.warm import warm_label_colours

        warm_label_colours()
        if is_study(folder):
            yield Done(CollectionStudy.open(folder)) if holds_images([folder]) else Done(Study.open(folder))
        elif holds_images(paths):
            yield from collect_job(list(paths), folder)
        else:
            yield from convert_job(
                list(paths), folder, plain=plain, upward=upward, main_frequency_hz=main_frequency_hz
            )

    return make


def _made_from(folder: Path, paths: Sequence[Path]) -> bool:
    """Whether a study's data came from files of these names, or are this store."""
    from napari_fathom import echogram, plankton
    from napari_fathom.errors import StudyError
    from napari_fathom.study.document import StudyDocument

    try:
        reference = StudyDocument.load(folder).data
    except (StudyError, FormatError):
        return False
    if "store" in (echogram.sniff(paths), plankton.sniff(paths)):
        return paths[0].resolve() in reference.candidates(folder)
    return {Path(source).name for source in reference.sources} == {path.name for path in paths}
