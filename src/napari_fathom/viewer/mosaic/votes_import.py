"""Labels of images made elsewhere, or a list of classes: taken into the open collection."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.errors import LabelError
from napari_fathom.events import Done, Event, Note
from napari_fathom.viewer.class_map import ClassMap, is_known, settled
from napari_fathom.viewer.class_map_dialog import ClassMapDialog, ask_meaning
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.mosaic.voting import Cast, Voting

if TYPE_CHECKING:
    from napari_fathom.labels import VoteEvent
    from napari_fathom.plankton.incoming import IncomingVotes
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.session import Session

__all__ = ["VotesImportPanel"]

_KEEPS = "Nothing is imported then."
_FILES = "Labels (*.csv *.tsv *.txt *.zip);;All files (*)"


class VotesImportPanel(QWidget):
    """Imports labels into the open collection, as votes that can be undone.

    Parameters
    ----------
    session : Session
        Its light worker reads files; the voting casts.
    """

    classesEdited = Signal(object)
    """The study's `Classes` with new ones; whoever owns this gives them to the study at once."""

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._study: CollectionStudy | None = None
        self._voting: Voting | None = None
        self.asking: ClassMapDialog | None = None
        hint = QLabel(
            "A table of object ids and classes (CSV, TSV), an EcoTaxa table or zip, or a list of classes."
            " Classes are matched by name, and other names asked about. Labels whose file names no"
            " annotator are kept under the file's name, beside yours."
        )
        hint.setWordWrap(True)
        self.file_button = QPushButton("From a file…")
        self.bar = JobBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (hint, self.file_button, self.bar):
            column.addWidget(part)
        self.file_button.clicked.connect(self._choose_file)
        self.set_study(None, None)

    def set_study(self, study: "CollectionStudy | None", voting: "Voting | None") -> None:
        """Import into this study from now on; without a voting it is read-only."""
        self._study, self._voting = study, voting
        self.file_button.setEnabled(study is not None and voting is not None)

    def import_file(self, path: Path) -> None:
        """Import a file; its format is known by its content.

        Where it names classes that the study hasn't, `asking` is the dialog that asks what they mean.
        """
        study = self._study
        if study is None or self._voting is None:
            return
        job = self._session.light.submit(f"Reading {path.name}", lambda _: _read(path), owner=study)
        job.finished.connect(self._looked)
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Labels to import", "", _FILES)
        if path:
            self.import_file(Path(path))

    def _looked(self, incoming: "IncomingVotes") -> None:
        study = self._study
        if study is None:
            return
        if all(is_known(name, study.classes) for name in incoming.names):
            self._answered(study, incoming, {name: name for name in incoming.names})
            return
        self.bar.conclude("Say what its classes mean here; until then nothing is imported.")
        self.asking = ask_meaning(
            incoming.origin,
            incoming.names,
            study.classes,
            lambda meant: self._answered(study, incoming, meant),
            self,
        )
        if not len(incoming.objects) or not len(study.classes):  # who brings a list wants its classes
            self.asking.make_others_new()

    def _answered(self, study: "CollectionStudy", incoming: "IncomingVotes", meant: ClassMap) -> None:
        voting = self._voting
        if self._study is not study or voting is None:
            return
        try:
            classes, values = settled(meant, voting.classes)
        except LabelError as error:
            self._tell(str(error))
            return
        added = len(classes) - len(voting.classes)
        if added:
            self.classesEdited.emit(classes)
        if len(incoming.objects):
            self._cast(study, incoming, values)
        else:
            self._tell(f"{added} classes added.")

    def _tell(self, words: str) -> None:
        """Say something for good, whether the reading has just ended or long ago."""
        self.bar.conclude(words)
        self.bar.say(words)

    def _cast(self, study: "CollectionStudy", incoming: "IncomingVotes", values: Mapping[str, int]) -> None:
        voting = self._voting
        if voting is None:
            return
        job = voting.history.do(
            "Importing labels",
            lambda: _cast_all(study, incoming, values),
            f"{incoming.origin} holds no labels that are new here.",
        )
        job.finished.connect(
            lambda deed: self._tell("Nothing new was imported." if deed is None else deed.words)
        )
        job.failed.connect(lambda error: self._tell(str(error)))


def _read(path: Path) -> Generator[Event[Any], None, None]:
    from napari_fathom.plankton.incoming import gather_labels

    yield Done((yield from gather_labels(path)))


def _cast_all(study: "CollectionStudy", incoming: "IncomingVotes", values: Mapping[str, int]) -> Cast | None:
    from napari_fathom.study.jobs import cast_votes_job

    told: list[str] = []
    events: tuple[VoteEvent, ...] = ()
    for event in cast_votes_job(study, incoming, values):
        if isinstance(event, Note):
            told.append(event.message)
        elif isinstance(event, Done):
            events = event.result
    count = sum(event.objects for event in events)
    words = " ".join([f"{count:,} labels imported from {incoming.origin}.", *told])
    return Cast(study.votes, events, words) if events else None
