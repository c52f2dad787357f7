"""One survey in one viewer: its Sv layers, composite and seabed, all in one frame."""

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.viewer._compat import canvas_shape
from napari_fathom.viewer.first_look import FirstLook
from napari_fathom.viewer.layers import Aspect, Frame, ensure_layer, lock, move_survey
from napari_fathom.viewer.lazy_layers import LazyLayers
from napari_fathom.viewer.navigate import fit_survey, look_at, ping_m_for
from napari_fathom.viewer.palette import DEFAULT_LIMITS_DB, LIMITS_RANGE_DB, echosounder_colormap
from napari_fathom.viewer.pyramid import as_layer_data
from napari_fathom.viewer.roles import Role, find_all, tag
from napari_fathom.viewer.rulers import Rulers
from napari_fathom.viewer.sources import CompositeSource, SvSource
from napari_fathom.viewer.track import along_track_m

if TYPE_CHECKING:
    import napari
    from napari.layers import Image, Layer

    from napari_fathom.echogram import Echogram
    from napari_fathom.viewer.pyramid import LazyLevel

__all__ = ["SurveyView"]

COMPOSITE_REST_MS = 150
"""The composite is coloured anew once the threshold has come to rest; the palette follows at once."""

LONGEST = 12.0
"""Pings over rows up to which a survey is first shown whole, stretched over the canvas."""


