"""Which collection: buttons that ask for one, how far its opening is, and what it holds."""

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.mosaic.label_panel import row_of

__all__ = ["OpenPanel"]

IDLE = "Open a folder of images, an EcoTaxa export, IFCB bins, or a study you made before."


class OpenPanel(QWidget):
    """Asks; whoever owns it opens."""

    asked = Signal(object)
    """Paths of one collection, a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = QPushButton("Open folder…")
        self.folder.setToolTip(
            "A folder of images (one folder a class, or flat), of IFCB bins, of an EcoTaxa export, or a study"
        )
        self.files = QPushButton("Open files…")
        self.files.setToolTip("A zip or table of EcoTaxa, IFCB bins, a multi-page TIFF, npy, csv of paths")
        self.bar = JobBar(IDLE)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of(self.folder, self.files))
        column.addWidget(self.bar)
        column.addWidget(self.summary)
        self.folder.clicked.connect(self._ask_folder)
        self.files.clicked.connect(self._ask_files)

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Open a collection")
        if chosen:
            self.asked.emit([Path(chosen)])

    def _ask_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open a collection")
        if chosen:
            self.asked.emit([Path(name) for name in chosen])
