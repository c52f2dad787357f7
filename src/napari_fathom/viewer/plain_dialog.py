"""What a bare npy, npz or mat file doesn't say, asked once in a small dialog."""

from pathlib import Path

from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from napari_fathom.echogram.plain import Axis, PlainOptions, plain_shapes

__all__ = ["PlainDialog", "ask_plain"]

ORDERS: dict[int, tuple[tuple[Axis, ...], ...]] = {
    2: (("range", "ping"), ("ping", "range")),
    3: (
        ("frequency", "range", "ping"),
        ("frequency", "ping", "range"),
        ("range", "ping", "frequency"),
        ("ping", "range", "frequency"),
    ),
}


class PlainDialog(QDialog):
    """Asks for axes, scale, frequencies, range step and ping interval of one array.

    Parameters
    ----------
    path : Path
        The file; its arrays are offered.
    parent : QWidget, optional
        Qt's owner.

    Raises
    ------
    FormatError
        If the file is damaged or holds no array with 2 or 3 axes.
    """

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"What is in {path.name}?")
        self._shapes = plain_shapes(path)
        self.array = QComboBox()
        for name, shape in self._shapes.items():
            self.array.addItem(f"{name or 'array'}  {' × '.join(map(str, shape))}", name)
        self.order = QComboBox()
        self.scale = QComboBox()
        self.scale.addItem("Sv in dB re 1 m⁻¹", "db")
        self.scale.addItem("sv, linear, m⁻¹", "linear")
        self.frequencies = QLineEdit()
        self.frequencies.setPlaceholderText("38, 120")
        self.frequencies.setToolTip("kHz, separated by commas, in the order of the array")
        self.range_step = _number(0.001, 100, 3, 0.1, " m")
        self.interval = _number(0.001, 3600, 3, 1.0, " s")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow("Array", self.array)
        form.addRow("Order of axes", self.order)
        form.addRow("Values are", self.scale)
        form.addRow("Frequencies (kHz)", self.frequencies)
        form.addRow("Height of a range cell", self.range_step)
        form.addRow("Time between pings", self.interval)
        form.addRow(self.message)
        form.addRow(self.buttons)
        self.array.currentIndexChanged.connect(self._offer_orders)
        self.frequencies.textChanged.connect(self._check)
        self.order.currentIndexChanged.connect(self._check)
        self._offer_orders()

    def value(self) -> PlainOptions:
        """What was answered."""
        return PlainOptions(
            axes=self.order.currentData(),
            scale=self.scale.currentData(),
            frequencies_hz=self._hertz(),
            range_step_m=self.range_step.value(),
            ping_interval_s=self.interval.value(),
            variable=self.array.currentData() or None,
        )

    def _shape(self) -> tuple[int, ...]:
        return self._shapes[self.array.currentData()]

    def _offer_orders(self) -> None:
        self.order.clear()
        for order in ORDERS[len(self._shape())]:
            self.order.addItem(", ".join(order), order)
        self._check()

    def _hertz(self) -> tuple[float, ...] | None:
        words = self.frequencies.text().replace(";", ",").split(",")
        try:
            found = tuple(1000 * float(word) for word in words if word.strip())
        except ValueError:
            return None
        return found if found and min(found) > 0 else None

    def _check(self) -> None:
        order = self.order.currentData()
        if order is None:
            return
        wanted = self._shape()[order.index("frequency")] if "frequency" in order else 1
        given = self._hertz()
        fits = given is not None and len(given) == wanted
        plural = "frequency" if wanted == 1 else "frequencies"
        self.message.setText("" if fits else f"Give {wanted} {plural} in kHz, separated by commas.")
        confirm = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if confirm is not None:
            confirm.setEnabled(fits)


def ask_plain(path: Path, parent: QWidget | None = None) -> PlainOptions | None:
    """Ask; None if the user cancelled.

    Raises
    ------
    FormatError
        As for `PlainDialog`.
    """
    dialog = PlainDialog(path, parent)
    return dialog.value() if dialog.exec() == QDialog.DialogCode.Accepted else None


def _number(low: float, high: float, decimals: int, start: float, suffix: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(decimals)
    box.setRange(low, high)
    box.setValue(start)
    box.setSuffix(suffix)
    return box