class SurveyView(QObject):
    """Shows an echogram and keeps everything that lies over it in place.

    Parameters
    ----------
    viewer : napari.Viewer
        Where to show it.
    echogram : Echogram
        What to show.
    parent : QObject, optional
        Qt's owner.
    """

    closing = Signal()
    """The survey is being let go of: last moment to save what belongs to it."""
    frameChanges = Signal()
    """The frame is about to change: whoever holds something in world metres takes it over now."""
    frameChanged = Signal(object)
    """The new `Frame`; layers of this survey have been moved already."""
    limitsChanged = Signal(object)
    """(low, high) in dB."""
    failed = Signal(object)
    """A part of the survey can't be read."""

    def __init__(self, viewer: "napari.Viewer", echogram: "Echogram", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.viewer, self.echogram = viewer, echogram
        self.frame = Frame.of(echogram)
        self.lazy = LazyLayers(self)
        self.lazy.failed.connect(self.failed)
        self._limits = DEFAULT_LIMITS_DB
        self._composite: CompositeSource | None = None
        self._look: FirstLook | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(COMPOSITE_REST_MS)
        self._rest.timeout.connect(self._recolour)
        self.rulers = Rulers(self)

    @property
    def survey(self) -> str:
        """The survey's fingerprint, which tags its layers."""
        return self.echogram.fingerprint

    @property
    def stretch(self) -> float:
        """World metres of a ping over those of a row."""
        return self.frame.ping_m / abs(self.frame.row_m)

    @property
    def limits_db(self) -> tuple[float, float]:
        """What the palette's ends stand for."""
        return self._limits

    def show(self) -> None:
        """Add a layer for each frequency that has none; only the main frequency is visible at first."""
        main = int(np.argmin(np.abs(self.echogram.frequency_hz - self.echogram.main_frequency_hz)))
        fresh = not list(find_all(self.viewer.layers, Role.SV, survey=self.survey))
        for index in [*(i for i in range(len(self.echogram.frequency_hz)) if i != main), main]:
            self.ensure_sv(index, visible=index == main or not fresh)
        if fresh:
            self._look = FirstLook(self.viewer, self._first_look, self)

    def ensure_sv(self, frequency: int, *, visible: bool = True) -> "Layer":
        """The layer of one frequency (an index), made again where the user deleted it."""
        hertz = float(self.echogram.frequency_hz[frequency])

        def make() -> "Layer":
            return self.lazy.build(
                SvSource(self.echogram, frequency),
                self.stretch,
                lambda levels: self._sv_layer(levels, hertz, visible),
            )

        return ensure_layer(self.viewer, Role.SV, self.survey, make, frequency_hz=hertz)

    def show_composite(self, frequencies: tuple[int, int, int]) -> "Layer":
        """Show three frequencies (indices) as red, green and blue instead of a single one.

        A former composite is replaced; the frequencies' own layers are hidden, for they would shine through.
        """
        for former in list(find_all(self.viewer.layers, Role.COMPOSITE, survey=self.survey)):
            former.locked = False
            self.viewer.layers.remove(former)
        source = self._composite = CompositeSource(self.echogram, frequencies, self._limits)
        layer = self.lazy.build(
            source, self.stretch, lambda levels: self._composite_layer(levels, frequencies)
        )
        for single in self._sv_layers():
            single.visible = False
        top_sv = max((self.viewer.layers.index(sv) for sv in self._sv_layers()), default=-1)
        self.viewer.add_layer(layer)
        self.viewer.layers.move(self.viewer.layers.index(layer), top_sv + 1)
        return layer

    def set_limits(self, limits_db: tuple[float, float]) -> None:
        """Let the palette, and the composite's brightness, run between two Sv values in dB."""
        if limits_db == self._limits:
            return
        self._limits = limits_db
        for layer in self._sv_layers():
            layer.contrast_limits = limits_db
        if self._composite is not None:
            self._rest.start()
        self.limitsChanged.emit(limits_db)

    def set_aspect(self, aspect: Aspect) -> None:
        """Choose how long a ping is drawn; see `navigate.ping_m_for`."""
        self.set_ping_m(self._ping_m(aspect))

    def set_ping_m(self, ping_m: float) -> None:
        """Draw every ping `ping_m` metres long, in all layers of this survey at once."""
        if self._look is not None:
            self._look.stop()
        self._stretch(ping_m)

    def _ping_m(self, aspect: Aspect) -> float:
        sailed = along_track_m(self.echogram.latitude, self.echogram.longitude)
        return ping_m_for(aspect, self.frame, sailed, canvas_shape(self.viewer))

    def _stretch(self, ping_m: float) -> None:
        self.frameChanges.emit()
        self.frame = self.frame.with_ping_m(ping_m)
        move_survey(self.viewer.layers, self.survey, self.frame)
        self.lazy.restretch(self.stretch)
        self.frameChanged.emit(self.frame)
        fit_survey(self.viewer, self.frame)

    def close(self) -> None:
        """Stop reading behind the screen; the layers stay as they are."""
        self.closing.emit()
        self._rest.stop()
        if self._look is not None:
            self._look.stop()
        self.rulers.close()
        self.lazy.close()

    def _first_look(self) -> None:
        """Fill the canvas with a short survey; show the beginning of a long one at its full depth."""
        if self.frame.pings > LONGEST * self.frame.rows:
            height, width = canvas_shape(self.viewer)
            pings = int(self.frame.rows * width / max(height, 1))
            look_at(self.viewer, self.frame, (0, self.frame.rows, 0, min(pings, self.frame.pings)))
        else:
            self._stretch(self._ping_m("fill"))

    def _recolour(self) -> None:
        if self._composite is not None:
            self._composite.limits_db = self._limits
            for layer in find_all(self.viewer.layers, Role.COMPOSITE, survey=self.survey):
                self.lazy.forget(layer)

    def _sv_layers(self) -> "list[Image]":
        return list(find_all(self.viewer.layers, Role.SV, survey=self.survey))

    def _sv_layer(self, levels: "list[LazyLevel]", hertz: float, visible: bool) -> "Image":
        from napari.layers import Image

        layer = Image(
            **as_layer_data(levels),
            name=f"{hertz / 1000:g} kHz",
            colormap=echosounder_colormap(),
            contrast_limits=self._limits,
            interpolation2d="nearest",
            visible=visible,
            metadata=tag(Role.SV, self.survey, frequency_hz=hertz, source=str(self.echogram.path)),
            **self.frame.placement(),
        )
        layer.contrast_limits_range = LIMITS_RANGE_DB
        return lock(layer)

    def _composite_layer(self, levels: "list[LazyLevel]", frequencies: tuple[int, int, int]) -> "Image":
        from napari.layers import Image

        names = " ".join(f"{self.echogram.frequency_hz[index] / 1000:g}" for index in frequencies)
        layer = Image(
            **as_layer_data(levels),
            rgb=True,
            name=f"composite {names} kHz",
            interpolation2d="nearest",
            metadata=tag(Role.COMPOSITE, self.survey, frequencies=list(frequencies)),
            **self.frame.placement(),
        )
        return lock(layer)
