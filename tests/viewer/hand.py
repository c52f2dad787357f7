"""A hand on the mouse and the keyboard: what the window's tests do, a user could."""

from typing import Any

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QApplication, QWidget

from napari_fathom.viewer._compat import camera_of, canvas_shape
from napari_fathom.viewer.layers import Frame

Cell = tuple[float, float]
NONE, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
MOVE, PRESS, RELEASE = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
)


class Hand:
    """Clicks buttons and drags over the canvas of one viewer.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.canvas: QWidget = viewer.window._qt_viewer.canvas.native

    def click(self, button: QAbstractButton) -> None:
        """Press a button that can be pressed."""
        assert button.isEnabled(), f"{button.text()} can't be pressed"
        QTest.mouseClick(button, LEFT)

    def drag(self, frame: Frame, start: Cell, end: Cell, steps: int = 12) -> None:
        """Draw with the left button from one cell (row, ping) to another."""
        down, along = (end[0] - start[0]) / steps, (end[1] - start[1]) / steps
        cells = [(start[0] + k * down, start[1] + k * along) for k in range(steps + 1)]
        where = [self._point(frame, cell) for cell in cells]
        self._send(MOVE, where[0], NONE, NONE)
        self._send(PRESS, where[0], LEFT, LEFT)
        for point in where[1:]:
            self._send(MOVE, point, NONE, LEFT)
        self._send(RELEASE, where[-1], LEFT, NONE)

    def point_at(self, frame: Frame, cell: Cell) -> None:
        """Move the mouse over a cell."""
        self._send(MOVE, self._point(frame, cell), NONE, NONE)

    def click_at(self, frame: Frame, cell: Cell) -> None:
        """Click with the left button on a cell."""
        point = self._point(frame, cell)
        self._send(MOVE, point, NONE, NONE)
        self._send(PRESS, point, LEFT, LEFT)
        self._send(RELEASE, point, LEFT, NONE)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key over the canvas."""
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, key, modifier)

    def _point(self, frame: Frame, cell: Cell) -> QPoint:
        depth, along = frame.to_world(*cell)
        camera, (height, width) = camera_of(self.viewer), canvas_shape(self.viewer)
        middle_depth, middle_along = camera.center[-2:]
        return QPoint(
            round(width / 2 + (along - middle_along) * camera.zoom),
            round(height / 2 + (depth - middle_depth) * camera.zoom),
        )

    def _send(self, kind: QEvent.Type, point: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        there = QPointF(self.canvas.mapToGlobal(point))
        modifier = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, QPointF(point), there, button, held, modifier))
        QApplication.processEvents()
