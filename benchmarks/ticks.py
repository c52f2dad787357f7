"""Measure how long a window's GUI thread is deaf, and drive its canvas with real mouse events."""

import time
from collections.abc import Callable

import numpy as np
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

TICK_MS = 10


class Ticks:
    """Milliseconds between ticks of a timer that should come every 10 ms."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now

    def report(self, what: str) -> None:
        p50, p99 = np.percentile(self.gaps, [50, 99])
        worst = max(self.gaps)
        print(f"{what:42s} {len(self.gaps):4d} ticks  p50 {p50:6.1f}  p99 {p99:6.1f}  max {worst:6.1f} ms")
        self.gaps.clear()


def run_for(seconds: float, act: Callable[[], None] | None = None, every: float = 0.033) -> None:
    """Let the window live, calling `act` now and then."""
    end, next_act = time.perf_counter() + seconds, 0.0
    while time.perf_counter() < end:
        if act is not None and time.perf_counter() >= next_act:
            next_act = time.perf_counter() + every
            act()
        QApplication.processEvents()
        time.sleep(0.001)


def drag(canvas: QWidget, start: tuple[int, int], end: tuple[int, int], steps: int = 40) -> None:
    """Press, move and release the left button over the canvas, a step every 16 ms as a mouse does."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, QPoint(*start))
    for step in range(1, steps + 1):
        x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
        QTest.mouseMove(canvas, QPoint(x, y))
        run_for(0.016)
    QTest.mouseRelease(canvas, left, none, QPoint(*end))
    QApplication.processEvents()
