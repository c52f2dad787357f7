"""Choose, name, colour and key the classes."""

from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.class_editor import ClassEditor


def make() -> ClassEditor:
    editor = ClassEditor()
    editor.setCounts({1: 12_345, 2: 678})
    editor.selectedChanged.connect(lambda value: print("paint with class", value))
    editor.valueChanged.connect(lambda classes: print("classes:", ", ".join(classes.names)))
    return editor


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
