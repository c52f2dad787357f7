"""What a bare array doesn't say, asked in a dialog."""

import tempfile
from pathlib import Path

import numpy as np
from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.plain_dialog import PlainDialog


def make() -> PlainDialog:
    path = Path(tempfile.mkdtemp()) / "sv.npy"
    np.save(path, np.zeros((2, 300, 500), np.float32))
    dialog = PlainDialog(path)
    dialog.accepted.connect(lambda: print(dialog.value()))
    return dialog


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
