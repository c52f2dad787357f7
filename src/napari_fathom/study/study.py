"""A study: one survey, its labels, models and answers, in one folder that survives anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from napari_fathom import files
from napari_fathom.echogram.model import Echogram
from napari_fathom.errors import FormatError, StudyError
from napari_fathom.labels import DEFAULT_CLASSES, Classes, LabelEvent, LabelStore
from napari_fathom.study.document import EchogramReference, StudyDocument
from napari_fathom.study.models import ModelRecord
from napari_fathom.study.numbered import NumberedFolders
from napari_fathom.study.prediction_store import PredictionStore

__all__ = ["Study"]


class Study:
    """An open study; make one with `create` or `open`, use it as a context manager, or `close` it.

    Attributes
    ----------
    folder : Path
        `NAME.fathom`.
    echogram : Echogram
        The survey, lazy.
    labels : LabelStore
        What was painted; holds the study's write lock.
    """

    def __init__(self, folder: Path, document: StudyDocument, echogram: Echogram, labels: LabelStore) -> None:
        self.folder, self.echogram, self.labels = folder, echogram, labels
        self._document = document
        self._models = NumberedFolders(folder / "models")
        self._predictions = NumberedFolders(folder / "predictions")
        if labels.writable:
            for place in (folder, folder / "labels", folder / "labels" / "chunks"):
                files.sweep(place)
            for shelf in (self._models, self._predictions):
                files.sweep(shelf.root)

    @classmethod
    def create(cls, folder: Path | str, store: Path | str, classes: Classes | None = None) -> "Study":
        """Make a study of a survey store and open it for writing.

        Parameters
        ----------
        folder : Path
            Where; by custom `NAME.fathom`. What an interrupted `create` left there is taken up.
        store : Path
            The survey store; referred to, not copied.
        classes : Classes, optional
            What may be painted; background, sandeel and other fish by default.

        Raises
        ------
        StudyError
            If there is a study already.
        FormatError
            If there is no survey store at `store`.
        """
        folder = Path(folder)
        if StudyDocument.at(folder):
            raise StudyError(f"{folder.name}: there is a study already. Open it, or choose another name.")
        echogram = Echogram.open(store)
        folder.mkdir(parents=True, exist_ok=True)
        labels = _labels_for(folder / "labels", echogram, classes or DEFAULT_CLASSES)
        with _closed_on_failure(labels):
            reference = EchogramReference.to(echogram.path, folder, echogram.fingerprint, echogram.sources)
            document = StudyDocument(name=folder.stem, echogram=reference)
            document.save(folder)  # last: a folder is a study only when all of it is there
            return cls(folder, document, echogram, labels)

    @classmethod
    def open(cls, folder: Path | str, mode: Literal["r", "a"] = "a") -> "Study":
        """Open a study.

        Parameters
        ----------
        folder : Path
            `NAME.fathom`.
        mode : {"a", "r"}
            For writing, as the only one; or to read it, also beside a writer.

        Raises
        ------
        StudyError
            If it is missing, newer than this program, open for writing elsewhere, or its survey store is
            missing or another than it was.
        LabelError
            If its labels are missing.
        """
        folder = Path(folder)
        echogram = _find_echogram(folder, StudyDocument.load(folder))
        labels = LabelStore.open(folder / "labels", mode, called=folder.resolve().name)
        with _closed_on_failure(labels):
            document = StudyDocument.load(
                folder
            )  # again: another may have written it before the lock was ours
            return cls(folder, document, echogram, labels)

    @classmethod
    def relink(cls, folder: Path | str, store: Path | str) -> None:
        """Tell a study where its survey store has moved to.

        Raises
        ------
        StudyError
            If the store there holds another survey, or the study is open for writing elsewhere.
        FormatError
            If there is no survey store there.
        """
        folder = Path(folder)
        StudyDocument.load(folder)  # is it a study at all?
        echogram = Echogram.open(store)
        with LabelStore.open(folder / "labels", called=folder.resolve().name):  # holds the write lock
            document = StudyDocument.load(folder)
            if echogram.fingerprint != document.echogram.fingerprint:
                raise StudyError(
                    f"{folder.name}: {Path(store).name} holds another survey than the one that was painted "
                    f"(made from {', '.join(document.echogram.sources) or 'unknown files'}). Choose that one."
                )
            reference = EchogramReference.to(echogram.path, folder, echogram.fingerprint, echogram.sources)
            document.model_copy(update={"echogram": reference}).save(folder)

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
    def classes(self) -> Classes:
        """What may be painted."""
        return self.labels.classes

    @property
    def writable(self) -> bool:
        """True while this object holds the right to write."""
        return self.labels.writable

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss while opening, and what was done about it."""
        return self.labels.notes

    @property
    def journal(self) -> list[LabelEvent]:
        """Every change of the labels, oldest first."""
        return self.labels.journal()

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
        """The models, oldest first; folders that hold something else are passed over."""
        found = []
        for number in self._models.numbers():
            path = self._models.path(number)
            if ModelRecord.at(path):
                found.append(ModelRecord.load(path))
        return found

    @property
    def current_model(self) -> ModelRecord | None:
        """The model in force; None before the first training."""
        number = self._models.current
        return None if number is None else ModelRecord.load(self._models.path(number))

    def set_current_model(self, number: int) -> None:
        """Put another model of this study in force.

        Raises
        ------
        StudyError
            If there is no such model, or the study is open read-only.
        """
        self.require_writable()
        if number not in self._models.numbers():
            raise StudyError(f"{self.folder.name}: there is no model {number}.")
        self._models.set_current(number)

    def model_folder(self, number: int) -> Path:
        """Where a model lies."""
        return self._models.path(number)

    @property
    def model_shelf(self) -> NumberedFolders:
        """The folders of all models."""
        return self._models

    def prediction(self) -> PredictionStore | None:
        """The last whole answer; None before the first."""
        number = self._predictions.current
        return None if number is None else PredictionStore.open(self._predictions.path(number))

    def growing_prediction(self) -> PredictionStore | None:
        """An answer that is being made, or was left unfinished; its finished tiles can be shown."""
        current = self._predictions.current or 0
        unfinished = [number for number in self._predictions.numbers() if number > current]
        return PredictionStore.open(self._predictions.path(unfinished[-1])) if unfinished else None

    @property
    def prediction_shelf(self) -> NumberedFolders:
        """The folders of all answers."""
        return self._predictions

    def require_writable(self) -> None:
        """Raise StudyError if the study is open read-only."""
        if not self.writable:
            raise StudyError(f"{self.folder.name}: open read-only. Open it for writing to change it.")

    def close(self) -> None:
        """Let others write; doing so twice does no harm."""
        self.labels.close()

    def __enter__(self) -> "Study":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _closed_on_failure(labels: LabelStore) -> Iterator[None]:
    """Let go of the write lock where no study comes of it."""
    try:
        yield
    except BaseException:
        labels.close()
        raise


