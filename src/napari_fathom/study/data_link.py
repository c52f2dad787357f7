"""The survey or collection that a study refers to: found where it was, or beside, and known again."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from napari_fathom.errors import FormatError, StudyError
from napari_fathom.study.document import StudyDocument

__all__ = ["StudiedData", "find_data"]


class StudiedData(Protocol):
    """A store that a study can be of."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def fingerprint(self) -> str:
        """What tells it from any other."""
        ...


AnyData = TypeVar("AnyData", bound=StudiedData)


def find_data(folder: Path, document: StudyDocument, open_store: Callable[[Path], AnyData]) -> AnyData:
    """Open the survey or collection that a study refers to.

    Raises
    ------
    StudyError
        If it is missing, unreadable, or another than the one that was labelled.
    """
    reference, noun = document.data, document.noun
    looked = reference.candidates(folder)
    for place in dict.fromkeys(looked):
        if not place.exists():
            continue
        try:
            data = open_store(place)
        except FormatError as error:
            raise StudyError(f"{folder.name}: its {noun} store can't be read. {error}") from error
        if data.fingerprint != reference.fingerprint:
            raise StudyError(
                f"{folder.name}: {place} holds another {noun} than the one that was labelled. Put the former "
                f"one back, or say where it is: 'fathom open {folder.name} --relink STORE'."
            )
        return data
    raise StudyError(
        f"{folder.name}: its {noun} store is not at {looked[0]}. If it has moved: "
        f"'fathom open {folder.name} --relink STORE'. Else convert its files again: "
        f"{', '.join(reference.sources) or 'unknown'}."
    )
