"""Time, depth, range and Sv of every frequency under the cursor, without waiting for the disk."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QFormLayout, QLabel, QWidget

from napari_fathom.events import Box
from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.tiles import TileLoader

if TYPE_CHECKING:
    import napari

    from napari_fathom.echogram import Echogram

__all__ = ["CursorReadout", "Reading", "describe"]

BLOCK = (128, 256)
"""Rows and pings read at once around the cursor: less than 1 MB for six frequencies."""

THROTTLE_MS = 40
UNKNOWN = "–"


@dataclass(frozen=True)
class Reading:
    """What lies under the cursor, in words.

    Parameters
    ----------
    time, depth, range_ : str
        UTC, metres below the surface, metres from the transducer.
    sv : tuple of str
        Sv in dB of each frequency, in the echogram's order.
    """

    time: str
    depth: str
    range_: str
    sv: tuple[str, ...]


def describe(echogram: "Echogram", row: int, ping: int, sv_db: NDArray[np.float32] | None) -> Reading:
    """Put one cell into words.

    Parameters
    ----------
    echogram : Echogram
        The survey.
    row, ping : int
        The cell.
    sv_db : ndarray, shape (F,), or None
        Its Sv; None while it is being read.
    """
    distance = float(echogram.range_m[row])
    transducer = float(echogram.transducer_depth_m[ping])
    if not np.isfinite(transducer):  # only then: filling the gaps of a million pings takes its time
        transducer = float(echogram.depth_of_ping_m[ping])
    depth = transducer - distance if echogram.upward else transducer + distance
    time = np.datetime_as_string(echogram.ping_time[ping].astype("datetime64[ms]")).replace("T", " ")
    count = len(echogram.frequency_hz)
    words = ["…"] * count if sv_db is None else [f"{v:.1f} dB" if np.isfinite(v) else UNKNOWN for v in sv_db]
    return Reading(f"{time} UTC", f"{depth:.2f} m", f"{distance:.2f} m", tuple(words))


class CursorReadout(QWidget):
    """Follows the mouse over the canvas.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose cursor to follow.
    parent : QWidget, optional
        Qt's owner.
    """

    _arrived = Signal(object, object)

    def __init__(self, viewer: "napari.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._echogram: Echogram | None = None
        self._frame: Frame | None = None
        self._loader: TileLoader | None = None
        self._block: tuple[Box, NDArray[np.float32]] | None = None
        self._cell: tuple[int, int] | None = None
        self._labels: dict[str, QLabel] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(1)
        self._arrived.connect(self._keep)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(THROTTLE_MS)
        self._pause.timeout.connect(self._look)
        viewer.mouse_move_callbacks.append(self._on_move)
        # Qt may delete the widget while napari still calls back
        self.destroyed.connect(partial(_remove, viewer.mouse_move_callbacks, self._on_move))

    def setSurvey(self, echogram: "Echogram | None", frame: Frame | None, loader: TileLoader | None) -> None:
        """Read another survey, or none.

        Parameters
        ----------
        echogram : Echogram or None
            What lies under the cursor.
        frame : Frame or None
            Where it lies.
        loader : TileLoader or None
            Reads behind the screen.
        """
        if echogram is not self._echogram:
            self._block = self._cell = None
            self._rebuild(echogram)
        self._echogram, self._frame, self._loader = echogram, frame, loader

    def value(self) -> Reading | None:
        """What is shown; None while the cursor is outside the survey."""
        if self._echogram is None or self._cell is None:
            return None
        return describe(self._echogram, *self._cell, self._sv_at(*self._cell))

    def close_down(self) -> None:
        """Stop following the mouse."""
        self._pause.stop()
        _remove(self._viewer.mouse_move_callbacks, self._on_move)

    def _rebuild(self, echogram: "Echogram | None") -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        names = ["Time", "Depth", "Range"]
        if echogram is not None:
            names += [f"Sv {hertz / 1000:g} kHz" for hertz in echogram.frequency_hz]
        self._labels = {name: QLabel(UNKNOWN) for name in names}
        for name, label in self._labels.items():
            self._form.addRow(name, label)

    def _on_move(self, viewer: Any, event: Any) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _look(self) -> None:
        if self._echogram is None or self._frame is None:
            return
        depth, along = self._viewer.cursor.position[-2:]
        self._cell = self._frame.cell((depth, along))
        if self._cell is not None and self._sv_at(*self._cell) is None:
            self._wish(*self._cell)
        self._show()

    def _sv_at(self, row: int, ping: int) -> NDArray[np.float32] | None:
        if self._block is None:
            return None
        (top, bottom, left, right), sv_db = self._block
        if not (top <= row < bottom and left <= ping < right):
            return None
        return sv_db[:, row - top, ping - left]

    def _wish(self, row: int, ping: int) -> None:
        echogram = self._echogram
        if echogram is None or self._loader is None:
            return
        top, left = row // BLOCK[0] * BLOCK[0], ping // BLOCK[1] * BLOCK[1]
        _, rows, pings = echogram.shape
        box = (top, min(top + BLOCK[0], rows), left, min(left + BLOCK[1], pings))
        self._loader.wish(id(self), [lambda: self._arrived.emit((echogram, box), echogram.read(box))])

    def _keep(self, what: "tuple[Echogram, Box]", sv_db: NDArray[np.float32]) -> None:
        echogram, box = what
        if echogram is self._echogram:
            self._block = (box, sv_db)
            self._show()

    def _show(self) -> None:
        reading = self.value()
        if reading is None:
            for label in self._labels.values():
                label.setText(UNKNOWN)
            return
        words = (reading.time, reading.depth, reading.range_, *reading.sv)
        for label, word in zip(self._labels.values(), words, strict=True):
            label.setText(word)


def _remove(callbacks: list[Any], callback: Any, *_: object) -> None:
    if callback in callbacks:
        callbacks.remove(callback)
