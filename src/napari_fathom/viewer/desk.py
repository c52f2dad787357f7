"""What the dock shows besides what all studies share: one desk for each kind of study."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from qtpy.QtWidgets import QWidget

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk
    from napari_fathom.viewer.survey_desk import SurveyDesk
    from napari_fathom.viewer.train_panel import TrainPanel

__all__ = ["Desk", "Tab", "desk_for"]


@dataclass(frozen=True)
class Tab:
    """One page of the dock.

    Parameters
    ----------
    part : QWidget
    title, tip : str
    """

    part: QWidget
    title: str
    tip: str


class Desk(Protocol):
    """The pages and keys for one kind of study; a QObject that follows the session of its window."""

    @property
    def controls(self) -> QWidget:
        """What is open in words, and how it is shown."""

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The pages beside the one that opens."""

    @property
    def train(self) -> "TrainPanel":
        """Part of one of the pages."""

    @property
    def front(self) -> QWidget:
        """The part that tells most of the study as it is: for a picture of the window."""

    @property
    def is_shown(self) -> bool:
        """Whether the study is on the canvas, and may be worked on."""

    def keys(self) -> Mapping[str, Callable[[], Any]]:
        """Bound methods by napari's names of keys; bound while the desk is in its dock."""

    def fill_canvas(self) -> None:
        """Let what is open fill the canvas."""

    def leave(self) -> None:
        """Let go of viewer and session, for good; the study stays open."""


def desk_for(study: "Study | CollectionStudy") -> "type[SurveyDesk] | type[CollectionDesk]":
    """The class of desk that shows a study; made of the viewer and its owner."""
    from napari_fathom.study import CollectionStudy

    if isinstance(study, CollectionStudy):
        from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk

        return CollectionDesk
    from napari_fathom.viewer.survey_desk import SurveyDesk

    return SurveyDesk
