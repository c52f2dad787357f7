"""A study: one survey, its labels, models and answers, in one folder that survives anything."""

from pathlib import Path
from typing import Literal

from napari_fathom.echogram.model import Echogram
from napari_fathom.errors import StudyError
from napari_fathom.labels import DEFAULT_CLASSES, Classes, LabelEvent, LabelStore
from napari_fathom.study.base import StudyFolder, closed_on_failure, find_data
from napari_fathom.study.document import DataReference, StudyDocument
from napari_fathom.study.prediction_store import PredictionStore

__all__ = ["Study"]


class Study(StudyFolder):
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
        super().__init__(folder, document)
        self.echogram, self.labels = echogram, labels
        if labels.writable:
            self._sweep(folder / "labels", folder / "labels" / "chunks")

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
        with closed_on_failure(labels):
            reference = DataReference.to(echogram.path, folder, echogram.fingerprint, echogram.sources)
            document = StudyDocument(name=folder.stem, data=reference)
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
        echogram = find_data(folder, StudyDocument.load(folder, "echogram"), Echogram.open)
        labels = LabelStore.open(folder / "labels", mode, called=folder.resolve().name)
        with closed_on_failure(labels):
            # The document again: another may have written it before the lock was ours.
            return cls(folder, StudyDocument.load(folder), echogram, labels)

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
        StudyDocument.load(folder, "echogram")  # is it one at all?
        echogram = Echogram.open(store)
        with LabelStore.open(folder / "labels", called=folder.resolve().name):  # holds the write lock
            document = StudyDocument.load(folder)
            if echogram.fingerprint != document.data.fingerprint:
                raise StudyError(
                    f"{folder.name}: {Path(store).name} holds another survey than the one that was painted "
                    f"(made from {', '.join(document.data.sources) or 'unknown files'}). Choose that one."
                )
            reference = DataReference.to(echogram.path, folder, echogram.fingerprint, echogram.sources)
            document.model_copy(update={"data": reference}).save(folder)

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

    def prediction(self) -> PredictionStore | None:
        """The last whole answer; None before the first."""
        number = self._predictions.current
        return None if number is None else PredictionStore.open(self._predictions.path(number))

    def growing_prediction(self) -> PredictionStore | None:
        """An answer that is being made, or was left unfinished; its finished tiles can be shown."""
        current = self._predictions.current or 0
        unfinished = [number for number in self._predictions.numbers() if number > current]
        return PredictionStore.open(self._predictions.path(unfinished[-1])) if unfinished else None

    def close(self) -> None:
        """Let others write; doing so twice does no harm."""
        self.labels.close()


def _labels_for(path: Path, echogram: Echogram, classes: Classes) -> LabelStore:
    rows, pings = echogram.shape[1:]
    if not path.exists():
        return LabelStore.create(path, (rows, pings), classes)
    labels = LabelStore.open(path, called=path.parent.resolve().name)
    with closed_on_failure(labels):
        if labels.shape != (rows, pings):
            raise StudyError(
                f"{path.parent.name}: there are labels of another survey ({labels.shape[0]} × "
                f"{labels.shape[1]} cells, not {rows} × {pings}). Choose another name for the study."
            )
        labels.set_classes(classes)
    return labels
