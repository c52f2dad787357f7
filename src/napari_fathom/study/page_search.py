"""How far down a sorted list all is well: pages are looked at in leaps, then between a good and a bad one."""

from dataclasses import dataclass, replace

__all__ = ["PageSearch"]


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
