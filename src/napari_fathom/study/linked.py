"""How a study is made of a store, opened, and told where its store has moved to; the same for both kinds."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes
from napari_fathom.labels.journaled import JournaledStore
from napari_fathom.study.base import StudyFolder, closed_on_failure
from napari_fathom.study.data_link import StudiedData, find_data
from napari_fathom.study.document import DataKind, DataReference, StudyDocument, noun_of

__all__ = ["LinkedStudy"]

Data = TypeVar("Data", bound=StudiedData)
Labels = TypeVar("Labels", bound=JournaledStore[Any])


class LinkedStudy(StudyFolder, Generic[Data, Labels]):
    """An open study, made with `create` or `open`; a context manager, or `close` it.

    Attributes
    ----------
    folder : Path
        `NAME.fathom`.
    data : Echogram or Collection
        What is studied, lazy.
    labels : LabelStore or VoteStore
        What was said of it; holds the study's write lock.
    """

    kind: ClassVar[DataKind]
    """What it is a study of."""
    data_type: ClassVar[type[Any]]
    labels_type: ClassVar[type[Any]]
    """What `data` and `labels` are; the labels lie in the folder that is named by what they hold."""

    def __init__(self, folder: Path, document: StudyDocument, data: Data, labels: Labels) -> None:
        super().__init__(folder, document)
        self.data, self.labels = data, labels
        if labels.writable:  # clear up what a crash left half written
            shelves = (self.model_shelf.root, self.prediction_shelf.root)
            for place in (folder, labels.path, labels.path / "chunks", *shelves):
                files.sweep(place)

    @classmethod
    def create(cls, folder: Path | str, store: Path | str, classes: Classes | None = None) -> Self:
        """Make a study of a store and open it for writing; labels in a collection's files become votes.

        Parameters
        ----------
        folder : Path
            Where; by custom `NAME.fathom`. What an interrupted `create` left there is taken up.
        store : Path
            The survey store or collection; referred to, not copied.
        classes : Classes, optional
            What things may be called: of a survey background, sandeel and other fish by default; of a
            collection, beside the classes that its files name.

        Raises
        ------
        StudyError
            If there is a study already.
        FormatError
            If there is no such store at `store`.
        """
        folder = Path(folder)
        StudyDocument.require_none(folder)
        data = cls._open_data(Path(store))
        folder.mkdir(parents=True, exist_ok=True)
        labels = cls._first_labels(folder, data, classes)
        with closed_on_failure(labels):
            document = StudyDocument(name=folder.stem, kind=cls.kind, data=cls._reference(data, folder))
            document.save(folder)  # last: a folder is a study only when all of it is there
            return cls(folder, document, data, labels)

    @classmethod
    def open(cls, folder: Path | str, mode: Literal["r", "a"] = "a") -> Self:
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
            If it is missing, newer than this program, open for writing elsewhere, or its store is missing or
            another than it was.
        LabelError
            If its labels are missing.
        """
        folder = Path(folder)
        data = find_data(folder, StudyDocument.load(folder, cls.kind), cls._open_data)
        labels = cls._open_labels(folder, mode)
        with closed_on_failure(labels):
            # The document again: another may have written it before the lock was ours.
            return cls(folder, StudyDocument.load(folder), data, labels)

    @classmethod
    def relink(cls, folder: Path | str, store: Path | str) -> None:
        """Tell a study where its store has moved to.

        Raises
        ------
        StudyError
            If the store there holds something else, or the study is open for writing elsewhere.
        FormatError
            If there is no such store there.
        """
        folder = Path(folder)
        StudyDocument.load(folder, cls.kind)  # is it one at all?
        data = cls._open_data(Path(store))
        with cls._open_labels(folder, "a") as labels:  # holds the write lock
            document = StudyDocument.load(folder)
            if not cls._is_same(data, document, labels):
                sources = ", ".join(document.data.sources) or "unknown files"
                raise StudyError(
                    f"{folder.name}: {Path(store).name} holds another {document.noun} than the one that was "
                    f"labelled (made from {sources}). Choose that one."
                )
            document.model_copy(update={"data": cls._reference(data, folder)}).save(folder)

    @property
    def classes(self) -> Classes:
        """What things may be called."""
        return self.labels.classes

    @property
    def writable(self) -> bool:
        """True while this object holds the right to write."""
        return self.labels.writable

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss while opening, and what was done about it."""
        return self.labels.notes

    def close(self) -> None:
        """Let others write; doing so twice does no harm."""
        self.labels.close()

    @classmethod
    def _open_data(cls, store: Path) -> Data:
        data: Data = cls.data_type.open(store)
        return data

    @classmethod
    def _open_labels(cls, folder: Path, mode: Literal["r", "a"] = "a") -> Labels:
        path = folder / cls.labels_type.holds
        labels: Labels = cls.labels_type.open(path, mode, called=folder.resolve().name)
        return labels

    @classmethod
    @abstractmethod
    def _make_labels(cls, path: Path, data: Data, classes: Classes) -> Labels:
        """Empty ones for these data, open for writing."""

    @classmethod
    @abstractmethod
    def _fits(cls, labels: Labels, data: Data) -> bool:
        """Whether labels can be of these data."""

    @classmethod
    @abstractmethod
    def _sources(cls, data: Data) -> tuple[str, ...]:
        """The files that the store was made from."""

    @classmethod
    @abstractmethod
    def _first_labels(cls, folder: Path, data: Data, classes: Classes | None) -> Labels:
        """`_labels_for` with what the data themselves bring along: classes, labels."""

    @classmethod
    def _labels_for(cls, folder: Path, data: Data, classes: Classes) -> Labels:
        """New labels of these data, or those that an interrupted `create` left."""
        path = folder / cls.labels_type.holds
        if not path.exists():
            return cls._make_labels(path, data, classes)
        labels = cls._open_labels(folder)
        with closed_on_failure(labels):
            if not cls._fits(labels, data):
                raise StudyError(
                    f"{folder.resolve().name}: there are {labels.holds} of another {noun_of(cls.kind)}. "
                    "Choose another name for the study."
                )
            labels.set_classes(classes)
        return labels

    @classmethod
    def _is_same(cls, data: Data, document: StudyDocument, labels: Labels) -> bool:
        """Whether these are the data that the study was made of."""
        return data.fingerprint == document.data.fingerprint

    @classmethod
    def _reference(cls, data: Data, folder: Path) -> DataReference:
        return DataReference.to(data.path, folder, data.fingerprint, cls._sources(data))
