"""A study of a collection: its images, what everybody said about them, models and answers, in one folder."""

from pathlib import Path
from typing import Any, ClassVar

from napari_fathom.labels import Classes, VoteStore
from napari_fathom.plankton import Collection
from napari_fathom.study.answers import Answers
from napari_fathom.study.base import closed_on_failure
from napari_fathom.study.document import DataKind, StudyDocument
from napari_fathom.study.filed_labels import classes_of, vote_as_filed
from napari_fathom.study.linked import LinkedStudy

__all__ = ["CollectionStudy"]


class CollectionStudy(LinkedStudy[Collection, VoteStore]):
    """An open study of a collection: `labels`, or `votes`, is who said what."""

    kind: ClassVar[DataKind] = "collection"
    data_type: ClassVar[type[Any]] = Collection
    labels_type: ClassVar[type[Any]] = VoteStore

    @property
    def collection(self) -> Collection:
        """The images and their table, lazy."""
        return self.data

    @property
    def votes(self) -> VoteStore:
        """Who said what; holds the study's write lock."""
        return self.labels

    def answers(self) -> Answers | None:
        """The last whole answer; None before the first."""
        number = self.prediction_shelf.current
        return None if number is None else Answers.open(self.prediction_shelf.path(number))

    def close(self) -> None:
        """Let others write; doing so twice does no harm."""
        super().close()
        self.collection.close()

    @classmethod
    def _sources(cls, data: Collection) -> tuple[str, ...]:
        return data.record.sources

    @classmethod
    def _first_labels(cls, folder: Path, data: Collection, classes: Classes | None) -> VoteStore:
        votes = cls._labels_for(folder, data, classes_of(data.objects["class_name"], classes))
        with closed_on_failure(votes):
            vote_as_filed(votes, data.objects)
        return votes

    @classmethod
    def _make_labels(cls, path: Path, data: Collection, classes: Classes) -> VoteStore:
        return VoteStore.create(path, list(data.objects["object_id"]), classes)

    @classmethod
    def _fits(cls, labels: VoteStore, data: Collection) -> bool:
        return labels.is_of(list(data.objects["object_id"]))

    @classmethod
    def _is_same(cls, data: Collection, document: StudyDocument, labels: VoteStore) -> bool:
        """The same objects seen with other options, such as inverted, are the same collection."""
        return cls._fits(labels, data)
