"""Open a survey, see what it is, and choose how it is shown."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QStandardPaths
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.errors import FathomError
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.opening import is_ours, is_study, needs_words, open_job, study_folder
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.view_controls import ViewControls
from napari_fathom.viewer.worker import JobHandle, JobMaker

if TYPE_CHECKING:
    import napari

    from napari_fathom.echogram import Echogram
    from napari_fathom.study import Study

__all__ = ["SurveyDock", "main_frequency_hz", "open_in", "samples_folder", "summary"]

IDLE = "Open raw files, echopype or CRIMAC data, a survey store, or a study you made before."
FINEST = "the finest"
USUAL_KHZ = (18, 38, 70, 120, 200, 333)
"""What ships usually carry; any other can be written."""
FILTERS = "Echograms (*.raw *.nc *.npz *.npy *.mat);;All files (*)"


def samples_folder() -> Path:
    """Where studies go whose data can't have them beside it; made if need be."""
    location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    folder = Path(location) / "napari-fathom"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def summary(echogram: "Echogram", notes: Sequence[str] = ()) -> str:
    """What a survey is, in a few lines of plain words, and what was found amiss in it or in its study."""
    frequencies, rows, pings = echogram.shape
    first, last = (
        np.datetime_as_string(time.astype("datetime64[s]")) for time in echogram.ping_time[[0, -1]]
    )
    kilohertz = ", ".join(f"{hertz / 1000:g}" for hertz in echogram.frequency_hz)
    lines = [
        f"{echogram.name}: {pings:,} pings × {rows:,} range cells of {echogram.range_step_m:.3g} m",
        f"{frequencies} frequencies: {kilohertz} kHz",
        f"{first.replace('T', ' ')} to {last.replace('T', ' ')} UTC",
    ]
    return "\n".join([*lines, *(f"• {note}" for note in (*echogram.notes, *notes))])


def main_frequency_hz(words: str) -> float | None:
    """What the user chose or wrote as main frequency, such as `38 kHz` or `38`; None for the finest.

    Raises
    ------
    ValueError
        If the words hold no frequency.
    """
    words = words.strip()
    if words in ("", FINEST):
        return None
    try:
        kilohertz = float(words.casefold().removesuffix("khz").strip().replace(",", "."))
    except ValueError:
        kilohertz = 0.0
    if not 0 < kilohertz < math.inf:
        raise ValueError(
            f"Main frequency: found {words!r}, expected kilohertz such as 38 kHz, or {FINEST!r}."
        )
    return 1000 * kilohertz


def open_in(
    viewer: "napari.Viewer",
    paths: Sequence[Path],
    folder: Path | None = None,
    *,
    make: JobMaker | None = None,
) -> None:
    """Open a survey in a window from outside its docks: readers, samples, the command line.

    The survey dock, which shows the progress, is put up if the window has none.

    Parameters
    ----------
    viewer : napari.Viewer
        The window.
    paths : sequence of Path
        As for `opening.study_folder`.
    folder : Path, optional
        Where the study is, or goes; chosen beside the first file otherwise.
    make : callable, optional
        Another way to make the study than from `paths`.
    """
    dock = _docks(viewer)
    if dock is None:
        dock = SurveyDock(viewer)
        viewer.window.add_dock_widget(dock, name="Fathom survey", area="right")
    dock.open(paths, folder, make=make)


