"""`study.json`: what a study says about itself."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from napari_fathom import __version__, files
from napari_fathom.errors import StudyError

__all__ = ["DataKind", "DataReference", "StudyDocument", "noun_of"]

NAME = "study.json"
VERSION = 1
DataKind = Literal["echogram", "collection"]
_NOUNS: dict[DataKind, str] = {"echogram": "survey", "collection": "collection"}


class DataReference(BaseModel):
    """Where a study's survey or collection is, and how to know it again.

    `beside` is the way there from the study's folder (so that both can move together), `absolute` the place
    it had when it was last seen.
    """

    model_config = ConfigDict(frozen=True)

    beside: str
    absolute: str
    fingerprint: str
    sources: tuple[str, ...] = ()

    @classmethod
    def to(cls, store: Path, study: Path, fingerprint: str, sources: tuple[str, ...]) -> Self:
        """Refer to `store` from the study at `study`."""
        store, study = store.resolve(), study.resolve()
        try:
            beside = Path(os.path.relpath(store, study)).as_posix()
        except ValueError:  # another drive on Windows
            beside = store.as_posix()
        return cls(beside=beside, absolute=store.as_posix(), fingerprint=fingerprint, sources=sources)

    def candidates(self, study: Path) -> tuple[Path, ...]:
        """Places to look at, the likeliest first."""
        return (study.resolve() / self.beside).resolve(), Path(self.absolute)

    def inside(self, study: Path) -> bool:
        """True where the data are part of the study's folder."""
        return self.candidates(study)[0].is_relative_to(study.resolve())


class StudyDocument(BaseModel):
    """The small facts of a study; labels, models and predictions keep their own.

    `training` holds the settings that were last used, as `learning.TrainSettings` dumps them. `shares` says
    whether answers are corrected for the survey's class shares: where the evidence favours it, always, never.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal["napari-fathom study"] = "napari-fathom study"
    version: int = VERSION
    program: str = __version__
    name: str
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    kind: DataKind = "echogram"
    data: DataReference = Field(validation_alias=AliasChoices("data", "echogram"))
    training: dict[str, Any] = Field(default_factory=dict)
    shares: Literal["auto", "on", "off"] = "auto"

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_text(folder / NAME, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path, kind: DataKind | None = None) -> "StudyDocument":
        """Read a study's document.

        Raises
        ------
        StudyError
            If it is missing, damaged, of a newer version of the format, or not of the `kind` that is needed.
        """
        path = folder / NAME
        try:
            raw = json.loads(path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StudyError(
                f"{folder.name}: not a study ({NAME} is missing). Choose a folder NAME.fathom, or make one "
                "with 'fathom convert'."
            ) from error
        except ValueError as error:
            raise _damaged(folder, str(error)) from error
        found = raw.get("version") if isinstance(raw, dict) else None
        if isinstance(found, int) and found > VERSION:
            raise StudyError(
                f"{folder.name}: made by a newer napari-fathom ({raw.get('program', 'unknown')}, format "
                f"{found}; this one knows {VERSION}). Update with 'pip install -U napari-fathom'."
            )
        try:
            document = cls.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or NAME
            raise _damaged(folder, f"{where}: {first['msg']}") from error
        if kind is not None and kind != document.kind:
            raise StudyError(
                f"{folder.name}: a study of a {document.noun}; this needs one of a {noun_of(kind)}."
            )
        return document

    @property
    def noun(self) -> str:
        """What its data are called in sentences."""
        return noun_of(self.kind)

    @staticmethod
    def at(folder: Path) -> bool:
        """True where there is a study."""
        return (folder / NAME).is_file()

    @staticmethod
    def require_none(folder: Path) -> None:
        """Refuse to make a study where there is one.

        Raises
        ------
        StudyError
        """
        if StudyDocument.at(folder):
            raise StudyError(f"{folder.name}: there is a study already. Open it, or choose another name.")


def noun_of(kind: DataKind) -> str:
    """What data of a kind are called in sentences."""
    return _NOUNS[kind]


def _damaged(folder: Path, what: str) -> StudyError:
    return StudyError(
        f"{folder.name}/{NAME}: damaged ({what}). Put this one file back from a backup; labels, models and "
        "predictions lie in other files."
    )
