"""What there is to learn from: strokes on a survey, or labelled images of a collection."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from napari_fathom.viewer.readiness import Readiness, readiness, readiness_of_images
from napari_fathom.viewer.training_catalogue import for_images, for_surveys

if TYPE_CHECKING:
    from napari_fathom.labels import Classes
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.training_catalogue import Catalogue

__all__ = ["ImageTeaching", "SurveyTeaching", "Teaching"]


class Teaching(Protocol):
    """What a `TrainPanel` has to know of the kind of study that it trains.

    Attributes
    ----------
    counted : str
        What labels are counted in: pixels, images.
    unit : str
        What is labelled at once, and held out to judge: strokes, images.
    follows : str
        What is done by itself with a new model, a sentence.
    followed : str
        The same once it is done.
    """

    counted: str
    unit: str
    follows: str
    followed: str

    @property
    def study(self) -> "Study | CollectionStudy | None":
        """The one that is open, of this kind."""

    def catalogue(self) -> "Catalogue[SharedSettings]":
        """What is offered; imports torch, which takes seconds once."""

    def readiness(self, needs_labels: bool = True) -> Readiness:
        """Whether the open study's labels suffice for a method that needs some, or none."""

    def counts(self) -> "tuple[Classes, Mapping[int, int]] | None":
        """How much is labelled of each class, where that is told class by class."""


class SurveyTeaching:
    """Learns from strokes.

    Parameters
    ----------
    session : Session
        Whose survey.
    """

    counted = "pixels"
    unit = "strokes"
    follows = "The survey is being predicted."
    followed = "The survey is predicted."

    def __init__(self, session: "Session") -> None:
        self._session = session

    @property
    def study(self) -> "Study | None":
        """The survey that is open."""
        return self._session.study

    def catalogue(self) -> "Catalogue[SharedSettings]":
        """What is offered for pixels."""
        return for_surveys()

    def readiness(self, needs_labels: bool = True) -> Readiness:
        """Judge what is painted; every method of pixels needs some of that."""
        del needs_labels
        study = self._session.study
        if study is None:
            return Readiness(False, "No survey is open. Open one under Study.")
        rows, pings = study.labels.shape
        return readiness(study.classes, study.labels.counts(), rows * pings)

    def counts(self) -> "tuple[Classes, Mapping[int, int]] | None":
        """Painted pixels of each class."""
        study = self._session.study
        return None if study is None else (study.classes, study.labels.counts())


class ImageTeaching:
    """Learns from images that people have labelled.

    Parameters
    ----------
    session : Session
        Whose collection.
    """

    counted = "images"
    unit = "images"
    follows = "Every object is being answered."
    followed = "Every object is answered."

    def __init__(self, session: "Session") -> None:
        self._session = session

    @property
    def study(self) -> "CollectionStudy | None":
        """The collection that is open."""
        return self._session.collection

    def catalogue(self) -> "Catalogue[SharedSettings]":
        """What is offered for images."""
        return for_images()

    def readiness(self, needs_labels: bool = True) -> Readiness:
        """Judge what people have labelled."""
        study = self._session.collection
        if study is None:
            return Readiness(False, "No collection is open. Open one under Study.")
        return readiness_of_images(study.classes, study.votes.counts(), needs_labels)

    def counts(self) -> None:
        """Nothing: there may be hundreds of classes, and the Label page counts them."""