class SurveyDock(QWidget):
    """Buttons that open, a bar that shows the conversion, the survey in words, and the view's controls.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose session it works on.
    """

    def __init__(self, viewer: "napari.Viewer") -> None:
        super().__init__()
        self.setObjectName("fathom-survey")
        self._session = Session.of(viewer)
        self._opening: JobHandle | None = None
        self.files = QPushButton("Open files…")
        self.files.setToolTip("Raw files of one survey (choose them all), netCDF, npz, npy, mat")
        self.files.clicked.connect(self._ask_files)
        self.folder = QPushButton("Open folder…")
        self.folder.setToolTip("A study NAME.fathom, a survey store NAME.sv.zarr, or another zarr folder")
        self.folder.clicked.connect(self._ask_folder)
        self.upward = QCheckBox("Sounder looks up")
        self.upward.setToolTip(
            "For a mooring below the sea: tick before opening its files for the first time"
        )
        self.main_frequency = QComboBox()
        self.main_frequency.setEditable(True)
        self.main_frequency.addItems([FINEST, *(f"{kilohertz:g} kHz" for kilohertz in USUAL_KHZ)])
        self.main_frequency.setToolTip(
            "All frequencies are laid on the range cells of this one, and it is shown first;"
            " choose or write it before opening files for the first time"
        )
        self.job = JobBar(IDLE)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.controls = ViewControls(viewer)
        buttons = QHBoxLayout()
        buttons.addWidget(self.files)
        buttons.addWidget(self.folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 6)
        layout.addLayout(buttons)
        first_time = QFormLayout()
        first_time.addRow("Main frequency", self.main_frequency)
        first_time.addRow("", self.upward)
        first_time.addRow("", _quiet("For files that are opened for the first time."))
        layout.addLayout(first_time)
        layout.addWidget(self.job)
        layout.addWidget(self.words)
        layout.addWidget(self.controls)
        layout.addStretch()
        self._session.studyChanged.connect(self._show_study)
        self._show_study(self._session.study)

    def open(
        self,
        paths: Sequence[Path],
        folder: Path | None = None,
        *,
        make: JobMaker | None = None,
    ) -> None:
        """Open a survey in the background; see `open_in`."""
        where = folder or study_folder(paths, samples_folder())
        current = self._session.study
        if current is not None and is_study(where) and current.folder.resolve() == where.resolve():
            self.job.say("This survey is open already.")
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
        again = "Asked to open these files again, it goes on where it was."
        self.job.watch(handle, keeps=again, stopped=again)

    def _job(self, paths: Sequence[Path], folder: Path) -> "JobMaker | None":
        """What opens these; None where the user cancelled, or must mend something first."""
        plain = None
        try:
            if needs_words(paths):
                from napari_fathom.viewer.plain_dialog import ask_plain

                plain = ask_plain(paths[0], self)
                if plain is None:
                    return None
            main = main_frequency_hz(self.main_frequency.currentText())
        except (FathomError, ValueError) as error:
            self.job.say(str(error))
            return None
        upward = True if self.upward.isChecked() else None
        return open_job(paths, folder, plain, upward=upward, main_frequency_hz=main)

    def _show(self, study: "Study") -> None:
        self.job.say_at_once("Building the views…")
        self._session.open(study)
        self.job.conclude(f"Open; everything is kept in {study.folder.name}.")

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Files of one survey", "", FILTERS)
        if names:
            self._open_if_ours([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "A study or a zarr folder")
        if name:
            self._open_if_ours([Path(name)])

    def _open_if_ours(self, paths: Sequence[Path]) -> None:
        try:
            if is_ours(paths):
                self.open(paths)
                return
        except OSError as error:
            self.job.say(failure_words(error))
            return
        self.job.say(
            f"{paths[0].name}: not an echogram, or files of different kinds. Choose one survey's files."
        )

    def _show_study(self, study: "Study | None") -> None:
        self.words.setText("" if study is None else summary(study.echogram, study.notes))


def _quiet(words: str) -> QLabel:
    label = QLabel(words)
    label.setEnabled(False)
    return label


def _docks(viewer: "napari.Viewer") -> SurveyDock | None:
    """The window's survey dock, wherever it has been put."""
    for widget in viewer.window.dock_widgets.values():
        found = widget if isinstance(widget, SurveyDock) else widget.findChild(SurveyDock, "fathom-survey")
        if found is not None:
            return found
    return None
