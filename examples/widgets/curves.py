"""The curves of a training, fed with the events of one that was made up."""

from qtpy.QtWidgets import QApplication

from napari_fathom.events import Epoch, Step
from napari_fathom.viewer.curves import TrainingCurves


def make() -> TrainingCurves:
    """Return the widget, filled."""
    curves = TrainingCurves()
    for epoch in range(1, 11):
        for step in range(20):
            number = 20 * (epoch - 1) + step + 1
            curves.add(Step(number, 200, {"clustering": 5 / number**0.3, "segmentation": 1.1 / number**0.5}))
        curves.add(Epoch(epoch, 10, kappa=1 - 1 / (1 + epoch / 2)))
    return curves


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
