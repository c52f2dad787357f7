"""From files of images to a study of their collection."""

from collections.abc import Generator, Sequence
from pathlib import Path

from napari_fathom.events import Done, Event, Note
from napari_fathom.labels import Classes
from napari_fathom.plankton import Collection, ImageOptions, lay_out_collection, sniff
from napari_fathom.plankton.conversion import lay_out_anew
from napari_fathom.plankton.look import look
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.document import StudyDocument

__all__ = ["collect_job", "look_job"]


def collect_job(
    paths: Path | str | Sequence[Path | str],
    folder: Path | str,
    *,
    options: ImageOptions | None = None,
    classes: Classes | None = None,
) -> Generator[Event[CollectionStudy], None, None]:
    """Lay files out as the collection of a new study; `look_job` then looks at its images.

    That takes seconds also for a million objects: the study opens before an image has been decoded. A
    collection's store among the paths is referred to instead of copied.

    Parameters
    ----------
    paths : path or sequence of paths
        Folders, archives or files of one format.
    folder : path
        The study, by custom `NAME.fathom`; its collection becomes `data/NAME.collection` in it.
    options : ImageOptions, optional
        How images are to be seen; default as they are.
    classes : Classes, optional
        What may be voted for beside the classes that the files name.

    Yields
    ------
    Note, Progress, last Done(CollectionStudy), open for writing

    Raises
    ------
    StudyError
        If there is a study at `folder` already.
    FormatError
        If nothing can be read.
    """
    folder = Path(folder)
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    StudyDocument.require_none(folder)
    if sniff(files) == "store":
        yield Done(CollectionStudy.create(folder, files[0], classes))
        return
    store = folder / "data" / f"{folder.stem}.collection"
    for event in lay_out_collection(files, store, options=options):
        if isinstance(event, Done):
            yield Done(CollectionStudy.create(folder, event.result.path, classes))
        else:
            yield event


def look_job(
    study: CollectionStudy, *, options: ImageOptions | None = None, helpers: int | None = None
) -> Generator[Event[Collection], None, None]:
    """Look at every image of a study that has not been looked at: size, twins, vignette, measures.

    Stopped or killed, the same call goes on where it was.

    Parameters
    ----------
    study : CollectionStudy
    options : ImageOptions, optional
        How images are to be seen from now on. Where that is otherwise than before, all are looked at anew;
        votes stay. Models and answers stay too, but are of images as they were seen then.
    helpers : int, optional
        Processes that share the work; by default they leave one core free, see `plankton.look`.

    Yields
    ------
    Note, Progress, last Done(Collection)
        The collection with what was seen; the study has it already.

    Raises
    ------
    StudyError
        If the study is open read-only.
    """
    study.require_writable()
    if options is not None and options != study.collection.options:
        if study.current_model is not None:
            yield Note("Images are seen otherwise than the model in force has seen them: train again.")
        _exchange(study, lay_out_anew(study.collection, options))
    for event in look(study.collection, helpers=helpers):
        if isinstance(event, Done):
            _exchange(study, event.result)
        yield event


def _exchange(study: CollectionStudy, collection: Collection) -> None:
    study.collection.close()
    study.data = collection
