"""Which of our classes do names in somebody's files mean? Nothing is decided: likely ones are proposed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from napari_fathom.labels.classes import Classes
from napari_fathom.names import folded

__all__ = ["NameMatch", "match_names"]


@dataclass(frozen=True)
class NameMatch:
    """What found names mean, as far as names can tell.

    Parameters
    ----------
    exact : dict of str to int
        Found name → value of the class that has this name.
    proposed : dict of str to tuple of int
        Found name → classes it may mean, all as likely as each other.
    unknown : tuple of str
        Found names that are like no class's.
    alike : tuple of tuple of str
        Found names that differ from each other in capitals or blanks alone; classes can't.
    """

    exact: dict[str, int]
    proposed: dict[str, tuple[int, ...]]
    unknown: tuple[str, ...]
    alike: tuple[tuple[str, ...], ...] = ()

    @property
    def likely(self) -> dict[str, int]:
        """Found name → value, for exact ones and those for which one class alone is proposed."""
        return self.exact | {name: values[0] for name, values in self.proposed.items() if len(values) == 1}

    @property
    def certain(self) -> bool:
        """True if there is nothing to ask."""
        return not (self.proposed or self.unknown or self.alike)


def match_names(found: Iterable[str], classes: Classes) -> NameMatch:
    """Compare names that files hold with the classes there are.

    A name that no class has exactly may mean the class whose name differs, in this order: in capitals; in the
    blanks, `_` or `-` between words, in how it says what it stands below (`egg<other`, `other>egg`) or in a
    number at its end (`Copepoda__6666`, `Ciliate_001`); in what it stands below.

    Parameters
    ----------
    found : iterable of str
        Empty ones are passed over; each counts once.
    classes : Classes
    """
    names = list(dict.fromkeys(name for name in found if name.strip()))
    exact: dict[str, int] = {}
    proposed: dict[str, tuple[int, ...]] = {}
    unknown = []
    values = {item.name.strip(): item.value for item in classes}
    tables = [(likeness, _by(likeness, classes)) for likeness in _LIKENESSES]
    for name in names:
        if name.strip() in values:
            exact[name] = values[name.strip()]
            continue
        likely = (table.get(likeness(name), ()) for likeness, table in tables)
        if best := next((group for group in likely if group), None):
            proposed[name] = best
        else:
            unknown.append(name)
    return NameMatch(exact, proposed, tuple(unknown), _alike(names))


def _but_writing(name: str) -> str:
    """The path from the root in words: `Egg<other` and `other > egg` are one."""
    path = reversed(name.split("<")) if "<" in name else name.split(">")
    return ">".join(_words(part) for part in path)


def _but_place(name: str) -> str:
    return _but_writing(name).rpartition(">")[2]


_LIKENESSES: tuple[Callable[[str], str], ...] = (folded, _but_writing, _but_place)
"""The closest first: names are alike if what these make of them is the same."""


def _words(part: str) -> str:
    unnumbered = re.sub(r"__?\d+$", "", part.strip())
    return " ".join(re.split(r"[\s_.-]+", unnumbered.casefold())).strip()


def _by(likeness: Callable[[str], str], classes: Classes) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    for item in classes:
        key = likeness(item.name)
        groups[key] = (*groups.get(key, ()), item.value)
    return groups


def _alike(names: list[str]) -> tuple[tuple[str, ...], ...]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(folded(name), []).append(name)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)
