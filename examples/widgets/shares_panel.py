"""The estimated class shares, with the evidence and the switch; prints every choice."""

from qtpy.QtWidgets import QApplication

from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.viewer.shares_panel import SharesPanel, SharesView


def make() -> SharesPanel:
    """Return the widget, filled."""
    panel = SharesPanel()
    view = SharesView(
        tuple(DEFAULT_CLASSES), (0.34, 0.33, 0.33), (0.985, 0.01, 0.005), True, "An example's own words."
    )
    panel.setValue(view)
    panel.choiceChanged.connect(print)
    return panel


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
