"""Accept: answers become labels, undoably; one's own strokes stay unless one says otherwise."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Box, Done, Event
from napari_fathom.viewer.accept_panel import AcceptChoice, AcceptPanel
from napari_fathom.viewer.accepting import Accepted, Request, accept_around_window
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.paint_diff import Change
from napari_fathom.viewer.paint_region import contains
from napari_fathom.viewer.paint_saved import ACCEPT, store_change
from napari_fathom.viewer.rectangle import RegionRectangle
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    from napari_fathom.labels import LabelEvent
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["Acceptor"]

_KEEPS = "The labels are as they were."


class Acceptor(QObject):
    """Does what an `AcceptPanel` says.

    Where the paint window is, cells are set through napari, so that Ctrl+Z takes them back too; elsewhere
    they are written to the store. "Undo last accept" takes back both.

    Parameters
    ----------
    session : Session
    panel : AcceptPanel
    """

    told = Signal(str)
    """What came of it, in words, for who presses a key while the panel is not in sight."""

    def __init__(self, session: "Session", panel: AcceptPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._rectangle = RegionRectangle(session)
        self._events: list[LabelEvent] = []
        panel.acceptClicked.connect(self.accept)
        panel.undoClicked.connect(self.undo)
        panel.bar.ended.connect(self._settle)
        panel.rectangleWanted.connect(self._rectangle.draw)
        session.studyChanged.connect(self._open)
        session.predictionChanged.connect(self.refresh)
        session.classesChanged.connect(self.refresh)
        self._open(session.study)

    def accept(self) -> None:
        """Accept what the panel says."""
        choice, region = self._panel.value(), self._region(self._panel.value())
        if region is None:
            self._panel.bar.say(
                "Draw a rectangle first: choose 'A rectangle that I draw' and drag over the echogram."
            )
            return
        self._submit(Request(region, choice.classes, choice.certainty, choice.overwrite))

    def accept_patch(self) -> None:
        """Accept the connected patch under the cursor, at the panel's certainty."""
        view = self._session.view
        cell = None if view is None else view.frame.cell(tuple(view.viewer.cursor.position[-2:]))
        if view is None or cell is None:
            words = "Point at a patch of the class layer first."
            self._panel.bar.say(words)
            self.told.emit(words)
            return
        choice = self._panel.value()
        request = Request(view.frame.survey_box, None, choice.certainty, choice.overwrite, cell)
        self._submit(request)

    def undo(self) -> None:
        """Take the last accepted answers out again, except where somebody painted since."""
        study, paint, events = self._session.study, self._session.paint, tuple(self._events)
        if study is None or not events:
            return
        if paint is not None:
            # Where nothing came after it, napari's own undo takes the window's part back, so that the next
            # Ctrl+Z is the stroke before it. The store finds nothing left to revert there.
            paint.take_back(ACCEPT)
        job = self._session.light.submit("Undoing", lambda _: _revert(study, events), owner=study)
        job.finished.connect(self._undone)
        self._watch(job)

    def refresh(self) -> None:
        """Offer the classes that the prediction knows, and what can be pressed now."""
        store, bar = self._session.prediction(), self._panel.bar
        self._panel.accept_button.setEnabled(store is not None and not bar.running)
        self._offer_undo()
        if store is not None:
            self._panel.set_classes(store.classes)
        if not bar.running:
            bar.say("There is nothing to accept yet: train first." if store is None else "")

    def _settle(self) -> None:
        self._panel.accept_button.setEnabled(self._session.prediction() is not None)
        self._offer_undo()

    def _open(self, study: "Study | None") -> None:
        self._events.clear()
        if self._session.paint is not None:
            self._session.paint.saved.connect(self._saved)
        self.refresh()

    def _region(self, choice: AcceptChoice) -> Box | None:
        view = self._session.view
        if view is None:
            return None
        if choice.where == "survey":
            return view.frame.survey_box
        return self._rectangle.box() if choice.where == "rectangle" else box_in_view(view.viewer, view.frame)

    def _submit(self, request: Request) -> None:
        study, paint = self._session.study, self._session.paint
        if study is None:
            return
        if paint is not None:
            paint.flush()
        window = None if paint is None else paint.box
        job = self._session.light.submit(
            "Accepting", lambda stop: accept_around_window(study, request, window, stop), owner=study
        )
        job.finished.connect(self._accepted)
        self._watch(job)

    def _watch(self, job: JobHandle) -> None:
        self._panel.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)
        for button in (self._panel.accept_button, self._panel.undo_button):
            button.setEnabled(False)

    def _accepted(self, accepted: Accepted) -> None:
        cells = sum(event.pixels for event in accepted.events) + self._set_inside(accepted)
        if cells:  # else the former accept can still be undone
            self._events = list(accepted.events)
        self._show_elsewhere(accepted.events)
        words = (
            f"{cells:,} cells accepted."
            if cells
            else "Nothing new to accept there: lower the certainty, or it is labelled already."
        )
        self._panel.bar.conclude(words)
        self.told.emit(words)

    def _set_inside(self, accepted: Accepted) -> int:
        """Set the paint window's part, unless it has moved away meanwhile: then the store gets it."""
        paint, study, box = self._session.paint, self._session.study, accepted.box
        if box is None or paint is None or study is None or not accepted.mask.any():
            return 0
        if paint.box is not None and contains(paint.box, box):
            mask = accepted.mask & paint.unlabelled(box) if accepted.keep_labelled else accepted.mask
            paint.apply(box, accepted.values, mask, origin=ACCEPT)
            return int(np.count_nonzero(mask))
        change = Change(box, accepted.values, accepted.mask)
        job = self._session.light.submit("Accepting", lambda _: _write(study, change), owner=study)
        job.finished.connect(self._written)
        return int(np.count_nonzero(accepted.mask))

    def _written(self, events: "tuple[LabelEvent, ...]") -> None:
        self._events.extend(events)
        self._offer_undo()
        self._show_elsewhere(events)

    def _show_elsewhere(self, events: "tuple[LabelEvent, ...]") -> None:
        """Let what reached the store past the paint window be seen."""
        if self._session.paint is not None:
            for event in events:
                self._session.paint.reload(event.box)
        if events:
            self._session.labelsChanged.emit()

    def _saved(self, event: "LabelEvent") -> None:
        """The paint window's own part is on disk: it belongs to the last accept."""
        if event.origin == ACCEPT:
            self._events.append(event)
            self._offer_undo()

    def _offer_undo(self) -> None:
        self._panel.undo_button.setEnabled(bool(self._events) and not self._panel.bar.running)

    def _undone(self, events: "tuple[LabelEvent, ...]") -> None:
        self._events.clear()
        self._show_elsewhere(events)
        self._panel.bar.conclude("Taken back, except where you painted since.")


def _revert(study: "Study", events: "tuple[LabelEvent, ...]") -> Generator[Event[Any], None, None]:
    yield Done(tuple(study.labels.revert(events)))


def _write(study: "Study", change: Change) -> Generator[Event[Any], None, None]:
    event = store_change(study.labels, change, ACCEPT)
    yield Done((event,) if event.number else ())
