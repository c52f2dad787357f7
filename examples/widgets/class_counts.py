"""Painted pixels of each class, as the Train tab shows them."""

from qtpy.QtWidgets import QApplication

from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.viewer.class_counts import ClassCounts


def make() -> ClassCounts:
    """Return the widget, filled."""
    counts = ClassCounts()
    counts.setValue(DEFAULT_CLASSES, {1: 12_500, 2: 310, 3: 0})
    return counts


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
