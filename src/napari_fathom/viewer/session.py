"""What all docks of one window share: the open study, its view, the workers, and word of what changed."""

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from qtpy.QtCore import QCoreApplication, QObject, Signal

from napari_fathom.errors import LabelError, StudyError
from napari_fathom.viewer._compat import main_window, unwrapped
from napari_fathom.viewer.answering import Answering
from napari_fathom.viewer.roles import survey_of
from napari_fathom.viewer.worker import JobHandle, Worker

if TYPE_CHECKING:
    import napari

    from napari_fathom.labels import Classes
    from napari_fathom.study import CollectionStudy, ModelRecord, PredictionStore, Study
    from napari_fathom.viewer.paint_window import PaintWindow
    from napari_fathom.viewer.seabed import SeabedLine
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["Session"]

_Kept = TypeVar("_Kept")
_VOTES_WAIT_S = 10.0
"""How long to wait for votes on their way before their study closes; each takes milliseconds."""


def _nothing(refusal: LabelError | None) -> None:
    """Do nothing more; what has changed is told by `classesChanged`."""


class Session(QObject):
    """One per window; `Session.of(viewer)` finds it, so that docks opened one by one work on the same study.

    It ends with the window, not with a dock: who closes a dock goes on painting, and opens the dock again.

    Attributes
    ----------
    heavy : Worker
        Training and prediction: the one thread that uses torch.
    light : Worker
        All other reading and writing of the study, so that accepting and exporting don't wait for training.
    hand : Worker
        Votes given by hand: they wait for no export, and none is dropped when their study closes.
    quick : Worker
        The preview while painting, which waits for nothing; its own to tell failures of.
    view : SurveyView or None
        The open study's layers.
    paint : PaintWindow or None
        The open study's editable labels; None where it was opened read-only.
    seabed : SeabedLine or None
        The open study's seabed; saved when the view closes.
    answering : Answering
        Predicts whenever another model is in force.
    training : (JobHandle, str) or None
        The last training, which may be over, and what Stop leaves of it, in words.
    """

    studyChanged = Signal(object)
    """The `Study` that is open now, or None; `view` and `paint` are there already."""
    collectionChanged = Signal(object)
    """The `CollectionStudy` that is open now; None right before the former closes, while it still answers."""
    labelsChanged = Signal()
    """Strokes, imports or accepted answers have reached the labels store."""
    classesChanged = Signal()
    modelChanged = Signal()
    """Another model is in force."""
    predictionChanged = Signal()
    """The class, cluster or ambiguity of the whole survey is new (single tiles are told by their job)."""
    failed = Signal(object)
    """An exception outside of any job: a stroke can't be written, a part of the survey can't be read."""
    jobFailed = Signal(object, object)
    """(JobHandle, Exception) from either worker."""

    def __init__(self, viewer: "napari.Viewer") -> None:
        super().__init__()
        viewer = unwrapped(viewer)
        self._viewer = weakref.ref(viewer)
        self._study: Study | None = None
        self._collection: CollectionStudy | None = None
        self._told: set[str] = set()
        self.view: SurveyView | None = None
        self.paint: PaintWindow | None = None
        self.seabed: SeabedLine | None = None
        self.training: tuple[JobHandle, str] | None = None
        self.heavy = Worker("fathom-heavy", self)
        self.light = Worker("fathom-light", self)
        self.hand = Worker("fathom-hand", self)
        self.quick = Worker("fathom-quick", self)
        for worker in (self.heavy, self.light, self.hand):
            worker.jobFailed.connect(self.jobFailed)
        self.answering = Answering(self)
        # the program may end before Qt comes to destroy its last window, so listen to both
        for end in (getattr(main_window(viewer), "destroyed", None), _program_ends()):
            if end is not None:
                end.connect(self.close)

    @classmethod
    def of(cls, viewer: "napari.Viewer") -> "Session":
        """The viewer's session; made at the first call, gone with the viewer."""
        viewer = unwrapped(viewer)
        session = _SESSIONS.get(viewer)
        if session is None:
            session = _SESSIONS[viewer] = cls(viewer)
        return session

    @property
    def viewer(self) -> "napari.Viewer | None":
        """None once the window is gone."""
        return self._viewer()

    @property
    def study(self) -> "Study | None":
        """The study that is open."""
        return self._study

    @property
    def collection(self) -> "CollectionStudy | None":
        """The study of a collection that is open; a window has one of a survey or one of a collection."""
        return self._collection

    def prediction(self) -> "PredictionStore | None":
        """The open study's last whole answer; one that is damaged is told once, and counts as none."""
        return None if self._study is None else self._unless_damaged(self._study.prediction)

    def model(self) -> "ModelRecord | None":
        """The open study's model in force; one that is damaged is told once, and counts as none."""
        study = self.opened
        return None if study is None else self._unless_damaged(lambda: study.current_model)

    @property
    def opened(self) -> "Study | CollectionStudy | None":
        """What is open, of either kind."""
        return self._study or self._collection

    def answered_by(self) -> int | None:
        """Number of the model whose whole answer the open study has."""
        study = self._collection
        answer = self.prediction() if study is None else self._unless_damaged(lambda: study.answers())
        return None if answer is None else answer.record.model

    def open(self, study: "Study | CollectionStudy | None") -> None:
        """Make `study` the open one; of a survey the layers are shown, a mosaic is the dock's to show.

        Jobs of the former are dropped, it is closed, and its layers go: nothing would read or save them.
        """
        from napari_fathom.study import CollectionStudy

        if study is self.opened:
            return
        had_survey = self._study is not None
        self._leave()
        if isinstance(study, CollectionStudy):
            self._collection = study
        elif study is not None:
            if self.viewer is not None:
                self._show(self.viewer, study)
            self._study = study
        if had_survey or self._study is not None:
            self.studyChanged.emit(self._study)
        if self._collection is not None:
            self.collectionChanged.emit(self._collection)

    def follow_training(self, job: JobHandle, keeps: str) -> None:
        """Tell `modelChanged` when this training is over; it goes on though its dock be closed."""
        self.training = (job, keeps)
        job.finished.connect(self._trained)

    def set_classes(self, classes: "Classes", then: Callable[[LabelError | None], None] = _nothing) -> None:
        """Replace the classes of the open survey once its strokes are saved; the window waits for neither.

        Parameters
        ----------
        classes : Classes
        then : callable
            Called with None after `classesChanged`, or with why nothing has changed: a class goes that has
            painted pixels. Not called where the survey is closed before.
        """
        paint = self.paint
        if paint is None:
            then(LabelError("No survey is open for writing, so its classes stay as they are."))
            return

        def settled(refusal: LabelError | None) -> None:
            if self.paint is paint:
                if refusal is None:
                    self.classesChanged.emit()
                then(refusal)

        paint.change_classes(classes, settled)

    def close(self) -> None:
        """Drop all jobs, wait a little for the threads, and close the study; twice does no harm."""
        self.heavy.close()
        self.light.close()
        self.quick.close()
        self._let_go()
        self.hand.close()

    def _trained(self) -> None:
        self.modelChanged.emit()

    def _unless_damaged(self, look: Callable[[], _Kept | None]) -> _Kept | None:
        try:
            return look()
        except StudyError as error:
            if str(error) not in self._told:
                self._told.add(str(error))
                self.failed.emit(error)
            return None

    def _show(self, viewer: "napari.Viewer", study: "Study") -> None:
        from napari_fathom.viewer.paint_window import PaintWindow
        from napari_fathom.viewer.seabed import SeabedLine
        from napari_fathom.viewer.survey_view import SurveyView

        self.view = SurveyView(viewer, study.echogram, self)
        self.view.failed.connect(self.failed)
        self.view.show()
        if study.writable:
            self.paint = PaintWindow(self.view, study.labels, self)
            self.paint.saved.connect(self.labelsChanged)
            self.paint.failed.connect(self.failed)
        self.seabed = SeabedLine(self.view, self.view)
        self.seabed.failed.connect(self.failed)
        if self.seabed.known:
            self.seabed.show()

    def _leave(self) -> None:
        """Close what is open; what was seen of a survey goes out of the window, whoever made it."""
        viewer, survey = self.viewer, None if self.view is None else self.view.survey
        self._let_go()
        if viewer is not None and survey is not None:
            _remove_survey(viewer, survey)

    def _let_go(self) -> None:
        self.heavy.drop_all()
        self.light.drop_all()
        self.quick.drop_all()
        if self.paint is not None:
            self.paint.close()
            self.paint.deleteLater()
            self.paint = None
        if self.view is not None:
            self.view.close()
            self.view.deleteLater()
            self.view = self.seabed = None
        if self._study is not None:
            self._study.close()
            self._study = None
        if self._collection is not None:
            former, self._collection = self._collection, None
            self.collectionChanged.emit(None)
            if not self.hand.wait_done(_VOTES_WAIT_S):
                self.failed.emit(
                    StudyError(
                        f"{former.folder.name}: closed while labels or edits of clusters were on their way, "
                        "and the last ones are not written. Open it again and look which are missing."
                    )
                )
            self.hand.drop_all()
            former.close()


def _program_ends() -> Any:
    """The application's signal; None where there is no application."""
    return getattr(QCoreApplication.instance(), "aboutToQuit", None)


def _remove_survey(viewer: "napari.Viewer", survey: str) -> None:
    """Take every layer of a survey out of the window, whoever made it."""
    for layer in [layer for layer in viewer.layers if survey_of(layer) == survey]:
        if hasattr(layer, "locked"):  # napari >= 0.7.1
            layer.locked = False
        viewer.layers.remove(layer)


_SESSIONS: "weakref.WeakKeyDictionary[napari.Viewer, Session]" = weakref.WeakKeyDictionary()
