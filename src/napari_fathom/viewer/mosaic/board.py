"""What a mosaic is made from and which of it is wished for; read and sorted off the GUI thread. No Qt."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Done, Event
from napari_fathom.plankton.mosaic import Arrangement, Filter, arrange, keep

if TYPE_CHECKING:
    import pandas as pd

    from napari_fathom.study import CollectionStudy

__all__ = ["Board", "Wish", "board_job"]


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
class Board:
    """A collection's table as it was when it was read, its smallest pictures, and one arrangement of it.

    Parameters
    ----------
    objects : DataFrame, N rows
        As `study.object_table`.
    specks : ndarray, shape (N, 8, 8), uint8
    arrangement : Arrangement
    wish : Wish
        What the arrangement was made for.
    """

    objects: "pd.DataFrame"
    specks: NDArray[np.uint8]
    arrangement: Arrangement
    wish: Wish


def board_job(study: "CollectionStudy", wish: Wish) -> Generator[Event[Board], None, None]:
    """Read all that is known of a study's objects and arrange them.

    A column that the wish names and the table lacks (no answer yet) is passed over.

    Yields
    ------
    Done(Board)
    """
    from napari_fathom.study.object_table import object_table

    objects = object_table(study)
    specks = np.asarray(study.collection.specks[:])
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
    yield Done(Board(objects, specks, arrangement, wish))
