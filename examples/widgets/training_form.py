"""Method, preset, start and every value under Advanced; prints every change."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.training_catalogue import for_surveys
from napari_fathom.viewer.training_form import TrainingForm


def make() -> TrainingForm:
    """Return the widget, filled."""
    form = TrainingForm(for_surveys())
    form.valueChanged.connect(print)
    return form


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
