"""How long a ping is drawn: three ready choices and a number."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPushButton, QWidget
from superqt.utils import signals_blocked

from napari_fathom.viewer.layers import Aspect

__all__ = ["AspectBar"]

CHOICES: tuple[tuple[Aspect, str, str], ...] = (
    ("pixels", "Square", "Cells are square on the screen"),
    ("metric", "Metric", "A metre along the track is as long as a metre of depth (needs positions)"),
    ("fill", "Fill", "The whole survey fills the canvas"),
)


class AspectBar(QWidget):
    """Metres that a ping takes on the along-track axis.

    Parameters
    ----------
    parent : QWidget, optional
        Qt's owner.
    """

    valueChanged = Signal(float)
    """Metres a ping, set by hand."""
    aspectChosen = Signal(str)
    """`pixels`, `metric` or `fill`; whoever knows the survey answers with `setValue`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[str, QPushButton] = {}
        for aspect, text, tip in CHOICES:
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, chosen=aspect: self.aspectChosen.emit(chosen))
            layout.addWidget(button)
            self.buttons[aspect] = button
        self._metres = QDoubleSpinBox()
        self._metres.setDecimals(5)
        self._metres.setRange(1e-5, 1e4)
        self._metres.setSuffix(" m/ping")
        self._metres.setToolTip("How many metres one ping takes along the track on the screen")
        self._metres.setKeyboardTracking(False)
        self._metres.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # they would cut the number
        self._metres.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self._metres.valueChanged.connect(self.valueChanged)
        layout.addWidget(self._metres, 1)

    def value(self) -> float:
        """Metres a ping."""
        return float(self._metres.value())

    def setValue(self, metres: float) -> None:
        """Show another value; tells nobody."""
        with signals_blocked(self._metres):
            self._metres.setValue(metres)
