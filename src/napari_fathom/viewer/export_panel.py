"""Labels and answers out: which, in which formats, to where."""

import threading
from collections.abc import Generator
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
from napari_fathom.study.jobs.guards import relay
from napari_fathom.viewer.export_options import ExportOptionsPanel
from napari_fathom.viewer.exports import ExportChoice, Exports
from napari_fathom.viewer.jobs_ui import JobBar

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.viewer.session import Session

__all__ = ["ExportPanel"]

_BROWSE_PX = 32
_KEEPS = "Files that were finished stay; no half-written one is left."


class ExportPanel(QWidget):
    """Exports the open study.

    Parameters
    ----------
    session : Session
        Its light worker does the work.
    exports : Exports
        What can be exported of its study.
    """

    exported = Signal(object)
    """Tuple of paths."""

    def __init__(self, session: "Session", exports: Exports[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._exports = session, exports
        self._source = QComboBox()
        self._instead = False  # whether the labels are offered only because there is no answer yet
        self._replaced: set[Path] = set()  # files that the last export found in its place
        self._source.activated.connect(self._choose_source)
        for key, words in exports.sources.items():
            self._source.addItem(words, key)
        self._boxes: dict[str, QCheckBox] = {}
        for known in exports.formats:
            box = self._boxes[known.key] = QCheckBox(known.title)
            box.setToolTip(known.tip)
            box.setChecked(known.usual)
        self.options = ExportOptionsPanel()
        if "nasc" in self._boxes:
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
        if exports.sources:
            rows.addRow("What", self._source)
        for number, box in enumerate(self._boxes.values()):
            rows.addRow("" if number else "Formats", box)
        if exports.sources:  # of a collection all goes out: it may have hundreds of classes
            rows.addRow("Classes", self.options)
        rows.addRow("Folder", place)
        rows.addRow("Name", self._name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addWidget(self.export_button)
        column.addWidget(self.bar)
        column.addStretch(1)
        browse.clicked.connect(self._browse)
        self.export_button.clicked.connect(self.export)
        self.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.collectionChanged.connect(self._open)
        session.predictionChanged.connect(self.refresh)
        session.classesChanged.connect(self.refresh)
        self._open()

    def value(self) -> ExportChoice:
        """What is chosen."""
        return ExportChoice(
            self._source.currentData() or "",
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
        study, exports, choice = self._exports.study, self._exports, self.value()
        if study is None:
            return
        problem = _problem(choice)
        if problem:
            self.bar.say(problem)
            return
        if self._session.paint is not None:
            self._session.paint.flush()
        job = self._session.light.submit(
            "Exporting", lambda stop: _export(exports, study, choice, stop), owner=study
        )
        files = [one for one in exports.by_key(choice.formats) if "." in one.suffix]  # others are new folders
        self._replaced = {path for path in map(choice.path, files) if path.exists()}
        job.finished.connect(self._finished)
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)
        self.export_button.setEnabled(False)

    def refresh(self) -> None:
        """Offer what can be exported now."""
        study = self._exports.study
        self.export_button.setEnabled(study is not None and not self.bar.running)
        if study is None:
            self.bar.say("Nothing is open. Open a study under Study.")
            return
        answered = self._session.answered_by() is not None
        if self._exports.sources:
            self.options.setClasses(study.classes)
            self._follow_answer(answered)
        elif not self.bar.running and self.bar.text() in ("", self._exports.silent):
            self.bar.say("" if answered else self._exports.silent)

    def _open(self) -> None:
        study = self._exports.study
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
        names = ", ".join(f"{one.name} (replaced)" if one in self._replaced else one.name for one in paths)
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


def _export(
    exports: Exports[Any], study: "Study | CollectionStudy", choice: ExportChoice, stop: threading.Event
) -> Generator[Event[Any], None, None]:
    """Write one format after the other, once it is sure that none of them lacks what it is made of."""
    exports.require(study, choice)
    written: list[Path] = []
    for wanted in exports.by_key(choice.formats):
        yield Note(f"Writing {choice.path(wanted).name}…")
        written.append((yield from relay(exports.job(study, wanted, choice, stop))))
    yield Done(tuple(written))
