"""Measure how long a window's GUI thread is deaf, and drive its canvas with real mouse events."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from qtpy.QtCore import QEventLoop, QPoint, Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

TICK_MS = 10
MOUSE_S = 0.016


@dataclass(frozen=True)
class Figures:
    """What the ticks of one stretch of time say.

    Parameters
    ----------
    ticks : int
        How many came.
    p50_ms, p99_ms, worst_ms : float
        How late they came by the clock on the wall: other programs on the machine count too.
    cpu_p50_ms, cpu_p99_ms, cpu_worst_ms : float
        What the GUI thread itself worked between two of them, whatever else the machine does.
    """

    ticks: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    cpu_p50_ms: float
    cpu_p99_ms: float
    cpu_worst_ms: float


class Ticks:
    """A timer that should tick every 10 ms."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._cpu: list[float] = []
        self._last = (time.perf_counter(), time.thread_time())
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def clear(self) -> None:
        """Begin a new stretch of time."""
        self._late.clear()
        self._cpu.clear()
        self._last = (time.perf_counter(), time.thread_time())

    def take(self) -> Figures:
        """The figures since the last `clear` or `take`."""
        wall, cpu = (np.percentile(values, [50, 99, 100]).round(1) for values in (self._late, self._cpu))
        found = Figures(len(self._late), *map(float, wall), *map(float, cpu))
        self.clear()
        return found

    def report(self, what: str) -> Figures:
        """Print them in a line."""
        found = self.take()
        print(
            f"{what:42s} {found.ticks:4d} ticks  late p50 {found.p50_ms:6.1f}  p99 {found.p99_ms:6.1f}"
            f"  max {found.worst_ms:6.1f} ms   CPU p50 {found.cpu_p50_ms:5.1f}  p99 {found.cpu_p99_ms:5.1f}"
            f"  max {found.cpu_worst_ms:5.1f} ms"
        )
        return found

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self._late.append(max(0.0, 1000 * (now[0] - self._last[0]) - TICK_MS))
        self._cpu.append(1000 * (now[1] - self._last[1]))
        self._last = now


def run_for(seconds: float, act: Callable[[], None] | None = None, every: float = 0.033) -> None:
    """Let the window live, calling `act` now and then.

    In Qt's own loop, as an application does, and with `act` as one of its events. A loop of `processEvents`
    around `act` would paint twice between two ticks: what is posted from outside goes before any timer.
    """
    loop = QEventLoop()
    acting = QTimer(loop)
    if act is not None:
        acting.timeout.connect(act)
        acting.start(round(1000 * every))
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    acting.stop()


def drag(canvas: QWidget, start: tuple[int, int], end: tuple[int, int], steps: int = 40) -> None:
    """Press, move and release the left button over the canvas, a step every 16 ms as a mouse does."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, QPoint(*start))
    for step in range(1, steps + 1):
        x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
        QTest.mouseMove(canvas, QPoint(x, y))
        run_for(MOUSE_S)
    QTest.mouseRelease(canvas, left, none, QPoint(*end))
    QApplication.processEvents()