def _labels_for(path: Path, echogram: Echogram, classes: Classes) -> LabelStore:
    rows, pings = echogram.shape[1:]
    if not path.exists():
        return LabelStore.create(path, (rows, pings), classes)
    labels = LabelStore.open(path, called=path.parent.resolve().name)
    with _closed_on_failure(labels):
        if labels.shape != (rows, pings):
            raise StudyError(
                f"{path.parent.name}: there are labels of another survey ({labels.shape[0]} × "
                f"{labels.shape[1]} cells, not {rows} × {pings}). Choose another name for the study."
            )
        labels.set_classes(classes)
    return labels


def _find_echogram(folder: Path, document: StudyDocument) -> Echogram:
    reference = document.echogram
    looked = reference.candidates(folder)
    for place in dict.fromkeys(looked):
        if not place.exists():
            continue
        try:
            echogram = Echogram.open(place)
        except FormatError as error:
            raise StudyError(f"{folder.name}: its survey store can't be read. {error}") from error
        if echogram.fingerprint != reference.fingerprint:
            raise StudyError(
                f"{folder.name}: {place} holds another survey than the one that was painted. Put the former "
                f"one back, or say where it is: 'fathom open {folder.name} --relink STORE'."
            )
        return echogram
    raise StudyError(
        f"{folder.name}: its survey store is not at {looked[0]}. If it has moved: "
        f"'fathom open {folder.name} --relink STORE'. Else convert its files again: "
        f"{', '.join(reference.sources) or 'unknown'}."
    )
