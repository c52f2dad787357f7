"""Labels made elsewhere (a file, or another layer of this window), laid on the survey as partial labels."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.events import Event
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.roles import role_of
from napari_fathom.viewer.worker import JobMaker

if TYPE_CHECKING:
    from napari_fathom.labels import LabelEvent
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["ImportPanel"]

_FILES = (
    "Labels (*.evr *.evl *.tif *.tiff *.npz);;Echoview regions (*.evr);;Echoview line (*.evl);;"
    "TIFF (*.tif *.tiff);;npz (*.npz);;All files (*)"
)


class ImportPanel(QWidget):
    """Imports labels into the open study.

    Parameters
    ----------
    session : Session
        Its light worker does the work.
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        hint = QLabel(
            "Regions and labels from Echoview (EVR, EVL), CRIMAC, TIFF, npz or another labels layer."
            " Classes are matched by name; what the file doesn't label stays unlabelled."
        )
        hint.setWordWrap(True)
        self.file_button = QPushButton("From a file…")
        self.file_button.setToolTip("EVR, EVL, TIFF or npz.")
        self.folder_button = QPushButton("From CRIMAC zarr…")
        self.folder_button.setToolTip("A folder NAME_labels.zarr.")
        self._layers = QComboBox()
        self._layers.setToolTip("Labels layers of this window that have the survey's own size.")
        self.layer_button = QPushButton("From this layer")
        self._overwrite = QCheckBox("Overwrite what is labelled already")
        self.bar = JobBar()
        files, layers = QHBoxLayout(), QHBoxLayout()
        files.addWidget(self.file_button)
        files.addWidget(self.folder_button)
        layers.addWidget(self._layers, 1)
        layers.addWidget(self.layer_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(hint)
        column.addLayout(files)
        column.addLayout(layers)
        column.addWidget(self._overwrite)
        column.addWidget(self.bar)
        self.file_button.clicked.connect(self._choose_file)
        self.folder_button.clicked.connect(self._choose_folder)
        self.layer_button.clicked.connect(self._import_layer)
        session.studyChanged.connect(self.refresh)
        viewer = session.viewer
        if viewer is not None:
            viewer.layers.events.inserted.connect(self.refresh)
            viewer.layers.events.removed.connect(self.refresh)
        self.refresh()

    def import_file(self, path: Path) -> None:
        """Import a file or a zarr folder; its format is known by its content."""
        study = self._session.study
        if study is not None:
            self._start(_file_job(study, path, self._overwrite.isChecked()))

    def import_layer(self, name: str) -> None:
        """Import a labels layer of this window."""
        study, viewer = self._session.study, self._session.viewer
        if study is not None and viewer is not None:
            # a copy, made here: the user may paint on while the worker reads
            values = np.array(viewer.layers[name].data, copy=True)
            self._start(_layer_job(study, name, values, self._overwrite.isChecked()))

    def refresh(self, event: object = None) -> None:
        """Offer the layers that could be imported."""
        study, viewer = self._session.study, self._session.viewer
        self._layers.clear()
        if study is not None and viewer is not None:
            self._layers.addItems([layer.name for layer in viewer.layers if _fits(layer, study.labels.shape)])
        for button in (self.file_button, self.folder_button):
            button.setEnabled(study is not None)
        self.layer_button.setEnabled(self._layers.count() > 0)

    def disconnect_viewer(self) -> None:
        """Let go of the viewer, when the dock closes."""
        viewer = self._session.viewer
        if viewer is not None:
            viewer.layers.events.inserted.disconnect(self.refresh)
            viewer.layers.events.removed.disconnect(self.refresh)

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Labels to import", "", _FILES)
        if path:
            self.import_file(Path(path))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "CRIMAC labels (a folder NAME_labels.zarr)")
        if path:
            self.import_file(Path(path))

    def _import_layer(self) -> None:
        if self._layers.currentText():
            self.import_layer(self._layers.currentText())

    def _start(self, make: JobMaker) -> None:
        paint = self._session.paint
        if paint is not None:
            paint.flush()
        job = self._session.light.submit("Importing labels", make, owner=self._session.study)
        job.finished.connect(self._finished)
        self.bar.watch(job)

    def _finished(self, events: "tuple[LabelEvent, ...]") -> None:
        paint = self._session.paint
        if paint is not None:
            for event in events:
                paint.reload(event.box)
        cells = sum(event.pixels for event in events)
        self.bar.conclude(f"{cells:,} cells labelled.")
        self._session.labelsChanged.emit()


def _fits(layer: Any, shape: tuple[int, int]) -> bool:
    from napari.layers import Labels

    return (
        isinstance(layer, Labels)
        and role_of(layer) is None
        and not layer.multiscale
        and layer.data.shape == shape
    )


def _file_job(study: "Study", path: Path, overwrite: bool) -> JobMaker:
    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.study.jobs import import_labels_job

        return import_labels_job(study, path, overwrite=overwrite, stop=stop)

    return make


def _layer_job(study: "Study", name: str, values: NDArray[Any], overwrite: bool) -> JobMaker:
    def make(stop: threading.Event) -> Generator[Event[Any], None, None]:
        from napari_fathom.echogram.incoming import labels_from_array
        from napari_fathom.study.jobs import lay_labels_job

        known = {item.name: item.value for item in study.classes}
        incoming = labels_from_array(values, study.labels.shape, known, origin=f"layer {name}")
        return lay_labels_job(study, incoming, overwrite=overwrite, stop=stop)

    return make
