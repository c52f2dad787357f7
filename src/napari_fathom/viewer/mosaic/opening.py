"""From paths to an open study of a collection: the job that makes or opens it."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_fathom.events import Done, Event
from napari_fathom.viewer.opening import is_study, study_folder

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy

__all__ = ["open_collection_job"]


def open_collection_job(
    paths: Sequence[Path],
) -> "Callable[[object], Generator[Event[CollectionStudy], None, None]]":
    """What the worker runs: open the study of these paths, or make it from the files first.

    Parameters
    ----------
    paths : sequence of Path
        A study of a collection, its store, or files of images; a new study goes beside them.
    """

    def make(stop: object) -> "Generator[Event[CollectionStudy], None, None]":
        from napari_fathom.study import CollectionStudy
        from napari_fathom.study.jobs import collect_job
        from napari_fathom.viewer.survey_dock import samples_folder
        from napari_fathom.viewer.warm import warm_label_colours

        warm_label_colours()
        folder = study_folder(paths, samples_folder())
        if is_study(folder):
            yield Done(CollectionStudy.open(folder))
        else:
            yield from collect_job(list(paths), folder)

    return make
