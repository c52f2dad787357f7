"""A form for any settings model: here that of the simulation."""

from qtpy.QtWidgets import QApplication

from napari_fathom.echogram.simulate import SimulationSettings
from napari_fathom.viewer.advanced import SettingsForm


def make() -> SettingsForm[SimulationSettings]:
    """Return the widget, filled."""
    form = SettingsForm(SimulationSettings())
    form.valueChanged.connect(print)
    return form


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
