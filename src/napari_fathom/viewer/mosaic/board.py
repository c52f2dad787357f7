"""What a mosaic is made from and which of it is wished for; read and sorted off the GUI thread. No Qt."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event, Note
from napari_fathom.plankton.mosaic import Arrangement, Filter, arrange, keep
from napari_fathom.plankton.mosaic_drawing import speck_levels

if TYPE_CHECKING:
    import pandas as pd

    from napari_fathom.study import Answers, CollectionStudy

__all__ = ["Answered", "Board", "Wish", "board_job", "board_of_rows", "with_clusters"]


@dataclass(frozen=True)
class Wish:
    """How the objects are to be arranged.

    Parameters
    ----------
    sort_by : str
        Column; "" for the order of the files.
    ascending : bool
        Smallest first.
    group_by : str
        Column whose values are put together; "" for one group.
    largest_first : bool
        The largest group first, instead of by name.
    filters : tuple of Filter
        All must hold.
    """

    sort_by: str = ""
    ascending: bool = True
    group_by: str = ""
    largest_first: bool = False
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, eq=False)
class Answered:
    """What a model says of each object, in memory.

    Parameters
    ----------
    values : ndarray of uint16, shape (N,)
        Class values where the model is certain; 0 elsewhere.
    cluster : ndarray of uint16, shape (N,)
        Number of the cluster that it is in now, from 1; 0 without an image.
    ambiguity : ndarray of float32, shape (N,)
        NaN without an image.
    """

    values: NDArray[np.uint16]
    cluster: NDArray[np.uint16]
    ambiguity: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Board:
    """A collection's table as it was when it was read, its smallest pictures, and one arrangement of it.

    Parameters
    ----------
    objects : DataFrame, N rows
        As `study.object_table`.
    specks : tuple of ndarray, shapes (N, 8, 8) to (N, 1, 1), uint8
        As `mosaic_drawing.speck_levels`.
    arrangement : Arrangement
    wish : Wish
        What the arrangement was made for.
    answered : Answered, optional
        What the model in force says; None without one.
    """

    objects: "pd.DataFrame"
    specks: tuple[NDArray[np.uint8], ...]
    arrangement: Arrangement
    wish: Wish
    answered: "Answered | None" = None


def board_job(study: "CollectionStudy", wish: Wish) -> Generator[Event[Board], None, None]:
    """Read all that is known of a study's objects and arrange them.

    A column that the wish names and the table lacks (no answer yet) is passed over. An answer that is damaged
    is told, and counts as none.

    Yields
    ------
    Note, Done(Board)
    """
    from napari_fathom.study.object_table import object_table

    try:
        answers = study.answers()
    except StudyError as error:
        yield Note(str(error), "warning")
        answers = None
    objects = object_table(study, answers)
    specks = speck_levels(np.asarray(study.collection.specks[:]))
    known = set(objects.columns)
    filters = tuple(one for one in wish.filters if one.column in known)
    arrangement = arrange(
        objects,
        (wish.sort_by,) if wish.sort_by in known else (),
        ascending=wish.ascending,
        group_by=wish.group_by if wish.group_by in known else None,
        largest_first=wish.largest_first,
        where=keep(objects, filters),
    )
    answered = None if answers is None else _answered(study, answers, objects["cluster"].to_numpy())
    yield Done(Board(objects, specks, arrangement, wish, answered))


def board_of_rows(board: Board, groups: Mapping[str, NDArray[np.int64]]) -> Board:
    """Arrange a board anew: exactly these objects, in this order, under these headings.

    Parameters
    ----------
    board : Board
        What is known of the objects.
    groups : mapping of str to array of int, shape (n,)
        Rows of the collection by heading; an empty group gets none.
    """
    there = {name: rows for name, rows in groups.items() if len(rows)}
    starts = np.cumsum([0, *(len(rows) for rows in there.values())], dtype=np.int64)
    order = np.concatenate([np.zeros(0, np.int64), *there.values()])
    arrangement = Arrangement(order, starts, tuple(there), len(board.objects))
    return replace(board, arrangement=arrangement, wish=Wish(group_by="review"))


def with_clusters(board: Board, cluster: NDArray[np.uint16]) -> Board:
    """Put objects into other clusters, in the table and in what is drawn; no tile moves.

    Parameters
    ----------
    board : Board
        With answers.
    cluster : ndarray of uint16, shape (N,)
    """
    if board.answered is None or board.answered.cluster is cluster:
        return board
    answered = replace(board.answered, cluster=cluster)
    return replace(board, objects=board.objects.assign(cluster=cluster), answered=answered)


def _answered(study: "CollectionStudy", answers: "Answers", cluster: NDArray[np.uint16]) -> Answered:
    known = np.isin(answers.values(), study.classes.values)
    values = np.where(answers.certain() & known, answers.values(), np.uint16(0))
    ambiguity = np.where(cluster > 0, answers.ambiguity, np.float32(np.nan))
    return Answered(values, cluster, ambiguity)
