"""The axes of a survey on the canvas: depth at the left, time along the bottom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from napari_fathom.viewer._compat import camera_of, canvas_shape, canvas_widget, grid_of, unwrapped
from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.remembered import recall, remember
from napari_fathom.viewer.roles import survey_of
from napari_fathom.viewer.rulers_strips import DepthStrip, Strip, Theme, TimeStrip
from napari_fathom.viewer.rulers_ticks import PingClock, Tick, depth_ticks

if TYPE_CHECKING:
    import napari

    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["Rulers"]

MEMORY = "rulers"


class Rulers(QObject):
    """Draws a survey's axes over the canvas, and keeps them in step with the camera.

    Depth is below the surface, for the median depth of the transducer, as the layers are placed; the readout
    of the cursor tells each ping's own. Off where the canvas shows no plain echogram: another survey's or no
    layers, three dimensions, napari's grid.

    Parameters
    ----------
    view : SurveyView
        The survey as it is shown.
    """

    wantedChanged = Signal(bool)
    """Whether the user wants them."""

    def __init__(self, view: "SurveyView") -> None:
        super().__init__(view)
        self._view = view
        self._clock = PingClock(view.echogram.ping_time)
        self._wanted = bool(recall(MEMORY, True))
        self.strips: tuple[Strip, ...] = ()
        """Depth and time; none in a viewer without a window."""
        canvas = canvas_widget(unwrapped(view.viewer))
        if canvas is not None:
            self.strips = (
                DepthStrip(canvas, self.depth_ticks),
                TimeStrip(canvas, self.time_ticks, self._first_day),
            )
            canvas.destroyed.connect(self._forget)
            self._connect(True)
            self._recolour()
        self._decide()

    @property
    def wanted(self) -> bool:
        """Whether the user wants them; remembered from one program run to the next."""
        return self._wanted

    def want(self, wanted: bool) -> None:
        """Show them or not, from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            remember(MEMORY, wanted)
            self._decide()
            self.wantedChanged.emit(wanted)

    def depth_ticks(self, length_px: float) -> Sequence[Tick]:
        """What the depth axis shows over the canvas' height, in pixels."""
        frame = self._view.frame
        (top, _), (bottom, _) = self._corners()
        edges = frame.to_world(-0.5, 0.0)[0], frame.to_world(frame.rows - 0.5, 0.0)[0]
        return depth_ticks(top, bottom, length_px, (min(edges), max(edges)))

    def time_ticks(self, length_px: float) -> Sequence[Tick]:
        """What the time axis shows over the canvas' width, in pixels."""
        first, last = self._pings()
        return self._clock.ticks(first, last, length_px)

    def close(self) -> None:
        """Take them away."""
        if self.strips:
            self._connect(False)
            for strip in self.strips:
                strip.hide()
                strip.deleteLater()
            self.strips = ()

    def _first_day(self) -> str:
        return self._clock.day_at(self._pings()[0])

    def _pings(self) -> tuple[float, float]:
        (top, left), (_, right) = self._corners()
        frame: Frame = self._view.frame
        return frame.to_cells((top, left))[1], frame.to_cells((top, right))[1]

    def _corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """World (depth, along-track) of the canvas' corners, upper left and lower right."""
        camera, (height, width) = camera_of(self._view.viewer), canvas_shape(self._view.viewer)
        depth, along = camera.center[-2:]
        down, across = height / camera.zoom / 2, width / camera.zoom / 2
        return (depth - down, along - across), (depth + down, along + across)

    def _decide(self, event: Any = None) -> None:
        shown = self._wanted and self._plain()
        for strip in self.strips:
            strip.setVisible(shown)

    def _plain(self) -> bool:
        viewer = self._view.viewer
        dims = viewer.dims
        return (
            dims.ndisplay == 2
            and dims.order == tuple(range(dims.ndim))
            and not grid_of(viewer).enabled
            and any(survey_of(layer) == self._view.survey for layer in viewer.layers)
        )

    def _renew(self, event: Any = None) -> None:
        for strip in self.strips:
            strip.renew()

    def _recolour(self, event: Any = None) -> None:
        theme = _theme_of(self._view.viewer)
        for strip in self.strips:
            strip.setTheme(theme)

    def _connect(self, on: bool) -> None:
        viewer, camera = self._view.viewer, camera_of(self._view.viewer)
        for emitter, callback in (
            (camera.events.center, self._renew),
            (camera.events.zoom, self._renew),
            (self._view.frameChanged, self._renew),
            (viewer.events.theme, self._recolour),
            (grid_of(viewer).events.enabled, self._decide),
            (viewer.dims.events.ndisplay, self._decide),
            (viewer.dims.events.order, self._decide),
            (viewer.layers.events.inserted, self._decide),
            (viewer.layers.events.removed, self._decide),
        ):
            (emitter.connect if on else emitter.disconnect)(callback)

    def _forget(self) -> None:
        """The canvas has gone, and the strips with it."""
        self.strips = ()


def _theme_of(viewer: "napari.Viewer") -> Theme:
    from napari.utils.theme import get_theme

    theme = get_theme(viewer.theme)
    return Theme(ink=theme.text.as_rgb_tuple()[:3], ground=theme.background.as_rgb_tuple()[:3])
