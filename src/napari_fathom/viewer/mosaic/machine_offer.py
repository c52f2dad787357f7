"""Labels that only a machine gave, offered to be accepted: nothing is learned but from people's."""

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.study.machine_labels import accept_predicted, said_by_machines
from napari_fathom.viewer.mosaic.voting import Cast, user_name

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.voting import Voting

__all__ = ["MachineOffer"]


class MachineOffer(QWidget):
    """Seen only where there are such labels, and they may be written over."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study: CollectionStudy | None = None
        self._voting: Voting | None = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.button = QPushButton("Accept them as yours")
        self.button.setToolTip(
            "Say in your name that all of them are right, so that a model learns from it; Undo takes it back"
        )
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addWidget(self.button)
        self.button.clicked.connect(self.accept)
        self.hide()

    def set_study(self, study: "CollectionStudy | None", voting: "Voting | None") -> None:
        """Offer those of this study from now on; without a voting it is read-only."""
        self._study, self._voting = study, voting
        self.refresh()

    def refresh(self) -> None:
        """Count them as they are now."""
        count = 0
        if self._study is not None and self._voting is not None:
            count = int(np.count_nonzero(said_by_machines(self._study.votes)))
        self.words.setText(
            f"The files hold {count:,} labels of a machine (predicted) where no person has said anything. "
            "Nothing is learned from them unless you accept them."
        )
        self.button.setVisible(count > 0)
        self.setVisible(count > 0)

    def accept(self) -> None:
        """Press the button."""
        study, voting = self._study, self._voting
        if study is None or voting is None:
            return
        annotator = voting.annotator.strip() or user_name()

        def act() -> Cast | None:
            event = accept_predicted(study.votes, annotator)
            words = f"{event.objects:,} labels of a machine accepted as those of {annotator}."
            return Cast(study.votes, (event,), words) if event.number else None

        self.button.hide()
        job = voting.history.do("Accepting a machine's labels", act, "There were none left to accept.")
        job.finished.connect(self._accepted)
        job.failed.connect(self.refresh)

    def _accepted(self, deed: Cast | None) -> None:
        if deed is not None:
            self.words.setText(f"{deed.words} Undo (Ctrl+Shift+U) takes that back.")
            self.show()
