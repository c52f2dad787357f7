"""Labels and answers out: which, in which formats, to where."""

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.events import Done, Event, Note
from napari_fathom.study.jobs import export_job, require_exportable
from napari_fathom.study.jobs.guards import relay
from napari_fathom.viewer.export_options import ExportOptions, ExportOptionsPanel
from napari_fathom.viewer.jobs_ui import JobBar

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.study.jobs.export import ExportKind, ExportSource
    from napari_fathom.viewer.session import Session

__all__ = ["ExportChoice", "ExportPanel"]


@dataclass(frozen=True)
class _Format:
    key: "ExportKind"
    title: str
    suffix: str
    tip: str


_FORMATS = (
    _Format("crimac", "CRIMAC zarr", ".zarr", "Annotation of each class, as CRIMAC's tools read it."),
    _Format("evr", "Echoview regions (EVR)", ".evr", "A polygon for each patch of a class."),
    _Format("evl", "Echoview seabed line (EVL)", ".evl", "The seabed as it is drawn."),
    _Format("tiff", "TIFF", ".tif", "One grey image of class values; ImageJ opens it."),
    _Format("npz", "npz", ".npz", "Arrays with their coordinates, for numpy."),
    _Format("nasc", "NASC table (CSV)", ".csv", "Backscatter per interval, depth layer and class."),
)
_BROWSE_PX = 32
_KEEPS = "Files that were finished stay; no half-written one is left."
_SOURCES: dict["ExportSource", str] = {
    "prediction": "The model's answer",
    "labels": "What I painted and accepted",
}


@dataclass(frozen=True)
class ExportChoice:
    """What the panel says.

    Parameters
    ----------
    source : {"labels", "prediction"}
    formats : tuple of str
        Kinds of `export_job`.
    folder : Path
    name : str
        Files are `folder/name` with the format's own ending.
    options : ExportOptions
        Which classes, and how a NASC table is gathered.
    """

    source: "ExportSource"
    formats: tuple["ExportKind", ...]
    folder: Path
    name: str
    options: ExportOptions = field(default_factory=ExportOptions)

    def path(self, kind: "ExportKind") -> Path:
        """Where one format goes."""
        suffix = next(known.suffix for known in _FORMATS if known.key == kind)
        return self.folder / f"{self.name}_{self.source}{suffix}"


class ExportPanel(QWidget):
    """Exports the open study.

    Parameters
    ----------
    session : Session
        Its light worker does the work.
    """

    exported = Signal(object)
    """Tuple of paths."""

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._source = QComboBox()
        self._instead = False  # whether the labels are offered only because there is no answer yet
        self._source.activated.connect(self._choose_source)
        for key, words in _SOURCES.items():
            self._source.addItem(words, key)
        self._boxes: dict[ExportKind, QCheckBox] = {}
        for known in _FORMATS:
            box = QCheckBox(known.title)
            box.setToolTip(known.tip)
            box.setChecked(known.key in ("crimac", "evr"))
            self._boxes[known.key] = box
        self.options = ExportOptionsPanel()
        self._boxes["nasc"].toggled.connect(self.options.nasc.setVisible)
        self._folder = QLineEdit()
        self._folder.setPlaceholderText("a folder")
        browse = QPushButton("…")
        browse.setFixedWidth(_BROWSE_PX)
        browse.setToolTip("Choose a folder")
        self._name = QLineEdit()
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip(
            "Write the chosen formats. Files of the same name are replaced once whole."
        )
        self.bar = JobBar()
        place = QHBoxLayout()
        place.addWidget(self._folder, 1)
        place.addWidget(browse)
        rows = QFormLayout()
        rows.addRow("What", self._source)
        for number, box in enumerate(self._boxes.values()):
            rows.addRow("" if number else "Formats", box)
        rows.addRow("Classes", self.options)
        rows.addRow("Folder", place)
        rows.addRow("Name", self._name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addWidget(self.export_button)
        column.addWidget(self.bar)
        browse.clicked.connect(self._browse)
        self.export_button.clicked.connect(self.export)
        self.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.predictionChanged.connect(self.refresh)
        session.classesChanged.connect(self.refresh)
        self._open(session.study)

    def value(self) -> ExportChoice:
        """What is chosen."""
        return ExportChoice(
            self._source.currentData(),
            tuple(key for key, box in self._boxes.items() if box.isChecked()),
            Path(self._folder.text()).expanduser(),
            self._name.text().strip(),
            self.options.value(),
        )

    def setValue(self, choice: ExportChoice) -> None:
        """Show a choice."""
        self._source.setCurrentIndex(self._source.findData(choice.source))
        for key, box in self._boxes.items():
            box.setChecked(key in choice.formats)
        self._folder.setText(str(choice.folder))
        self._name.setText(choice.name)
        self.options.setValue(choice.options)

    def export(self) -> None:
        """Write what is chosen."""
        study, choice = self._session.study, self.value()
        if study is None:
            return
        problem = _problem(choice)
        if problem:
            self.bar.say(problem)
            return
        if self._session.paint is not None:
            self._session.paint.flush()
        job = self._session.light.submit("Exporting", lambda stop: _export(study, choice, stop), owner=study)
        job.finished.connect(self._finished)
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)
        self.export_button.setEnabled(False)

    def refresh(self) -> None:
        """Offer what can be exported now."""
        study = self._session.study
        self.export_button.setEnabled(study is not None and not self.bar.running)
        if study is not None:
            self.options.setClasses(study.classes)
        if study is None:
            self.bar.say("No survey is open. Open one under Survey.")
        else:
            self._follow_answer(self._session.prediction() is not None)

    def _open(self, study: "Study | None") -> None:
        if study is not None:
            self._folder.setText(str(study.folder.parent))
            self._name.setText(study.name)
            self.bar.say("")
        self.refresh()

    def _choose_source(self) -> None:
        self._instead = False

    def _follow_answer(self, there_is_one: bool) -> None:
        """Offer the labels while there is no answer, and the answer once there is, unless somebody chose."""
        if not there_is_one:
            self._instead = True
            self._source.setCurrentIndex(self._source.findData("labels"))
        elif self._instead:
            self._instead = False
            self._source.setCurrentIndex(self._source.findData("prediction"))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._folder.text())
        if folder:
            self._folder.setText(folder)

    def _finished(self, paths: tuple[Path, ...]) -> None:
        names = ", ".join(path.name for path in paths)
        self.bar.conclude(f"Written to {paths[0].parent}: {names}." if paths else "Nothing was written.")
        self.exported.emit(paths)


def _problem(choice: ExportChoice) -> str:
    """Why a choice can't be exported, in words; empty when it can."""
    if not choice.formats:
        return "Choose at least one format."
    if choice.options.classes == ():
        return "Choose at least one class."
    if not choice.name:
        return "Give the files a name."
    if not choice.folder.is_dir():
        return f"There is no folder {choice.folder}. Choose one that exists."
    return ""


def _export(study: "Study", choice: ExportChoice, stop: threading.Event) -> Generator[Event[Any], None, None]:
    """Write one format after the other, once it is sure that none of them lacks what it is made of."""
    require_exportable(study, choice.formats, choice.source)
    written: list[Path] = []
    for kind in choice.formats:
        yield Note(f"Writing {choice.path(kind).name}…")
        job = export_job(
            study,
            kind,
            choice.path(kind),
            source=choice.source,
            classes=choice.options.classes,
            nasc=choice.options.nasc,
            stop=stop,
        )
        written.append((yield from relay(job)))
    yield Done(tuple(written))
