"""Live curves of a training: each loss against the step, and kappa on held-out strokes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyqtgraph as pg
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QGraphicsItem, QVBoxLayout, QWidget

from napari_fathom.events import Epoch, Event, Step
from napari_fathom.viewer.rulers_ticks import nice_step

__all__ = ["CurveData", "TrainingCurves"]

_REDRAW_MS = 500
_HEIGHT = 230  # leaves room for the buttons in a window of 800 pixels
_INK = "#9a9a9a"  # napari's themes are style sheets, which a plot doesn't see; this is read on dark and light
_POINTS = 400  # a line in a dock is some 300 pixels wide
# Okabe and Ito's colours: told apart by people with any colour vision, and on dark and light ground
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00")


@dataclass
class CurveData:
    """The points of one training; a long one is thinned by averaging neighbours, so memory stays bounded.

    A training of several stages, such as learning to see before learning classes, counts each from 1: their
    curves follow each other, and a loss of the same name in another stage is another line.
    """

    losses: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    kappa: list[tuple[float, float]] = field(default_factory=list)
    step: int = 0
    stage: int = 1
    _before: int = 0
    _lines: dict[str, str] = field(default_factory=dict)

    def add(self, event: Event[Any]) -> None:
        """Take up a Step's losses or an Epoch's kappa; other events are not ours."""
        if isinstance(event, Step):
            if self._before + event.step <= self.step:
                self._begin_stage()
            self.step = self._before + event.step
            self._add_losses(event.losses)
        elif isinstance(event, Epoch):
            if not self.step:  # a job that tells epochs only
                self._add_losses(event.losses, at=event.epoch)
            if event.kappa is not None:
                self.kappa.append((float(self.step or event.epoch), event.kappa))

    def frame(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ends of the step axis and of the loss axis: round numbers, which seldom change."""
        points = [point for line in self.losses.values() for point in line]
        if not points:
            return (0.0, 1.0), (0.0, 1.0)
        low, high = min(y for _, y in points), max(y for _, y in points)
        step = nice_step(max((high - low) / 2, abs(high) / 100, 1e-6))
        return (
            (0.0, nice_step(max(x for x, _ in points))),
            (step * math.floor(low / step), step * (math.floor(high / step) + 1)),
        )

    def _begin_stage(self) -> None:
        self.stage += 1
        self._before = self.step
        self._lines.clear()

    def _add_losses(self, losses: Mapping[str, float], at: int | None = None) -> None:
        x = float(self.step if at is None else at)
        for name, value in losses.items():
            if math.isfinite(value):
                known = name in self.losses
                line = self._lines.setdefault(name, f"{name} ({self.stage})" if known else name)
                points = self.losses.setdefault(line, [])
                points.append((x, value))
                if len(points) > 2 * _POINTS:
                    self.losses[line] = _halved(points)


class TrainingCurves(QWidget):
    """Two small plots, one above the other, sharing the step axis.

    `clear()` before a new training, `add(event)` for each event; they redraw a few times a second at most.
    They are hidden while there is no loss to draw: not every method learns in steps. So is the plot of kappa
    while nothing has been judged: not every method answers in classes while it learns.

    Parameters
    ----------
    judged_by : str
        What is held out: strokes, images.
    """

    def __init__(self, judged_by: str = "strokes", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = CurveData()
        self._canvas = pg.GraphicsLayoutWidget()
        self._canvas.setFixedHeight(_HEIGHT)
        self._canvas.setBackground(None)
        self._loss = self._plot(0, "loss")
        self._kappa = self._plot(1, "kappa")
        self._loss.addLegend(offset=(-5, 5), labelTextColor=_INK, colCount=2)
        self._kappa.setYRange(0, 1)
        self._kappa.setXLink(self._loss)
        for plot in (self._loss, self._kappa):
            plot.setLabel("bottom", "step", color=_INK)
        self._canvas.setToolTip(
            f"Above: each loss of the method. Below, once there is one: Cohen's kappa on the {judged_by}"
            "\nthat were held out, 1 = all as you labelled them, 0 = no better than chance."
        )
        self._lines: dict[str, Any] = {}
        self._kappa_line = self._kappa.plot(pen=pg.mkPen("#009e73", width=2), symbol="o", symbolSize=5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._canvas)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._redraw)
        self.hide()

    def value(self) -> CurveData:
        """The points that are shown."""
        return self._data

    def clear(self) -> None:
        """Empty both plots."""
        self._data = CurveData()
        for line in self._lines.values():
            self._loss.removeItem(line)
        self._lines.clear()
        self.hide()
        self._redraw()

    def add(self, event: Event[Any]) -> None:
        """Take up an event; drawn with the next redraw."""
        self._data.add(event)
        self.setVisible(bool(self._data.losses))
        if not self._timer.isActive():
            self._timer.start()

    def _plot(self, row: int, name: str) -> Any:
        plot = self._canvas.addPlot(row=row, col=0)
        plot.setLabel("left", name, color=_INK)
        plot.showGrid(y=True, alpha=0.2)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        for side in ("left", "bottom"):
            plot.getAxis(side).setTextPen(_INK)
            # drawing an axis takes longer than all curves: it is kept as a picture until its ends change
            plot.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        plot.getAxis("left").setWidth(52)
        return plot

    def _redraw(self) -> None:
        for name, points in self._data.losses.items():
            if name not in self._lines:
                colour = _COLOURS[len(self._lines) % len(_COLOURS)]
                self._lines[name] = self._loss.plot(pen=pg.mkPen(colour, width=1.5), name=name)
            self._lines[name].setData(*_columns(points))
        self._kappa_line.setData(*_columns(self._data.kappa))
        judged = bool(self._data.kappa)
        self._kappa.setVisible(judged)
        self._loss.showLabel("bottom", not judged)  # once is enough
        steps, losses = self._data.frame()
        self._loss.setRange(xRange=steps, yRange=losses, padding=0)


def _halved(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    pairs = zip(points[::2], points[1::2], strict=False)
    return [((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in pairs]


def _columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
