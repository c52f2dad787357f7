"""The threshold control: which Sv the ends of the palette stand for."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget
from superqt import QDoubleRangeSlider
from superqt.utils import signals_blocked

from napari_fathom.viewer.palette import DEFAULT_LIMITS_DB, LIMITS_RANGE_DB

__all__ = ["ThresholdControl"]

SMALLEST_SPAN_DB = 1.0


class ThresholdControl(QWidget):
    """Two Sv values in dB, as a slider with two handles and as numbers.

    Parameters
    ----------
    parent : QWidget, optional
        Qt's owner.
    """

    valueChanged = Signal(object)
    """(low, high) in dB re 1 m⁻¹, after a change by hand or by `setValue`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = DEFAULT_LIMITS_DB
        self._low, self._high = (
            self._box("Echoes weaker than this are not shown"),
            self._box("Strongest colour"),
        )
        self._slider = QDoubleRangeSlider(Qt.Orientation.Horizontal)  # type: ignore[no-untyped-call]
        self._slider.setRange(*LIMITS_RANGE_DB)
        self._slider.setSingleStep(1.0)
        self._slider.setToolTip("Threshold and top of the palette, dB re 1 m⁻¹")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._low)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._high)
        self._show()
        self._slider.valueChanged.connect(self.setValue)
        self._low.valueChanged.connect(lambda low: self.setValue((low, self._value[1])))
        self._high.valueChanged.connect(lambda high: self.setValue((self._value[0], high)))

    def value(self) -> tuple[float, float]:
        """(low, high) in dB."""
        return self._value

    def setValue(self, value: tuple[float, float]) -> None:
        """Set both ends, kept in range and at least 1 dB apart."""
        lowest, highest = LIMITS_RANGE_DB
        low = min(max(float(value[0]), lowest), highest - SMALLEST_SPAN_DB)
        high = min(max(float(value[1]), low + SMALLEST_SPAN_DB), highest)
        changed = (low, high) != self._value
        self._value = (low, high)
        self._show()
        if changed:
            self.valueChanged.emit(self._value)

    def _show(self) -> None:
        with signals_blocked(self._low), signals_blocked(self._high), signals_blocked(self._slider):
            self._low.setValue(self._value[0])
            self._high.setValue(self._value[1])
            self._slider.setValue(self._value)

    def _box(self, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(*LIMITS_RANGE_DB)
        box.setDecimals(0)
        box.setSuffix(" dB")
        box.setToolTip(tip)
        box.setKeyboardTracking(False)
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # the slider does what they would
        return box
