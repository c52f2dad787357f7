"""What a few images speak for, with what it would do to them: shown before anybody has to ask."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.viewer.mosaic.pixmaps import pixmap_of

if TYPE_CHECKING:
    from napari_fathom.plankton import ImageOptions, Offer, Suggestion

__all__ = ["OptionsOffer"]

_THUMBNAIL = 80
"""Side of an example in pixels; four of them fit the dock."""
_INDENT = 24
"""Where the words of a box to tick begin."""
_WORDS = {
    "invert": "Swap black and white",
    "crop_bottom_px": "Cut off the lowest {:g} rows",
    "stretch": "Use the whole range of grey",
    "side": "Larger vignettes, {:g} pixels",
    "full_scale": "Take {:g} for white",
}


class OptionsOffer(QWidget):
    """Offers ways to see images; hidden while there is none.

    Whoever owns it applies what is chosen and takes the offer away, or tells why that can't be now.
    """

    valueChanged = Signal(object)
    """`ImageOptions` with what is ticked now."""
    applied = Signal(object)
    """`ImageOptions` that the images shall be seen with from now on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestion: Suggestion | None = None
        self._options: ImageOptions | None = None
        self.boxes: list[QCheckBox] = []
        self.reasons: list[QLabel] = []
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._ticks = QVBoxLayout()
        self.before, self.after = QLabel(), QLabel()
        self.apply = QPushButton("See them so")
        self.apply.setToolTip("Every image is looked at anew; labels stay, and the originals too")
        self.dismiss = QPushButton("Leave them as they are")
        self.dismiss.setToolTip("Take this away; 'See images otherwise' below brings it again")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addLayout(self._ticks)
        column.addWidget(self.before)
        column.addWidget(self.after)
        row = QHBoxLayout()
        row.addWidget(self.apply)
        row.addWidget(self.dismiss)
        column.addLayout(row)
        self.apply.clicked.connect(lambda: self.applied.emit(self.value()))
        self.dismiss.clicked.connect(lambda: self.setValue(None, None))
        self.setValue(None, None)

    def value(self) -> "ImageOptions | None":
        """The options with what is ticked; None where nothing is offered."""
        from napari_fathom.plankton import with_offers

        if self._suggestion is None or self._options is None:
            return None
        return with_offers(self._options, self._taken(self._suggestion))

    def setValue(self, suggestion: "Suggestion | None", options: "ImageOptions | None") -> None:
        """Show what a suggestion offers for images that are seen with `options`; recommended is ticked."""
        self._suggestion, self._options = suggestion, options
        for part in (*self.boxes, *self.reasons):
            self._ticks.removeWidget(part)
            part.deleteLater()
        self.boxes, self.reasons = [], []
        offers = () if suggestion is None else suggestion.offers
        for offer in offers:
            self._add(offer)
        self.setVisible(bool(offers))
        if suggestion is not None and offers:
            self._title.setText(
                f"A look at {suggestion.looked_at} images suggests (above as they are, below as ticked):"
            )
            self._draw()

    def tell(self, words: str) -> None:
        """Say something above what is offered."""
        self._title.setText(words)

    def told(self) -> str:
        """What is said above what is offered."""
        return str(self._title.text())

    def _add(self, offer: "Offer") -> None:
        """A box to tick, and the reason below it."""
        box = QCheckBox(f"{_WORDS[offer.option].format(offer.value)}{_grade(offer)}")
        box.setChecked(offer.recommended)
        box.toggled.connect(self._toggled)
        reason = QLabel(f"{offer.reason[0].upper()}{offer.reason[1:]}.")
        reason.setWordWrap(True)
        reason.setContentsMargins(_INDENT, 0, 0, 0)
        self._ticks.addWidget(box)
        self._ticks.addWidget(reason)
        self.boxes.append(box)
        self.reasons.append(reason)

    def _taken(self, suggestion: "Suggestion") -> "list[Offer]":
        return [offer for offer, box in zip(suggestion.offers, self.boxes, strict=True) if box.isChecked()]

    def _toggled(self) -> None:
        self._draw()
        self.valueChanged.emit(self.value())

    def _draw(self) -> None:
        wanted = self.value()
        if self._suggestion is None or self._options is None or wanted is None:
            return
        examples = self._suggestion.examples
        self.before.setPixmap(pixmap_of(strip_of(examples, self._options)))
        self.after.setPixmap(pixmap_of(strip_of(examples, wanted)))
        self.apply.setEnabled(wanted != self._options)


def strip_of(examples: "tuple[NDArray[Any], ...]", options: "ImageOptions") -> NDArray[np.uint8]:
    """Images beside each other as these options show them, shape (side, n × side)."""
    from napari_fathom.plankton.options import prepare, vignette

    return np.hstack([vignette(prepare(example, options), _THUMBNAIL) for example in examples])


def _grade(offer: "Offer") -> str:
    return " (recommended)" if offer.recommended else ""
