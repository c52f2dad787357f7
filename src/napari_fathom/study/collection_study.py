"""A study of a collection: its images, what everybody said about them, models and answers, in one folder."""

from pathlib import Path
from typing import Literal

from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes, VoteStore
from napari_fathom.plankton import Collection
from napari_fathom.study.answers import Answers
from napari_fathom.study.base import StudyFolder, closed_on_failure, find_data
from napari_fathom.study.document import DataReference, StudyDocument
from napari_fathom.study.filed_labels import classes_of, vote_as_filed

__all__ = ["CollectionStudy"]


class CollectionStudy(StudyFolder):
    """An open study of a collection, made with `create` or `open`; a context manager, or `close` it.

    Attributes
    ----------
    collection : Collection
        The images and their table, lazy.
    votes : VoteStore
        Who said what; holds the study's write lock.
    """

    def __init__(
        self, folder: Path, document: StudyDocument, collection: Collection, votes: VoteStore
    ) -> None:
        super().__init__(folder, document)
        self.collection, self.votes = collection, votes
        if votes.writable:
            self._sweep(folder / "votes")

    @classmethod
    def create(
        cls, folder: Path | str, store: Path | str, classes: Classes | None = None
    ) -> "CollectionStudy":
        """Make a study of a collection's store and open it for writing; labels in its files become votes.

        Parameters
        ----------
        folder : Path
            Where; by custom `NAME.fathom`. What an interrupted `create` left there is taken up.
        store : Path
            The collection; referred to, not copied.
        classes : Classes, optional
            What may be voted for beside the classes that the files name.

        Raises
        ------
        StudyError
            If there is a study already.
        FormatError
            If there is no collection at `store`.
        """
        folder = Path(folder)
        if StudyDocument.at(folder):
            raise StudyError(f"{folder.name}: there is a study already. Open it, or choose another name.")
        collection = Collection.open(store)
        folder.mkdir(parents=True, exist_ok=True)
        votes = _votes_for(folder / "votes", collection, classes)
        with closed_on_failure(votes):
            vote_as_filed(votes, collection.objects)
            reference = DataReference.to(
                collection.path, folder, collection.fingerprint, collection.record.sources
            )
            document = StudyDocument(name=folder.stem, kind="collection", data=reference)
            document.save(folder)  # last: a folder is a study only when all of it is there
            return cls(folder, document, collection, votes)

    @classmethod
    def open(cls, folder: Path | str, mode: Literal["r", "a"] = "a") -> "CollectionStudy":
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
            If it is missing, of a survey, newer than this program, open for writing elsewhere, or its
            collection is missing or another than it was.
        LabelError
            If its votes are missing.
        """
        folder = Path(folder)
        collection = find_data(folder, StudyDocument.load(folder, "collection"), Collection.open)
        votes = VoteStore.open(folder / "votes", mode, called=folder.resolve().name)
        with closed_on_failure(votes):
            # The document again: another may have written it before the lock was ours.
            return cls(folder, StudyDocument.load(folder), collection, votes)

    @classmethod
    def relink(cls, folder: Path | str, store: Path | str) -> None:
        """Tell a study where its collection has moved to.

        The same objects under other options, such as inverted, are the same collection.

        Raises
        ------
        StudyError
            If the store there holds other objects, or the study is open for writing elsewhere.
        FormatError
            If there is no collection there.
        """
        folder = Path(folder)
        document = StudyDocument.load(folder, "collection")
        collection = Collection.open(store)
        with VoteStore.open(folder / "votes", called=folder.resolve().name) as votes:
            if not votes.is_of(list(collection.objects["object_id"])):
                raise StudyError(
                    f"{folder.name}: {Path(store).name} holds other objects than those that were labelled "
                    f"(made from {', '.join(document.data.sources) or 'unknown files'}). Choose that one."
                )
            reference = DataReference.to(
                collection.path, folder, collection.fingerprint, collection.record.sources
            )
            document.model_copy(update={"data": reference}).save(folder)

    @property
    def classes(self) -> Classes:
        """What may be voted for."""
        return self.votes.classes

    @property
    def writable(self) -> bool:
        """True while this object holds the right to write."""
        return self.votes.writable

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss while opening, and what was done about it."""
        return self.votes.notes

    def answers(self) -> Answers | None:
        """The last whole answer; None before the first."""
        number = self.prediction_shelf.current
        return None if number is None else Answers.open(self.prediction_shelf.path(number))

    def close(self) -> None:
        """Let others write; doing so twice does no harm."""
        self.votes.close()
        self.collection.close()


def _votes_for(path: Path, collection: Collection, classes: Classes | None) -> VoteStore:
    ids = list(collection.objects["object_id"])
    wanted = classes_of(collection.objects["class_name"], classes)
    if not path.exists():
        return VoteStore.create(path, ids, wanted)
    votes = VoteStore.open(path, called=path.parent.resolve().name)
    with closed_on_failure(votes):
        if not votes.is_of(ids):
            raise StudyError(
                f"{path.parent.name}: there are votes on other objects. Choose another name for the study."
            )
        votes.set_classes(wanted)
    return votes
