"""How to train: method, preset, where to start from, and under Advanced every single value."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QStandardItemModel
from qtpy.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from superqt import QCollapsible
from superqt.utils import signals_blocked

from napari_fathom.viewer.advanced import SettingsForm

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.viewer.training_catalogue import Catalogue

__all__ = ["Start", "TrainingForm"]

Start = Literal["scratch", "last"] | Path
"""Where the first weights come from: random, the model in force, or a model's folder."""

_OWN = "As set below"
_STARTS = {
    "scratch": "From scratch",
    "last": "From the last model",
    "file": "From a model folder…",
}


class TrainingForm(QWidget):
    """`value()` is the settings, `start()` where the weights come from.

    Parameters
    ----------
    offered : Catalogue
    """

    valueChanged = Signal(object)

    def __init__(self, offered: "Catalogue[SharedSettings]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets, self._proposed = offered.presets, offered.proposed
        self._label_free = offered.label_free
        self._file: Path | None = None

        self._method = QComboBox()
        for index, (name, about) in enumerate(offered.methods.items()):
            self._method.addItem(about.title, name)
            told = f"{about.advice} ({about.paper})"
            self._method.setItemData(index, told, Qt.ItemDataRole.ToolTipRole)
        self._advice = QLabel()
        self._advice.setWordWrap(True)
        self._preset = QComboBox()
        self._preset.addItems([*offered.presets, _OWN])
        self._preset.setToolTip(
            f"Found: {offered.hardware}. Proposed for it: {self._proposed}. Every value can be changed below."
        )
        self._start = QComboBox()
        for key, words in _STARTS.items():
            self._start.addItem(words, key)
        self._start.setToolTip("What the network's weights are before the first step.")
        self._form: SettingsForm[SharedSettings] = SettingsForm(
            offered.presets[self._proposed], skip=frozenset({"method"}), groups=offered.groups
        )
        self._chosen = self._proposed
        self.reset_button = QPushButton()
        self.reset_button.setToolTip("Take back every change below; the method stays as it is.")
        advanced = QCollapsible("Advanced", expandedIcon="▾", collapsedIcon="▸")
        advanced.addWidget(self.reset_button)
        advanced.addWidget(self._form)
        advanced.collapse(animate=False)

        rows = QFormLayout()
        rows.addRow("Method", self._method)
        rows.addRow(self._advice)
        rows.addRow("Preset", self._preset)
        rows.addRow("Start", self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addWidget(advanced)

        self.setValue(offered.presets[self._proposed])
        self._method.currentIndexChanged.connect(self._method_chosen)
        self._preset.currentTextChanged.connect(self._preset_chosen)
        self._start.activated.connect(self._start_chosen)
        self.reset_button.clicked.connect(lambda: self._preset_chosen(self._chosen))
        self._form.valueChanged.connect(self._edited)

    def value(self) -> "SharedSettings":
        """The settings as shown."""
        return self._form.value()

    @property
    def needs_labels(self) -> bool:
        """Whether the method that is chosen does."""
        return self.needs_labels_for(str(self._method.currentData()))

    def needs_labels_for(self, method: str) -> bool:
        """Whether a method does, also one that made a model."""
        return method not in self._label_free

    def setValue(self, settings: "SharedSettings") -> None:
        """Show these settings; the preset they are of is named."""
        self._form.setValue(settings)
        with signals_blocked(self._method), signals_blocked(self._preset):
            self._method.setCurrentIndex(self._method.findData(settings.method))
            self._show_preset(settings)
        self._advise()

    def start(self) -> Start:
        """`"scratch"`, `"last"`, or the folder of a model."""
        key = self._start.currentData()
        if key == "file" and self._file is not None:
            return self._file
        return "last" if key == "last" else "scratch"

    def set_start(self, start: Start) -> None:
        """Choose where to start from."""
        if isinstance(start, Path):
            self._file = start
            self._start.setItemText(self._start.findData("file"), f"From {start.name}")
        key = "file" if isinstance(start, Path) else start
        self._start.setCurrentIndex(self._start.findData(key))

    def allow_last(self, allowed: bool) -> None:
        """Offer the last model only where there is one."""
        at = self._start.findData("last")
        model = self._start.model()
        item = model.item(at) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setEnabled(allowed)
        if not allowed and self._start.currentIndex() == at:
            self.set_start("scratch")

    def _show_preset(self, settings: "SharedSettings") -> None:
        """Name the preset that is shown, or the one that was changed."""
        name = self._name_of(settings)
        if name in self._presets:
            self._chosen = name
        self._preset.setCurrentText(name)
        self.reset_button.setText(f"Back to {self._chosen}")
        self.reset_button.setEnabled(name not in self._presets)

    def _name_of(self, settings: "SharedSettings") -> str:
        """The preset that these are, whatever the method and the seed."""
        for name, preset in self._presets.items():
            if preset.model_copy(update={"method": settings.method, "seed": settings.seed}) == settings:
                return name
        return _OWN

    def _method_chosen(self) -> None:
        changed = self.value().model_copy(update={"method": str(self._method.currentData())})
        self._form.setValue(changed)
        self._advise()
        self.valueChanged.emit(changed)

    def _preset_chosen(self, name: str) -> None:
        if name in self._presets:
            method = str(self._method.currentData())
            self.setValue(self._presets[name].model_copy(update={"method": method}))
            self.valueChanged.emit(self.value())

    def _edited(self, settings: "SharedSettings") -> None:
        with signals_blocked(self._preset):
            self._show_preset(settings)
        self.valueChanged.emit(settings)

    def _start_chosen(self) -> None:
        if self._start.currentData() != "file":
            return
        folder = QFileDialog.getExistingDirectory(self, "The model's folder (holds model.json)")
        self.set_start(Path(folder) if folder else self._file or "scratch")

    def _advise(self) -> None:
        self._advice.setText(str(self._method.currentData(Qt.ItemDataRole.ToolTipRole) or ""))
