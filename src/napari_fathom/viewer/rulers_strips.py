"""Strips along two edges of the canvas with an axis' ticks: drawn when they change, laid over every frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QEvent, QLineF, QObject, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPixmap
from qtpy.QtWidgets import QWidget

from napari_fathom.viewer.rulers_ticks import Tick, without_overlap

__all__ = ["DepthStrip", "Strip", "Theme", "TimeStrip"]

DEPTH_WIDTH, TIME_HEIGHT = 46, 36
_FONT_PX = 11
_TICK_PX = 4
_GROUND_ALPHA = 210
"""Labels are read on any echogram, which still shines through."""

_Label = tuple[QRectF, str]


@dataclass(frozen=True)
class Theme:
    """A theme's colours, as (red, green, blue) of 0 to 255.

    Parameters
    ----------
    ink, ground : (int, int, int)
        Of the labels, and of what lies under them.
    """

    ink: tuple[int, int, int] = (240, 241, 242)
    ground: tuple[int, int, int] = (35, 36, 43)


class Strip(QWidget):
    """Lies over an edge of the canvas, follows its size and lets the mouse through.

    Parameters
    ----------
    canvas : QWidget
        What it lies over; its parent.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._font = QFont(self.font())
        self._font.setPixelSize(_FONT_PX)
        self._measure = QFontMetricsF(self._font)
        self._theme = Theme()
        self._drawn: QPixmap | None = None
        canvas.installEventFilter(self)
        self._place(canvas.size())

    def setTheme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.renew()

    def renew(self) -> None:
        """The ticks may have changed: draw them anew with the next frame."""
        self._drawn = None
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the canvas' size."""
        if event is not None and event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self._place(watched.size())
        return False

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Lay what was drawn over the frame, for a hundredth of what drawing it takes."""
        if self._drawn is None:
            self._drawn = self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.end()

    def _draw(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(QColor(*self._theme.ground, _GROUND_ALPHA))
        painter = QPainter(drawn)
        painter.setFont(self._font)
        painter.setPen(QColor(*self._theme.ink))
        lines, labels = self._marks()
        for line in lines:
            painter.drawLine(line)
        for place, text in labels:
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return drawn

    def _room_for(self, text: str) -> float:
        return float(self._measure.horizontalAdvance(text)) + 1.0

    def _place(self, canvas: QSize) -> None:
        self.setGeometry(self._within(canvas))
        self.renew()

    def _within(self, canvas: QSize) -> QRect:
        """Where it lies on a canvas of this size."""
        raise NotImplementedError

    def _marks(self) -> tuple[list[QLineF], list[_Label]]:
        """Tick lines, and labels where they are drawn."""
        raise NotImplementedError


class DepthStrip(Strip):
    """Depth in metres, down the left edge.

    Parameters
    ----------
    canvas : QWidget
        What it lies over.
    ticks : callable
        Gets the length in pixels, returns the ticks; asked whenever they are drawn.
    """

    def __init__(self, canvas: QWidget, ticks: Callable[[float], Sequence[Tick]]) -> None:
        self._ticks = ticks
        super().__init__(canvas)

    def _within(self, canvas: QSize) -> QRect:
        return QRect(0, 0, DEPTH_WIDTH, max(canvas.height() - TIME_HEIGHT, 0))

    def _marks(self) -> tuple[list[QLineF], list[_Label]]:
        high, right = self._measure.height(), float(self.width())
        unit = QRectF(right - _TICK_PX - self._room_for("m") - 3, 0, self._room_for("m"), high)
        lines, labels = [], [(unit, "m")]
        for tick in self._ticks(self.height() + TIME_HEIGHT):
            lines.append(QLineF(right - _TICK_PX, tick.at_px, right, tick.at_px))
            wide = self._room_for(tick.text)
            place = QRectF(right - _TICK_PX - wide - 3, tick.at_px - high / 2, wide, high)
            if place.top() > unit.bottom() and place.bottom() < self.height():
                labels.append((place, tick.text))
        return lines, labels


class TimeStrip(Strip):
    """Time in UTC, along the bottom, with the date of the left edge below it.

    Parameters
    ----------
    canvas : QWidget
        What it lies over.
    ticks : callable
        Gets the length in pixels, returns the ticks; asked whenever they are drawn.
    day : callable
        Returns the date at the left edge.
    """

    def __init__(
        self, canvas: QWidget, ticks: Callable[[float], Sequence[Tick]], day: Callable[[], str]
    ) -> None:
        self._ticks, self._day = ticks, day
        super().__init__(canvas)

    def _within(self, canvas: QSize) -> QRect:
        return QRect(0, max(canvas.height() - TIME_HEIGHT, 0), canvas.width(), TIME_HEIGHT)

    def _marks(self) -> tuple[list[QLineF], list[_Label]]:
        ticks = self._ticks(self.width())
        widths = [self._room_for(tick.text) for tick in ticks]
        spans = [
            (tick.at_px - wide / 2, tick.at_px + wide / 2) for tick, wide in zip(ticks, widths, strict=True)
        ]
        inside = [i for i, (left, right) in enumerate(spans) if left >= 0 and right <= self.width()]
        kept = without_overlap([spans[i] for i in inside], [ticks[i].weight for i in inside])
        day = f"{self._day()} UTC"
        labels = [(QRectF(4, TIME_HEIGHT / 2, self._room_for(day), TIME_HEIGHT / 2), day)]
        for index in (inside[i] for i in kept):
            left, right = spans[index]
            labels.append(
                (QRectF(left, _TICK_PX, right - left, TIME_HEIGHT / 2 - _TICK_PX), ticks[index].text)
            )
        return [QLineF(tick.at_px, 0, tick.at_px, _TICK_PX) for tick in ticks], labels
