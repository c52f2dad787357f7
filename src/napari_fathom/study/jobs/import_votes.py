"""Labels of images made elsewhere become votes of whoever gave them."""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import Cancelled, LabelError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.labels import Classes, VoteEvent, match_names
from napari_fathom.names import folded
from napari_fathom.plankton.incoming import IncomingVotes, gather_labels
from napari_fathom.plankton.tree import IMAGE_SUFFIXES
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.filed_labels import classes_of, vote_as_filed
from napari_fathom.study.jobs.import_labels import class_values

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cast_votes_job", "import_votes_job"]

_MOST_TOLD = 3  # ids in a message


def import_votes_job(
    study: CollectionStudy,
    path: Path | str,
    *,
    annotator: str | None = None,
    aliases: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[tuple[VoteEvent, ...]], None, None]:
    """Take the labels of a file as votes on the objects of these ids; see `plankton.incoming` for formats.

    Classes are matched by alias or name, else by a name that is alike as `labels.match_names` says, and a
    note tells that; what the study has no class for is left out, and a note says so. A study without classes
    takes the file's, and those that aliases stand for instead. A mere list of classes adds those that are
    missing, and casts nothing.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing.
    path : path
    annotator : str, optional
        Whose labels they are where the file doesn't say; default the file's name, and always for those that
        a machine predicted.
    aliases : mapping of str to str, optional
        What the file calls a class → the study's name of it.
    stop : threading.Event, optional

    Yields
    ------
    Note, Progress, last Done(tuple of VoteEvent): `study.votes.revert` takes those back

    Raises
    ------
    FormatError
        If there is no label in the file.
    LabelError
        If an alias stands for a class that the study hasn't, or the file is of none of its objects; the study
        is as it was then.
    Cancelled
        If stopped; nothing was cast then.
    """
    study.require_writable()
    incoming = yield from gather_labels(Path(path))
    if not len(incoming.objects):
        yield from _add_classes(study, incoming, aliases or {})
        return
    classes = study.classes
    if not len(classes):
        classes = _first_classes(incoming, aliases or {})
    values = yield from _meant(incoming, classes, aliases)
    yield from cast_votes_job(study, incoming, values, classes=classes, annotator=annotator, stop=stop)


def cast_votes_job(
    study: CollectionStudy,
    incoming: IncomingVotes,
    values: Mapping[str, int],
    *,
    classes: Classes | None = None,
    annotator: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[tuple[VoteEvent, ...]], None, None]:
    """Do what `import_votes_job` does with labels that were read already, and whose classes are known.

    Parameters
    ----------
    values : mapping of str to int
        What the names mean; the others are left out.
    classes : Classes, optional
        Become the study's once nothing is left to refuse; default those it has.
    """
    study.require_writable()
    for note in incoming.notes:
        yield Note(note, "warning")
    objects = incoming.objects
    rows = _rows_of(objects["object_id"], study)
    unknown = rows < 0
    if unknown.all():
        raise LabelError(
            f"{incoming.origin}: none of its {len(objects):,} ids is of this collection "
            f"({objects['object_id'].iat[0]!r}, …). Choose the file that was made of these images."
        )
    if unknown.any():
        told = ", ".join(objects.loc[unknown, "object_id"].head(_MOST_TOLD))
        yield Note(
            f"{int(unknown.sum()):,} objects of {incoming.origin} are not in this collection ({told}, …).",
            "warning",
        )
    known = objects[~unknown].set_index(rows[~unknown])
    yield Progress("import", 0, len(known))
    if stop is not None and stop.is_set():
        raise Cancelled("Stopped; nothing was imported.")
    machines = (known["status"] == "predicted") & (known["annotator"] == "")
    known = known.assign(  # under a person's name they would take the place of that person's own votes
        annotator=known["annotator"].mask(machines, incoming.origin)
    )
    origin = annotator or incoming.origin
    with _given_classes(study, classes or study.classes):
        events = vote_as_filed(
            study.votes, known, values=values, otherwise=origin, note=f"from {incoming.origin}"
        )
    yield Progress("import", len(known), len(known))
    if not events:
        yield Note(f"{incoming.origin} holds no labels that are new here.", "warning")
    yield Done(tuple(events))


@contextmanager
def _given_classes(study: CollectionStudy, classes: Classes) -> Iterator[None]:
    """Give the study these classes; the former ones where what follows fails."""
    former = study.classes
    if classes != former:
        study.votes.set_classes(classes)
    try:
        yield
    except BaseException:
        if classes != former:
            with suppress(LabelError):  # of votes that the disk didn't let take back, which the error tells
                study.votes.set_classes(former)
        raise


def _first_classes(incoming: IncomingVotes, aliases: Mapping[str, str]) -> Classes:
    """Those a file brings to a study without any: its own, but what aliases stand for instead of theirs."""
    import pandas as pd

    replaced = {folded(found) for found in aliases}
    own = [name for name in incoming.names if folded(name) not in replaced]
    return classes_of(pd.Series([*own, *aliases.values()], dtype="str"))


def _add_classes(
    study: CollectionStudy, incoming: IncomingVotes, aliases: Mapping[str, str]
) -> Generator[Event[tuple[VoteEvent, ...]], None, None]:
    before = len(study.classes)
    study.votes.set_classes(
        study.classes.with_all_added(name for name in incoming.names if name not in aliases)
    )
    yield Note(f"{incoming.origin}: {len(study.classes) - before} classes added.")
    yield Done(())


def _meant(
    incoming: IncomingVotes, classes: Classes, aliases: Mapping[str, str] | None
) -> Generator[Note, None, dict[str, int]]:
    """The class that each name means, as far as that can be told, with notes of what was taken for what."""
    said = class_values(classes, aliases)
    renamed = {folded(name) for name in said}
    others = [name for name in incoming.names if folded(name) not in renamed]
    match = match_names(others, classes)
    there = {folded(name) for name in incoming.names}
    for name, meant in (aliases or {}).items():
        if folded(name) not in there:
            yield Note(f"{incoming.origin}: no label is called {name!r}, which was to mean {meant!r}.")
    counts = incoming.objects["class_name"].value_counts()
    for name in match.proposed.keys() & match.likely.keys():
        if (own := classes[match.likely[name]].name).casefold() != name.casefold():
            yield Note(f"{incoming.origin}: {name!r} is taken for {own!r}.")
    for name in (name for name in others if name not in match.likely):
        yield Note(
            f"{incoming.origin}: {name!r} ({counts[name]:,} labels) is no class of this study and is left "
            "out. Say which class it means, or add the class first.",
            "warning",
        )
    return said | match.likely


def _rows_of(ids: "pd.Series[str]", study: CollectionStudy) -> NDArray[np.int64]:
    """The row of each id, which may end as its image does; -1 where there is none."""
    import pandas as pd

    known = pd.Index(study.votes.object_ids)
    rows = known.get_indexer(pd.Index(ids))
    endings = "|".join(suffix.replace(".", r"\.") for suffix in IMAGE_SUFFIXES)
    shorter = ids.str.replace(rf"(?i)(?:{endings})$", "", regex=True)
    return np.where(rows < 0, known.get_indexer(pd.Index(shorter)), rows)
