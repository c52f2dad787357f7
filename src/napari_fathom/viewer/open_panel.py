"""Open anything: files or a folder of a survey or of images, or a study made before; and how that goes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_fathom.errors import FathomError
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.opening import (
    is_ours,
    is_study,
    needs_words,
    open_job,
    samples_folder,
    study_folder,
)
from napari_fathom.viewer.sounder_options import SounderOptions
from napari_fathom.viewer.worker import JobHandle, JobMaker

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.viewer.session import Session

__all__ = ["OpenPanel"]

IDLE = "Open echograms, a folder of plankton images, an EcoTaxa export, IFCB bins, or a study of yours."
AGAIN = "Asked to open these files again, it goes on where it was."
FILTERS = ";;".join(
    (
        "All files (*)",
        "Echograms (*.raw *.nc *.npz *.npy *.mat)",
        "Images (*.zip *.tsv *.csv *.txt *.roi *.adc *.tif *.tiff *.npy *.png *.jpg)",
    )
)


class OpenPanel(QWidget):
    """Buttons that ask for a study or for files, and a bar that shows the opening.

    Parameters
    ----------
    session : Session
        What opens is its.
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._opening: JobHandle | None = None
        self.files = QPushButton("Open files…")
        self.files.setToolTip(
            "Files of one survey or collection, all of them: raw, netCDF, npz, npy, mat; a zip or table of"
            " EcoTaxa, IFCB bins, a multi-page TIFF, a csv of paths"
        )
        self.folder = QPushButton("Open folder…")
        self.folder.setToolTip(
            "A study NAME.fathom, a zarr folder of a survey; a folder of images (one a class, or flat),"
            " of IFCB bins, or of an EcoTaxa export"
        )
        self.sounder = SounderOptions()
        self.bar = JobBar(IDLE)
        buttons = QHBoxLayout()
        buttons.addWidget(self.files)
        buttons.addWidget(self.folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.sounder)
        column.addWidget(self.bar)
        self.files.clicked.connect(self._ask_files)
        self.folder.clicked.connect(self._ask_folder)

    def open(
        self,
        paths: Sequence[Path],
        folder: Path | None = None,
        *,
        make: JobMaker | None = None,
    ) -> None:
        """Open a study in the background; see `main_dock.open_in`."""
        where = folder or study_folder(paths, samples_folder())
        current = self._session.opened
        if current is not None and is_study(where) and current.folder.resolve() == where.resolve():
            self.bar.say(f"{where.stem} is open already.")
            return
        if make is None:
            make = self._job(paths, where)
            if make is None:
                return
        if self._opening is not None:
            self._opening.drop()  # the latest wish counts; a conversion goes on where it was when asked again
        handle = self._opening = self._session.light.submit(
            f"Opening {where.stem}", make, owner=self._session
        )
        handle.finished.connect(self._show)
        self.bar.watch(handle, keeps=AGAIN, stopped=AGAIN)

    def open_if_read(self, paths: Sequence[Path]) -> None:
        """Open what the user chose, or say that it is nothing that is read here."""
        from napari_fathom.study.kinds import holds_images

        try:
            if holds_images(paths) or is_ours(paths):
                self.open(paths)
                return
        except (FathomError, OSError) as error:
            self.bar.say(failure_words(error))
            return
        self.bar.say(
            f"{paths[0].name}: neither an echogram nor images that are read here, or files of different"
            " kinds. Choose the files of one survey or of one collection."
        )

    def _job(self, paths: Sequence[Path], folder: Path) -> "JobMaker | None":
        """What opens these; None where the user cancelled, or must mend something first."""
        plain = None
        try:
            if needs_words(paths):
                from napari_fathom.viewer.plain_dialog import ask_plain

                plain = ask_plain(paths[0], self)
                if plain is None:
                    return None
            main = self.sounder.frequency_hz()
        except (FathomError, ValueError) as error:
            self.bar.say(str(error))
            return None
        return open_job(paths, folder, plain, upward=self.sounder.looks_up(), main_frequency_hz=main)

    def _show(self, study: "Study | CollectionStudy") -> None:
        self.bar.say_at_once("Building the views…")
        self._session.open(study)
        self.bar.conclude(f"Open; everything is kept in {study.folder.name}.")

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Files of one survey or collection", "", FILTERS)
        if names:
            self.open_if_read([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "A study, a survey or a collection of images")
        if name:
            self.open_if_read([Path(name)])
