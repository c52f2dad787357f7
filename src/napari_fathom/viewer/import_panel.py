"""Labels made elsewhere (a file, or another layer of this window), laid on the survey as partial labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
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

from napari_fathom.errors import LabelError
from napari_fathom.study.jobs import lay_labels_job
from napari_fathom.viewer.class_map import ClassMap, is_known, settled
from napari_fathom.viewer.class_map_dialog import ClassMapDialog, ask_meaning
from napari_fathom.viewer.importing import lay_array, lay_file, look
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.roles import role_of
from napari_fathom.viewer.worker import JobHandle, JobMaker

if TYPE_CHECKING:
    from napari.layers import Labels

    from napari_fathom.echogram.incoming import IncomingLabels
    from napari_fathom.labels import LabelEvent
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["ImportPanel"]

_KEEPS = "Nothing is imported then."
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
        self.asking: ClassMapDialog | None = None
        hint = QLabel(
            "Regions and labels from Echoview (EVR, EVL), CRIMAC, TIFF, npz or another labels layer."
            " Classes are matched by name, and other names asked about; what the file doesn't label stays"
            " unlabelled."
        )
        hint.setWordWrap(True)
        self.file_button = QPushButton("From a file…")
        self.file_button.setToolTip("EVR, EVL, TIFF or npz.")
        self.folder_button = QPushButton("From CRIMAC zarr…")
        self.folder_button.setToolTip("A folder NAME_labels.zarr.")
        self.beside_button = QPushButton("The labels beside the survey")
        self._layers = QComboBox()
        self._layers.setPlaceholderText("no other labels layer")
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
        column.addWidget(self.beside_button)
        column.addLayout(layers)
        column.addWidget(self._overwrite)
        column.addWidget(self.bar)
        self.file_button.clicked.connect(self._choose_file)
        self.folder_button.clicked.connect(self._choose_folder)
        self.beside_button.clicked.connect(self._import_beside)
        self.layer_button.clicked.connect(self._import_layer)
        session.studyChanged.connect(self.refresh)
        viewer = session.viewer
        if viewer is not None:
            viewer.layers.events.inserted.connect(self.refresh)
            viewer.layers.events.removed.connect(self.refresh)
        self.refresh()

    def import_file(self, path: Path) -> None:
        """Import a file or a zarr folder; its format is known by its content.

        Where it names classes that the study hasn't, `asking` is the dialog that asks what they mean.
        """
        study = self._session.study
        if study is None:
            return
        self._start(f"Looking into {path.name}", lambda _: look(study, path)).finished.connect(self._looked)

    def import_layer(self, layer: "Labels") -> None:
        """Import a labels layer of this window."""
        study = self._session.study
        if study is not None:
            # a copy, made here: the user may paint on while the worker reads
            values = np.array(layer.data, copy=True)
            name, overwrite = layer.name, self._overwrite.isChecked()
            self._lay(lambda stop: lay_array(study, name, values, overwrite, stop))

    def refresh(self, event: object = None) -> None:
        """Offer the layers that could be imported."""
        study, viewer = self._session.study, self._session.viewer
        former = self._layers.currentData()
        self._layers.clear()
        if study is not None and viewer is not None:
            for layer in viewer.layers:
                if _fits(layer, study.labels.shape):
                    self._layers.addItem(layer.name, layer)
        if self._layers.count():  # a choice with a placeholder chooses nothing by itself
            self._layers.setCurrentIndex(max(0, self._layers.findData(former)))
        for button in (self.file_button, self.folder_button):
            button.setEnabled(study is not None)
        self.layer_button.setEnabled(self._layers.count() > 0)
        beside = self._beside()
        self.beside_button.setVisible(beside is not None)
        self.beside_button.setToolTip("" if beside is None else f"{beside.name}, found with its files.")

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

    def _beside(self) -> Path | None:
        """Labels that came with the survey's own files, where they still are."""
        study = self._session.study
        found = None if study is None else study.echogram.companions.get("labels")
        return Path(found) if found is not None and Path(found).exists() else None

    def _import_beside(self) -> None:
        path = self._beside()
        if path is not None:
            self.import_file(path)

    def _import_layer(self) -> None:
        layer, viewer = self._layers.currentData(), self._session.viewer
        if viewer is not None and layer in viewer.layers:
            self.import_layer(layer)

    def _looked(self, found: "tuple[Path, IncomingLabels]") -> None:
        """Lay what was found, or first ask what its classes mean."""
        study, (path, incoming) = self._session.study, found
        if study is None:
            return
        if all(is_known(name, study.classes) for name in incoming.names):
            overwrite = self._overwrite.isChecked()
            self._lay(lambda stop: lay_labels_job(study, incoming, overwrite=overwrite, stop=stop))
            return
        self.bar.conclude("Say what its classes mean here; until then nothing is imported.")
        self.asking = ask_meaning(
            path.name, incoming.names, study.classes, lambda meant: self._answered(study, path, meant), self
        )

    def _answered(self, study: "Study", path: Path, meant: ClassMap) -> None:
        if self._session.study is not study:
            return
        try:
            classes, values = settled(meant, study.classes)
        except LabelError as error:
            self.bar.say(str(error))
            return
        overwrite = self._overwrite.isChecked()

        def go_on(refusal: LabelError | None) -> None:
            if refusal is None:
                self._lay(lambda stop: lay_file(study, path, values, overwrite, stop))
            else:
                self.bar.say(str(refusal))

        self._session.set_classes(classes, go_on)

    def _lay(self, make: JobMaker) -> None:
        self._start("Importing labels", make).finished.connect(self._finished)

    def _start(self, title: str, make: JobMaker) -> JobHandle:
        paint = self._session.paint
        if paint is not None:
            paint.flush()
        job = self._session.light.submit(title, make, owner=self._session.study)
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)
        return job

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
