"""What another program's class names mean in a study. Knows no Qt."""

from collections.abc import Iterable, Mapping

from napari_fathom.labels.classes import Classes

__all__ = ["ClassMap", "is_known", "proposed", "same_name"]

ClassMap = Mapping[str, str | None]
"""Name found in a file → name of the class here, which may be a new one; None leaves it out."""


def same_name(one: str, other: str) -> bool:
    """Whether two class names are one; capitals and outer blanks don't count."""
    return one.strip().casefold() == other.strip().casefold()


def is_known(name: str, classes: Classes) -> bool:
    """Whether the study has a class of this name."""
    return any(same_name(name, item.name) for item in classes)


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
        For each name the class of that name; else what was remembered, if the study has it; else None.
    """
    former = {name.strip().casefold(): meant for name, meant in remembered.items()}
    found: dict[str, str | None] = {}
    for name in names:
        meant = next((item.name for item in classes if same_name(item.name, name)), None)
        if meant is None:
            last = former.get(name.strip().casefold())
            meant = next(
                (item.name for item in classes if last is not None and same_name(item.name, last)), None
            )
        found[name] = meant
    return found
