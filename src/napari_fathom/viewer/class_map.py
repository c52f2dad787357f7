"""What another program's class names mean in a study. Knows no Qt."""

from collections.abc import Iterable, Mapping

from napari_fathom.labels import match_names
from napari_fathom.labels.classes import Classes
from napari_fathom.names import folded

__all__ = ["ClassMap", "is_known", "proposed", "settled"]

ClassMap = Mapping[str, str | None]
"""Name found in a file → name of the class here, which may be a new one; None leaves it out."""


def is_known(name: str, classes: Classes) -> bool:
    """Whether the study has a class of this name; capitals and outer blanks don't count."""
    return _called(name, classes) is not None


def proposed(names: Iterable[str], classes: Classes, remembered: ClassMap) -> dict[str, str | None]:
    """Guess what the names of a file mean.

    Parameters
    ----------
    names : iterable of str
        As the file has them.
    classes : Classes
        The study's.
    remembered : mapping
        What such names meant the last time.

    Returns
    -------
    dict
        For each name the class of that name; else what was remembered, if the study has it; else the one
        class whose name is alike, see `labels.match_names`; else None.
    """
    names = list(names)
    former = {folded(name): meant for name, meant in remembered.items()}
    alike = match_names(names, classes).likely
    return {
        name: _called(name, classes)
        or _called(former.get(folded(name)) or "", classes)
        or (classes[alike[name]].name if name in alike else None)
        for name in names
    }


def settled(meant: ClassMap, classes: Classes) -> tuple[Classes, dict[str, int]]:
    """The classes with the new ones that were asked for, and the value that each name means.

    Raises
    ------
    LabelError
        If there is no value left for a new class.
    """
    wanted = {name: one for name, one in meant.items() if one is not None}
    grown = classes.with_all_added(wanted.values())
    return grown, {name: grown.named(one).value for name, one in wanted.items()}


def _called(name: str, classes: Classes) -> str | None:
    found = classes.find(name)
    return None if found is None else found.name
