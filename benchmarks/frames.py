"""How long a window takes for each frame, on the clock on the wall and in work of its own thread."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from qtpy.QtWidgets import QOpenGLWidget

__all__ = ["FrameTimes", "Frames", "of_all"]


@dataclass(frozen=True)
class FrameTimes:
    """From one frame on the screen to the next, in milliseconds.

    Parameters
    ----------
    wall : tuple of float
        By the clock on the wall: other programs on the machine count too, and pauses in between.
    cpu : tuple of float
        What the GUI thread worked. Mesa, where it draws instead of a graphics card, has threads of its own.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    def __str__(self) -> str:
        """Both, as median and 99th percentile."""
        if not self.wall:
            return "no frame"
        wall, cpu = (np.percentile(values, [50, 99]) for values in (self.wall, self.cpu))
        return (
            f"{len(self.wall):4d} frames   wall p50 {wall[0]:6.1f}  p99 {wall[1]:6.1f} ms"
            f"   CPU p50 {cpu[0]:6.1f}  p99 {cpu[1]:6.1f} ms"
        )


class Frames:
    """Notes each frame that a canvas has brought to the screen."""

    def __init__(self, canvas: QOpenGLWidget) -> None:
        self._at: list[tuple[float, float]] = []
        canvas.frameSwapped.connect(self._note)

    def clear(self) -> None:
        """Begin anew: the time since the last frame is of no frame."""
        self._at.clear()

    def take(self) -> FrameTimes:
        """Of all frames since the last `clear` or `take`."""
        steps = 1000 * np.diff(np.array(self._at).reshape(-1, 2), axis=0)
        self.clear()
        return FrameTimes(tuple(steps[:, 0].tolist()), tuple(steps[:, 1].tolist()))

    def _note(self) -> None:
        self._at.append((time.perf_counter(), time.thread_time()))


def of_all(times: Sequence[FrameTimes]) -> FrameTimes:
    """Several stretches of time as one."""
    return FrameTimes(
        tuple(value for each in times for value in each.wall),
        tuple(value for each in times for value in each.cpu),
    )
