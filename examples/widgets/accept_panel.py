"""What to accept: classes, place, certainty; prints every change."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.accept_panel import AcceptChoice, AcceptPanel


def make() -> AcceptPanel:
    """Return the widget, filled."""
    panel = AcceptPanel()
    panel.setValue(AcceptChoice(None, "view", 0.9))
    panel.valueChanged.connect(print)
    return panel


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
