"""One object, large: its image, what its table says, the likeliest classes, and what looks like it."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QIcon, QKeyEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event
from napari_fathom.study.feature_space import nearest
from napari_fathom.viewer.mosaic.pixmaps import pixmap_of

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.board import Board

__all__ = ["Card", "ObjectCard", "card_job"]

LIKELIEST = 5
NEIGHBOURS = 8
MOST_SAID = 6
_SIDE, _NEIGHBOUR = 360, 64


@dataclass(frozen=True, eq=False)
class Card:
    """What is shown of one object.

    Parameters
    ----------
    row : int
    image : ndarray of uint8, shape (h, w), or None
        None where it can't be read; `trouble` says why.
    trouble : str
    facts : tuple of (str, str)
        Columns of its table that say something, and what; class, status and votes as they stand now.
    said : tuple of str
        Who says what it is and since when, the last one first.
    likeliest : tuple of (str, float)
        Classes and their probabilities, the highest first; empty without an answer.
    neighbours : tuple of int
        Rows of the objects whose features are nearest; empty without an answer.
    thumbnails : ndarray of uint8, shape (n, side, side)
        Of the neighbours.
    """

    row: int
    image: NDArray[np.uint8] | None
    trouble: str
    facts: tuple[tuple[str, str], ...]
    said: tuple[str, ...]
    likeliest: tuple[tuple[str, float], ...]
    neighbours: tuple[int, ...]
    thumbnails: NDArray[np.uint8]


def card_job(study: "CollectionStudy", board: "Board", row: int) -> Generator[Event[Card], None, None]:
    """Read everything that a card shows.

    Yields
    ------
    Done(Card)
    """
    image, trouble = None, ""
    try:
        image = study.collection.read(row)
    except FormatError as error:
        trouble = str(error)
    likeliest: list[tuple[str, float]] = []
    near = np.zeros(0, np.int64)
    answers = study.answers() if board.answered is not None else None
    if answers is not None and answers.cluster[row]:
        chances = np.asarray(answers.probabilities[row], np.float32)
        names = answers.record.class_table.names
        best = np.argsort(-chances, kind="stable")[:LIKELIEST]
        likeliest = [(names[index], float(chances[index])) for index in best]
        near = nearest(answers.features, row, np.asarray(answers.cluster) > 0, NEIGHBOURS)
    thumbnails = study.collection.thumbnails(near)
    facts, said = _facts(study, board, row), said_of(study, row)
    yield Done(Card(row, image, trouble, facts, said, tuple(likeliest), tuple(near.tolist()), thumbnails))


def said_of(study: "CollectionStudy", row: int) -> tuple[str, ...]:
    """Who says now what an object is, a line each, the last one first."""
    votes = study.votes.votes_on(row)
    return tuple(_vote_words(vote) for vote in votes[votes["standing"]][::-1].to_dict("records"))


class ObjectCard(QWidget):
    """A window of its own that shows one card after the other."""

    opened = Signal(int)
    """Row of a neighbour that was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle("Object")
        self._card: Card | None = None
        self.image = QLabel()
        self.image.setFixedSize(_SIDE, _SIDE)
        self.image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.image.setWordWrap(True)
        self.likeliest, self.said = QLabel(), QLabel()
        self.said.setWordWrap(True)
        self.neighbours = QListWidget()
        self.neighbours.setViewMode(QListWidget.ViewMode.IconMode)
        self.neighbours.setIconSize(QSize(_NEIGHBOUR, _NEIGHBOUR))
        self.neighbours.setMovement(QListWidget.Movement.Static)
        self.neighbours.setToolTip("What the network places nearest; double-click opens it")
        self.neighbours.setFixedHeight(170)
        self.neighbours.itemDoubleClicked.connect(self._open)
        self.facts = QTreeWidget()
        self.facts.setHeaderLabels(["column", "value"])
        self.facts.setRootIsDecorated(False)
        self.facts.setColumnWidth(0, 150)
        left = QVBoxLayout()
        left.addWidget(self.image)
        left.addWidget(self.likeliest)
        left.addWidget(self.said)
        left.addStretch(1)
        above = QHBoxLayout()
        above.addLayout(left)
        above.addWidget(self.facts, 1)
        column = QVBoxLayout(self)
        column.addLayout(above)
        column.addWidget(QLabel("Nearest neighbours"))
        column.addWidget(self.neighbours)
        self.resize(760, 640)

    @property
    def card(self) -> Card | None:
        """What is shown."""
        return self._card

    def show_card(self, card: Card) -> None:
        """Show another object, in front."""
        self._card = card
        self.setWindowTitle(dict(card.facts).get("object_id", f"Object {card.row}"))
        if card.image is None:
            self.image.setText(card.trouble)
        else:
            fitted = pixmap_of(card.image).scaled(
                _SIDE,
                _SIDE,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.FastTransformation,
            )
            self.image.setPixmap(fitted)
        lines = [f"{100 * chance:5.1f} %  {name}" for name, chance in card.likeliest]
        self.likeliest.setText("\n".join(lines) or "No model has answered yet.")
        self._show_labels(card)
        self.neighbours.clear()
        for row, picture in zip(card.neighbours, card.thumbnails, strict=True):
            item = QListWidgetItem(QIcon(pixmap_of(picture)), "")
            item.setData(Qt.ItemDataRole.UserRole, row)
            self.neighbours.addItem(item)
        self.show()
        self.raise_()

    def renew(self, card: Card) -> None:
        """Show what is said now of the object that is shown; another one's card comes too late."""
        if self._card is not None and self._card.row == card.row:
            self._card = card
            self._show_labels(card)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Close at Escape."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _show_labels(self, card: Card) -> None:
        self.said.setText(_few(card.said) or "Nobody has said what it is.")
        self.facts.clear()
        self.facts.addTopLevelItems([QTreeWidgetItem(list(pair)) for pair in card.facts])

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(int(item.data(Qt.ItemDataRole.UserRole)))


def _facts(study: "CollectionStudy", board: "Board", row: int) -> tuple[tuple[str, str], ...]:
    """What the mosaic's table says, but of labels what holds now: the table is as old as the arrangement."""
    votes = study.votes
    value, people = int(votes.label()[row]), votes.tally().voices
    now = {
        "class": votes.classes[value].name if value else "",
        "status": votes.status()[row],
        "votes": people[row],
        "agreement": votes.agreement()[row],
        "entropy_bits": votes.entropy()[row],
    }
    found = []
    for name, value in {**board.objects.iloc[row], **now}.items():
        text = "" if value is None or value != value else _text(value)
        if text and name != "fingerprint":
            found.append((str(name), text))
    return tuple(found)


def _vote_words(vote: dict[Any, Any]) -> str:
    known = vote["time"] == vote["time"]  # NaT is no moment
    when = f", {vote['time']:%d %b %Y %H:%M} UTC" if known else ""
    sure = "" if vote["status"] == "validated" else f" ({vote['status']})"
    return f"{vote['annotator']}: {vote['class_name']}{sure}{when}"


def _few(lines: tuple[str, ...]) -> str:
    more = len(lines) - MOST_SAID
    return "\n".join([*lines[:MOST_SAID], *([f"and {more:,} more"] if more > 0 else [])])


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
