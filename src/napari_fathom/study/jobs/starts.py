"""Which model a training goes on from, and what its classes are called now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes
from napari_fathom.study.base import StudyFolder

__all__ = ["Beginning", "Start", "beginning", "classes_in"]

Start = Literal["scratch", "last"] | Path
"""Random weights, the model in force, or a model's folder."""

_MODEL = "model.json"


@dataclass(frozen=True)
class Beginning:
    """A model to go on from.

    Parameters
    ----------
    folder : Path
    parent : int or None
        Its number if it is the study's model in force.
    renamed : mapping of str to str
        What its classes are called in the study, where they are called otherwise.
    """

    folder: Path
    parent: int | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)

    def names(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """The model's class names as the study has them."""
        return tuple(self.renamed.get(name, name) for name in found)


def beginning(
    study: StudyFolder, start: Start, aliases: Mapping[str, str] = MappingProxyType({})
) -> Beginning | None:
    """Where the model to go on from lies; None for random weights.

    A class of one of the study's own models is known by its value, whatever it is called by now; one of a
    model made elsewhere by its name, of which capitals and outer blanks don't count.

    Parameters
    ----------
    study : StudyFolder
    start : {"scratch", "last"} or Path
    aliases : mapping of str to str
        What the model's class names mean in the study, for a model made elsewhere.

    Raises
    ------
    StudyError
        If there is no such model, or what a name means is no class of the study.
    """
    if start == "scratch":
        return None
    if start == "last":
        current = study.current_model
        if current is None:
            raise StudyError(f"{study.folder.name}: there is no model yet to go on from. Start from scratch.")
        folder = study.model_folder(current.number)
        return Beginning(folder, current.number, _called_now(current.class_table, study.classes))
    folder = Path(start)
    known = classes_in(folder)
    classes = study.classes
    if strange := [name for name in aliases.values() if classes.find(name) is None]:
        names = ", ".join(classes.names)
        raise StudyError(f"{study.folder.name}: no class is called {strange[0]!r}; there are {names}.")
    own = {record.number: record for record in study.models()}
    here = next((own[number] for number in own if _same(study.model_folder(number), folder)), None)
    alike = {name: found.name for name in known if (found := classes.find(name)) is not None}
    now = alike if here is None else _called_now(here.class_table, classes)
    meant = {name: classes.named(aliases[name]).name for name in known if name in aliases}
    return Beginning(folder, None, now | meant)


def classes_in(folder: Path) -> tuple[str, ...]:
    """Names of the classes that a model knows, read without its weights.

    Raises
    ------
    StudyError
        If there is no model in that folder; one that is damaged knows none, as loading it will tell.
    """
    described = folder / _MODEL
    if not described.is_file():
        raise StudyError(
            f"{folder.name}: no model lies there (no {_MODEL}). Choose the folder of one, such as "
            "models/0001 in a study's folder."
        )
    try:
        found = json.loads(described.read_bytes())["class_names"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _called_now(then: Classes, now: Classes) -> dict[str, str]:
    """Classes that have another name since; a name that another class has taken over is no longer theirs."""
    called = {item.name: now[item.value].name for item in then if item.value in now}
    taken = set(called.values())
    gone = {item.name for item in then if item.value not in now}
    return {
        **{name: new for name, new in called.items() if new != name},
        **{name: f"{name} (gone)" for name in gone & taken},
    }


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
