"""Which classes an export holds, and how its NASC table is gathered."""

from qtpy.QtWidgets import QApplication

from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.viewer.export_options import ExportOptionsPanel


def make() -> ExportOptionsPanel:
    panel = ExportOptionsPanel()
    panel.setClasses(DEFAULT_CLASSES)
    panel.nasc.show()
    panel.valueChanged.connect(print)
    return panel


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
