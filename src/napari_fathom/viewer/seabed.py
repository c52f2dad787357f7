"""The seabed as a line that a hand can move; every edit goes to the survey store."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.viewer.layers import AXIS_LABELS, UNITS, Frame, ensure_layer, keep_from_list, lock
from napari_fathom.viewer.paint_thread import LabelThread
from napari_fathom.viewer.roles import Role, find, tag
from napari_fathom.viewer.seabed_line import Path, corners, merge_edit

if TYPE_CHECKING:
    from napari.layers import Shapes

    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["SeabedLine"]

SAVE_AFTER_MS = 400
COLOUR = "#c8ff00"
"""Not in the palette, so that it is seen over any echo."""

WIDTH_SHARE = 1 / 250
"""Of the depth: the line must be seen in a whole survey."""


class SeabedLine(QObject):
    """Shows the seabed of a survey as editable paths: move, add or delete corners, draw a missing stretch.

    The line lies in world metres, not in cells like the other layers: napari measures how near a corner the
    mouse is in the layer's own units, and a cell is often less than a pixel high.

    Pings that no edit touches keep the value they had to the last digit.

    Parameters
    ----------
    view : SurveyView
        The survey as it is shown.
    parent : QObject, optional
        Qt's owner.
    """

    saved = Signal(object)
    """The new seabed, metres of range at each ping, shape (P,), after it was written."""
    failed = Signal(object)
    """The line could not be written; it is tried again."""

    def __init__(self, view: "SurveyView", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = view
        echogram = view.echogram
        self._first_m, self._step_m = float(echogram.range_m[0]), echogram.range_step_m
        self._line = (np.asarray(echogram.seabed_range_m, float) - self._first_m) / self._step_m
        self._shown = corners(self._line)
        self._frame = view.frame
        self._open = True
        view.closing.connect(self.close)
        view.frameChanges.connect(self._before_frame)
        view.frameChanged.connect(self._on_frame)
        self._thread = LabelThread(self)
        self._thread.failed.connect(self.failed)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SAVE_AFTER_MS)
        self._rest.timeout.connect(self.save)

    @property
    def layer(self) -> "Shapes":
        """The line's layer, made again where the user has deleted it."""
        return ensure_layer(self.view.viewer, Role.SEABED, self.view.survey, self._make)

    @property
    def known(self) -> bool:
        """Whether there is a seabed anywhere."""
        return bool(self._shown)

    def show(self) -> None:
        """Add the line to the viewer without taking the stage."""
        layers = self.view.viewer.layers
        active = layers.selection.active
        self.layer  # noqa: B018 - made by being looked up
        if active is not None:
            layers.selection.active = active

    def edit(self) -> "Shapes":
        """Make the line the active layer, ready to move its corners (or to draw one where there is none)."""
        layer = self.layer
        self.view.viewer.layers.selection.active = layer
        layer.mode = "direct" if self._shown else "add_path"
        return layer

    def value(self) -> NDArray[np.float64]:
        """The seabed as it is drawn, metres of range at each ping (never negative), NaN for none."""
        return np.maximum(self._first_m + self._line * self._step_m, 0.0)

    def save(self) -> None:
        """Write what has been edited, if anything."""
        layer = find(self.view.viewer.layers, Role.SEABED, survey=self.view.survey)
        if layer is None:
            return
        drawn = [self._cells(path) for path in layer.data]
        if _equal(drawn, self._shown):
            return
        self._line = merge_edit(self._line, self._shown, drawn)
        self._shown = drawn
        seabed = self.value()
        path = self.view.echogram.path

        def write() -> NDArray[np.float64]:
            from napari_fathom.echogram import set_seabed

            set_seabed(path, seabed)
            return seabed

        self._thread.write(write, self._on_saved)

    def close(self) -> bool:
        """Save what is left; False if it could not be written. Twice does no harm."""
        if not self._open:
            return True
        self._open = False
        self._rest.stop()
        self.save()
        return self._thread.close()

    def _on_saved(self, seabed: NDArray[np.float64]) -> None:
        # The echogram in memory is what exports read: it follows the store.
        self.view.echogram.seabed_range_m[:] = seabed
        self.saved.emit(seabed)

    def _make(self) -> "Shapes":
        from napari.layers import Shapes

        frame = self.view.frame
        layer = Shapes(
            self._world(self._shown),
            shape_type="path",
            ndim=2,
            name="seabed",
            edge_color=COLOUR,
            face_color="transparent",
            edge_width=frame.rows * abs(frame.row_m) * WIDTH_SHARE,
            metadata=tag(Role.SEABED, self.view.survey, world=True),
            units=UNITS,
            axis_labels=AXIS_LABELS,
        )
        layer.events.data.connect(self._on_edit)
        keep_from_list(layer, "scale_factor")
        return lock(layer)

    def _on_edit(self, event: Any) -> None:
        self._rest.start()

    def _before_frame(self) -> None:
        """Take over what was drawn in the former frame."""
        self._rest.stop()
        self.save()

    def _on_frame(self, frame: Frame) -> None:
        self._frame = frame
        layer = find(self.view.viewer.layers, Role.SEABED, survey=self.view.survey)
        if layer is not None:
            layer.data = self._world(self._shown)
            if self._shown:  # napari can't set the type of no shapes
                layer.shape_type = "path"

    def _world(self, paths: list[Path]) -> list[Path]:
        return [np.column_stack(self._frame.to_world(path[:, 0], path[:, 1])) for path in paths]

    def _cells(self, path: Path) -> Path:
        return np.column_stack(self._frame.to_cells((path[:, 0], path[:, 1])))


def _equal(one: list[Path], other: list[Path]) -> bool:
    """Whether no corner was moved by a thousandth of a cell: the way to the world and back rounds."""
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-3) for a, b in zip(one, other, strict=True)
    )
