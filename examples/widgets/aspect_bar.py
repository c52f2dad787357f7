"""How long a ping is drawn."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.aspect_bar import AspectBar


def make() -> AspectBar:
    bar = AspectBar()
    bar.setValue(1.5)
    bar.valueChanged.connect(lambda metres: print(metres, "m a ping"))
    bar.aspectChosen.connect(lambda aspect: print("the survey should be drawn:", aspect))
    return bar


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
