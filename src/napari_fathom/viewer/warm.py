"""What napari prepares at its first use, prepared off the GUI thread while files are read anyway."""

from functools import cache

import numpy as np

__all__ = ["warm_label_colours"]


@cache
def warm_label_colours() -> None:
    """Have napari compile how labels become colours; that takes seconds, in which a window would stand."""
    from napari_fathom.labels import DEFAULT_CLASSES
    from napari_fathom.viewer.paint_layers import class_colormap

    colours = class_colormap(DEFAULT_CLASSES)
    for dtype in (np.uint8, np.uint16):
        colours.map(np.zeros((1, 1), dtype))
