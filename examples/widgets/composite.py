"""Three frequencies as red, green and blue."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.composite import CompositeChooser


def make() -> CompositeChooser:
    chooser = CompositeChooser()
    chooser.setFrequencies([18e3, 38e3, 70e3, 120e3, 200e3])
    chooser.showRequested.connect(lambda three: print("red, green, blue:", three))
    return chooser


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
