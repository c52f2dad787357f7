"""Write a collection's labels and answers for other tools."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.study.jobs import export_collection_job
from napari_fathom.viewer.jobs_ui import JobBar

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.jobs.export_collection import CollectionExportKind
    from napari_fathom.viewer.session import Session

__all__ = ["ExportPanel"]

_KINDS: "dict[CollectionExportKind, tuple[str, str, str]]" = {
    "ecotaxa": (
        "EcoTaxa import set",
        "EcoTaxa import set (*.zip)",
        "A zip that EcoTaxa imports as it is; ambiguity, cluster and probabilities as free columns.",
    ),
    "folders": (
        "A folder for each class",
        "",
        "Every image in the folder of its class.",
    ),
    "table": (
        "Table",
        "Comma-separated (*.csv);;Parquet (*.parquet)",
        "One row an object: all that its files, people and the model say.",
    ),
    "dcic": ("DCIC data set", "", "Images with everybody's votes, as the DCIC benchmark has them."),
    "ifcb": ("IFCB class scores", "", "One CSV a bin, for bins of the Imaging FlowCytobot."),
}


class ExportPanel(QWidget):
    """Exports the open study of images.

    Parameters
    ----------
    session : Session
        Its light worker does the writing.
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._study: CollectionStudy | None = None
        self.kind = QComboBox()
        for key, (title, _, _) in _KINDS.items():
            self.kind.addItem(title, key)
        self._advice = QLabel()
        self._advice.setWordWrap(True)
        self.button = QPushButton("Export…")
        self.button.setToolTip("Choose where to; a former file is replaced once the new one is whole")
        self.bar = JobBar()
        column = QVBoxLayout(self)
        for part in (self.kind, self._advice, self.button, self.bar):
            column.addWidget(part)
        column.addStretch(1)
        self.kind.currentIndexChanged.connect(self._advise)
        self.button.clicked.connect(self.ask)
        self.bar.ended.connect(self._show_state)
        self._advise()
        self._show_state()

    def set_study(self, study: "CollectionStudy | None") -> None:
        """Export another study."""
        self._study = study
        self._show_state()

    def ask(self, _: bool = False, *, path_of: Callable[[str], str] | None = None) -> None:
        """Ask for a place and export there.

        Parameters
        ----------
        path_of : callable, optional
            Gets the file dialog's filter ("" for a folder), returns the place; the file dialog without it.
        """
        if self._study is None:
            return
        kind: CollectionExportKind = self.kind.currentData()
        chosen = (path_of or self._dialog)(_KINDS[kind][1])
        if chosen:
            self.export(kind, Path(chosen))

    def export(self, kind: "CollectionExportKind", path: Path) -> None:
        """Write one format."""
        study = self._study
        if study is None:
            return
        job = self._session.light.submit(
            "Exporting", lambda stop: export_collection_job(study, kind, path, stop=stop), owner=study
        )
        job.finished.connect(lambda written: self.bar.conclude(f"Written: {written}"))
        self.bar.watch(job)
        self.button.setEnabled(False)

    def _dialog(self, filters: str) -> str:
        name = "" if self._study is None else self._study.name
        if filters:
            return QFileDialog.getSaveFileName(self, "Export", name, filters)[0]
        return str(QFileDialog.getExistingDirectory(self, "An empty folder to export into"))

    def _advise(self) -> None:
        self._advice.setText(_KINDS[self.kind.currentData()][2])

    def _show_state(self) -> None:
        self.button.setEnabled(self._study is not None and not self.bar.running)
