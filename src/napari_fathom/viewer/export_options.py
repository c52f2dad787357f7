"""What an export holds besides its format: which classes, and how a NASC table is gathered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QFormLayout, QVBoxLayout, QWidget
from superqt.utils import signals_blocked

from napari_fathom.study.jobs.nasc_table import NascOptions
from napari_fathom.viewer.advanced import SettingsForm

if TYPE_CHECKING:
    from napari_fathom.labels import ClassInfo

__all__ = ["ExportOptions", "ExportOptionsPanel"]


@dataclass(frozen=True)
class ExportOptions:
    """As `export_job` takes them.

    Parameters
    ----------
    classes : tuple of int or None
        Class values; None for all that suit the format.
    nasc : NascOptions
        For the NASC table.
    """

    classes: tuple[int, ...] | None = None
    nasc: NascOptions = field(default_factory=NascOptions)


class ExportOptionsPanel(QWidget):
    """A box for each class, behind a box that asks for them; and the NASC table's intervals and layers.

    Parameters
    ----------
    parent : QWidget, optional
        Qt's owner.
    """

    valueChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choose = QCheckBox("Only some")
        self.choose.setToolTip(
            "Without it all are written, but background is left out of NASC and of an answer's regions, where"
            " it would be nearly everything"
        )
        self.boxes: dict[int, QCheckBox] = {}
        self._rows = QWidget()
        self._column = QVBoxLayout(self._rows)
        self._column.setContentsMargins(20, 0, 0, 0)
        self._rows.hide()
        self.nasc: SettingsForm[NascOptions] = SettingsForm(NascOptions())
        self.nasc.hide()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        for part in (self.choose, self._rows, self.nasc):
            form.addRow(part)
        self.choose.toggled.connect(self._rows.setVisible)
        self.choose.toggled.connect(self._tell)
        self.nasc.valueChanged.connect(self._tell)

    def value(self) -> ExportOptions:
        """What is chosen."""
        ticked = tuple(value for value, box in self.boxes.items() if box.isChecked())
        return ExportOptions(ticked if self.choose.isChecked() else None, self.nasc.value())

    def setValue(self, options: ExportOptions) -> None:
        """Show a choice; tells nobody."""
        with signals_blocked(self):
            self.choose.setChecked(options.classes is not None)
            for value, box in self.boxes.items():
                box.setChecked(options.classes is None or value in options.classes)
            self.nasc.setValue(options.nasc)

    def setClasses(self, classes: "Iterable[ClassInfo]") -> None:
        """Offer these classes; those that were there before keep their tick."""
        former = {value: box.isChecked() for value, box in self.boxes.items()}
        for box in self.boxes.values():
            self._column.removeWidget(box)
            box.deleteLater()
        self.boxes = {}
        for item in classes:
            box = self.boxes[item.value] = QCheckBox(item.name)
            box.setChecked(former.get(item.value, True))
            box.toggled.connect(self._tell)
            self._column.addWidget(box)

    def _tell(self) -> None:
        self.valueChanged.emit(self.value())
