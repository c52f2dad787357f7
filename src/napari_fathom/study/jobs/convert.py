"""From files to a study."""

from collections.abc import Generator, Sequence
from pathlib import Path

from napari_fathom.echogram import PlainOptions, convert
from napari_fathom.events import Done, Event
from napari_fathom.labels import Classes
from napari_fathom.study.document import StudyDocument
from napari_fathom.study.jobs.guards import relay
from napari_fathom.study.study import Study

__all__ = ["convert_job"]


def convert_job(
    paths: Path | str | Sequence[Path | str],
    folder: Path | str,
    *,
    classes: Classes | None = None,
    main_frequency_hz: float | None = None,
    plain: PlainOptions | None = None,
    upward: bool | None = None,
) -> Generator[Event[Study], None, None]:
    """Read files into the survey store of a new study; done again after a stop, it goes on where it was.

    A survey store among the paths is referred to instead of copied.

    Parameters
    ----------
    paths : path or sequence of paths
        Files of one survey.
    folder : path
        The study, by custom `NAME.fathom`; its survey store becomes `data/NAME.sv.zarr` in it.
    classes : Classes, optional
        What may be painted.
    main_frequency_hz, plain, upward
        As for `echogram.convert`.

    Yields
    ------
    Note, Progress, last Done(Study), open for writing

    Raises
    ------
    StudyError
        If there is a study at `folder` already.
    FormatError
        If a file can't be read.
    """
    folder = Path(folder)
    StudyDocument.require_none(folder)
    store = folder / "data" / f"{folder.stem}.sv.zarr"
    echogram = yield from relay(
        convert(paths, store, main_frequency_hz=main_frequency_hz, plain=plain, upward=upward)
    )
    yield Done(Study.create(folder, echogram.path, classes))
