"""Which Sv the ends of the palette stand for."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.threshold import ThresholdControl


def make() -> ThresholdControl:
    control = ThresholdControl()
    control.valueChanged.connect(lambda ends: print("from {:.0f} to {:.0f} dB".format(*ends)))
    return control


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
