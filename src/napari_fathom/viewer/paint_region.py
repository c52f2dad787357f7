"""Which part of a survey the paint window holds. Pure arithmetic on boxes."""

from napari_fathom.events import Box

__all__ = ["LONGEST_SIDE", "MOST_CELLS", "contains", "paint_box", "paintable"]

MOST_CELLS = 2**24
"""16.8 million cells, such as 2048 × 8192: napari's undo, contour and full refresh stay below a blink."""

LONGEST_SIDE = 16384
"""Beyond this graphics cards make napari thin a labels layer out, and thin strokes vanish."""

MARGIN = 0.5
"""Share of the view that the window reaches beyond it at each side, so that small pans need no reload."""

STEP = 64
"""Windows begin and end at multiples of this where the survey allows."""


def paintable(view: Box) -> bool:
    """Whether a window can cover this view: something of the survey is in it, and not too much."""
    height, width = view[1] - view[0], view[3] - view[2]
    return 0 < height <= LONGEST_SIDE and 0 < width <= LONGEST_SIDE and height * width <= MOST_CELLS


def contains(outer: Box, inner: Box) -> bool:
    """Whether every cell of `inner` is in `outer`."""
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer[2] <= inner[2] and inner[3] <= outer[3]


def paint_box(view: Box, shape: tuple[int, int]) -> Box:
    """The window for a view: the view and as much around it as the budget allows.

    Parameters
    ----------
    view : Box
        Cells on the screen; `paintable`.
    shape : (int, int)
        Rows and pings of the survey.

    Returns
    -------
    Box
        Contains `view`, lies in the survey, at most `MOST_CELLS` cells and `LONGEST_SIDE` a side.

    Raises
    ------
    ValueError
        If the view is not paintable.
    """
    if not paintable(view):
        raise ValueError(f"no paint window can cover {view}")
    for margin in (MARGIN, MARGIN / 4):
        box = _widened(view, margin, shape)
        if paintable(box):
            return box
    return view


def _widened(view: Box, margin: float, shape: tuple[int, int]) -> Box:
    top, bottom = _span(view[0], view[1], margin, shape[0])
    left, right = _span(view[2], view[3], margin, shape[1])
    return (top, bottom, left, right)


def _span(first: int, last: int, margin: float, size: int) -> tuple[int, int]:
    extra = int((last - first) * margin)
    low = (first - extra) // STEP * STEP
    length = (-(-(last - first + 2 * extra) // STEP) + 1) * STEP  # wherever the view lies: see `put_window`
    return max(0, low), min(size, low + length)
