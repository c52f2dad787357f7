"""Grey images as Qt shows them."""

import numpy as np
from numpy.typing import NDArray
from qtpy.QtGui import QImage, QPixmap

__all__ = ["pixmap_of"]


def pixmap_of(grey: NDArray[np.uint8]) -> QPixmap:
    """A picture of grey pixels, shape (h, w), uint8."""
    height, width = grey.shape
    whole = np.ascontiguousarray(grey)
    picture = QImage(whole.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(picture.copy())  # the bytes belong to numpy
