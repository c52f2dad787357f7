"""How the open survey is shown: threshold, aspect, composite, seabed, and what is under the cursor."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_fathom.viewer.aspect_bar import AspectBar
from napari_fathom.viewer.composite import CompositeChooser
from napari_fathom.viewer.cursor import CursorReadout
from napari_fathom.viewer.layers import Aspect
from napari_fathom.viewer.navigate import fit_survey
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.threshold import ThresholdControl

if TYPE_CHECKING:
    import napari

__all__ = ["ViewControls"]


class ViewControls(QWidget):
    """Works on the session's survey; off while there is none.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose session it works on.
    """

    def __init__(self, viewer: "napari.Viewer") -> None:
        super().__init__()
        self._session = Session.of(viewer)
        self.threshold = ThresholdControl()
        self.aspect = AspectBar()
        self.composite = CompositeChooser()
        self.readout = CursorReadout(viewer)
        self.whole = QPushButton("Whole survey")
        self.whole.setToolTip("Show the survey from end to end")
        self.edit_seabed = QPushButton("Edit seabed")
        self.edit_seabed.setToolTip(
            "Drag the corners of the seabed line; every change is saved with the survey"
        )
        self.axes = QCheckBox("Depth and time axes")
        self.axes.setToolTip("Depth in metres and time in UTC, over the edges of the echogram")
        self._lay_out()
        self.threshold.valueChanged.connect(self._set_limits)
        self.aspect.valueChanged.connect(self._set_ping_m)
        self.aspect.aspectChosen.connect(self._set_aspect)
        self.composite.showRequested.connect(self._show_composite)
        self.whole.clicked.connect(self._fit)
        self.axes.toggled.connect(self._want_axes)
        self.edit_seabed.clicked.connect(self._edit_seabed)
        self._session.studyChanged.connect(self._follow_study)
        self._follow_study()

    def close_down(self) -> None:
        """Stop following the mouse; for the end of the dock."""
        self.readout.close_down()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Threshold", self.threshold)
        form.addRow("Aspect", self.aspect)
        form.addRow("Composite", self.composite)
        form.addRow("", self.axes)
        buttons = QHBoxLayout()
        buttons.addWidget(self.whole)
        buttons.addWidget(self.edit_seabed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addLayout(buttons)
        layout.addWidget(self.readout)

    def _follow_study(self, study: object = None) -> None:
        view = self._session.view
        for widget in (
            self.threshold,
            self.aspect,
            self.composite,
            self.axes,
            self.whole,
            self.edit_seabed,
        ):
            widget.setEnabled(view is not None)
        if view is None:
            self.readout.setSurvey(None, None, None)
            return
        self.composite.setFrequencies([float(hertz) for hertz in view.echogram.frequency_hz])
        self.threshold.setValue(view.limits_db)
        view.frameChanged.connect(self._show_frame)
        view.limitsChanged.connect(self.threshold.setValue)
        self.axes.setChecked(view.rulers.wanted)
        view.rulers.wantedChanged.connect(self.axes.setChecked)
        self._show_frame()

    def _show_frame(self, frame: object = None) -> None:
        view = self._session.view
        if view is not None:
            self.aspect.setValue(view.frame.ping_m)
            self.readout.setSurvey(view.echogram, view.frame, view.lazy.loader)

    def _set_limits(self, limits_db: tuple[float, float]) -> None:
        if self._session.view is not None:
            self._session.view.set_limits(limits_db)

    def _set_ping_m(self, metres: float) -> None:
        if self._session.view is not None:
            self._session.view.set_ping_m(metres)

    def _set_aspect(self, aspect: Aspect) -> None:
        if self._session.view is not None:
            self._session.view.set_aspect(aspect)

    def _show_composite(self, three: tuple[int, int, int]) -> None:
        if self._session.view is not None:
            self._session.view.show_composite(three)

    def _want_axes(self, wanted: bool) -> None:
        if self._session.view is not None:
            self._session.view.rulers.want(wanted)

    def _fit(self) -> None:
        view, viewer = self._session.view, self._session.viewer
        if view is not None and viewer is not None:
            fit_survey(viewer, view.frame)

    def _edit_seabed(self) -> None:
        if self._session.seabed is not None:
            self._session.seabed.edit()
