"""How many objects a page of a review has: as many as can be judged at a glance, or as wished for."""

from qtpy.QtWidgets import QSpinBox, QWidget

from napari_fathom.viewer.remembered import recall, remember

__all__ = ["PageSize", "tiles_in_view"]

READABLE = 88
"""Side of a tile on the screen, with its gap, at which small animals can still be told apart."""
_HEADING = 32
_KEY = "review/page_size"
_LEAST, _MOST = 4, 2000


def tiles_in_view(window: tuple[int, int]) -> int:
    """How many readable tiles a window holds below a heading.

    Parameters
    ----------
    window : (int, int)
        Height and width in pixels of the screen.
    """
    height, width = window
    return min(max(_LEAST, (height - _HEADING) // READABLE * (width // READABLE)), _MOST)


class PageSize(QSpinBox):
    """Asks for it, and remembers from one program run to the next what was wished for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, _MOST)
        self.setSpecialValueText("as many as fit")
        self.setToolTip("Objects on one page of the search; 0 shows as many as can be judged in this window")
        self.setValue(_remembered())
        self.valueChanged.connect(lambda value: remember(_KEY, value))

    def size_in(self, window: tuple[int, int]) -> int:
        """Objects of a page in a window of this height and width."""
        return max(_LEAST, self.value()) if self.value() else tiles_in_view(window)


def _remembered() -> int:
    found = recall(_KEY, 0)
    return found if isinstance(found, int) and 0 <= found <= _MOST else 0
