"""What every open study tells of itself: small facts, models, answers; and a way to close it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes
from napari_fathom.study.document import StudyDocument
from napari_fathom.study.models import ModelRecord
from napari_fathom.study.numbered import NumberedFolders

__all__ = ["StudyFolder", "closed_on_failure"]


class StudyFolder(ABC):
    """An open folder `NAME.fathom`; use it as a context manager, or `close` it.

    Attributes
    ----------
    folder : Path
        `NAME.fathom`.
    """

    def __init__(self, folder: Path, document: StudyDocument) -> None:
        self.folder = folder
        self._document = document
        self._models = NumberedFolders(folder / "models")
        self._predictions = NumberedFolders(folder / "predictions")

    @property
    def name(self) -> str:
        """The folder's name without its suffix."""
        return self.folder.stem

    @property
    def document(self) -> StudyDocument:
        """The small facts, as they lie in `study.json`."""
        return self._document

    @property
    def settings(self) -> dict[str, Any]:
        """Training settings that were last used; empty before the first training."""
        return dict(self._document.training)

    @property
    @abstractmethod
    def classes(self) -> Classes:
        """What things may be called."""

    @property
    @abstractmethod
    def writable(self) -> bool:
        """True while this object holds the right to write."""

    @abstractmethod
    def close(self) -> None:
        """Let others write; doing so twice does no harm."""

    def update(self, **changes: Any) -> None:
        """Change fields of `study.json` (`training`, `shares`).

        Raises
        ------
        StudyError
            If the study is open read-only.
        """
        self.require_writable()
        document = StudyDocument.model_validate(self._document.model_dump() | changes)
        document.save(self.folder)
        self._document = document

    def models(self) -> list[ModelRecord]:
        """The models, oldest first; what is damaged or something else is passed over.

        What is wrong with a damaged one, `set_current_model` says.
        """
        return [record for path in map(self._models.path, self._models.numbers()) if (record := _whole(path))]

    @property
    def current_model(self) -> ModelRecord | None:
        """The model in force; None before the first training."""
        number = self._models.current
        return None if number is None else ModelRecord.load(self._models.path(number))

    def model_record(self, number: int | None = None) -> ModelRecord:
        """What is known of a model; of the one in force without a number.

        Raises
        ------
        StudyError
            If there is no such model, or none at all.
        """
        if number is None:
            current = self.current_model
            if current is None:
                raise StudyError(f"{self.folder.name}: there is no model yet. Label and train first.")
            return current
        if number not in self._models.numbers():
            there = ", ".join(map(str, self._models.numbers())) or "none"
            raise StudyError(f"{self.folder.name}: there is no model {number}; there are {there}.")
        return ModelRecord.load(self._models.path(number))

    def set_current_model(self, number: int) -> None:
        """Put another model of this study in force.

        Raises
        ------
        StudyError
            If there is no such model, it is damaged, or the study is open read-only.
        """
        self.require_writable()
        self._models.set_current(self.model_record(number).number)

    def put_in_force(self, answer: int, model: int | None) -> None:
        """Put an answer in force; and the model that gave it, where that was asked for by its number.

        Without a number the model stays: a newer one may have come while this one answered.

        Raises
        ------
        StudyError
            If the study is open read-only: it may have been closed meanwhile, and be another's to write.
        """
        self.require_writable()
        self._predictions.set_current(answer)
        if model is not None:
            self.set_current_model(model)

    def model_folder(self, number: int) -> Path:
        """Where a model lies."""
        return self._models.path(number)

    @property
    def model_shelf(self) -> NumberedFolders:
        """The folders of all models."""
        return self._models

    @property
    def prediction_shelf(self) -> NumberedFolders:
        """The folders of all answers."""
        return self._predictions

    def require_writable(self) -> None:
        """Raise StudyError if the study is open read-only."""
        if not self.writable:
            raise StudyError(f"{self.folder.name}: open read-only. Open it for writing to change it.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _whole(model: Path) -> ModelRecord | None:
    try:
        return ModelRecord.load(model)
    except StudyError:
        return None


class _Closable(Protocol):
    def close(self) -> None: ...


@contextmanager
def closed_on_failure(labels: _Closable) -> Iterator[None]:
    """Let go of the write lock where no study comes of it."""
    try:
        yield
    except BaseException:
        labels.close()
        raise
