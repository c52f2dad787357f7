"""How far down a sorted list all is well: pages are looked at in leaps, then between a good and a bad one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["PageSearch", "PagedRows"]


@dataclass(frozen=True)
class PageSearch:
    """The search for the first page that holds a wrong object; every answer gives a new one.

    Pages are thought to become worse and worse. While all match, the leap doubles; from the first one that
    doesn't on, the middle between the last good and the first bad page is looked at: of n pages about
    2 · log₂ n are seen.

    Parameters
    ----------
    pages : int
        How many there are.
    matching : int
        Leading pages that are taken to match.
    wrong : int, optional
        Number, from 0, of the first page known to hold a wrong object; None before one was met.
    leap : int
        How many pages on to look next while none was wrong.

    References
    ----------
    Schröder, Kiko & Koch (2020), MorphoCluster, Sensors 20(11) 3060: growing a cluster.
    """

    pages: int
    matching: int = 0
    wrong: int | None = None
    leap: int = 1

    @property
    def found(self) -> bool:
        """Whether `matching` is the answer; no page is to be looked at any more."""
        return self.matching >= (self.pages if self.wrong is None else self.wrong)

    @property
    def page(self) -> int:
        """The page to look at next, from 0; once found, the last that matches."""
        if self.found:
            return max(0, self.matching - 1)
        if self.wrong is None:
            return min(self.matching + self.leap, self.pages) - 1
        return (self.matching + self.wrong) // 2

    def matches(self) -> "PageSearch":
        """All of `page` is right."""
        if self.found:
            return self
        return replace(self, matching=self.page + 1, leap=2 * self.leap)

    def is_wrong(self) -> "PageSearch":
        """Something on `page` is wrong."""
        return self if self.found else replace(self, wrong=self.page)


@dataclass(frozen=True, eq=False)
class PagedRows:
    """Rows laid out in pages that are searched; every answer gives a new one, which remembers this one.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        At least one, the likeliest to be right first.
    size : int
        Rows of a page; the last one may have fewer.
    search : PageSearch
    former : PagedRows, optional
        As it was before the last answer.
    """

    rows: NDArray[np.int64]
    size: int
    search: PageSearch
    former: "PagedRows | None" = None

    @classmethod
    def begin(cls, rows: NDArray[np.int64], size: int) -> "PagedRows":
        """Lay rows out; nothing is known of any page."""
        return cls(rows, size, PageSearch(-(-len(rows) // size)))

    @property
    def shown(self) -> NDArray[np.int64]:
        """Rows of the page to look at."""
        return self.rows[self.search.page * self.size :][: self.size]

    @property
    def right(self) -> NDArray[np.int64]:
        """Rows of the pages that are taken to match."""
        return self.rows[: self.search.matching * self.size]

    def answered(self, matches: bool) -> "PagedRows":
        """Say that all of the page is right, or not all of it."""
        search = self.search.matches() if matches else self.search.is_wrong()
        return replace(self, search=search, former=self)
