"""In which order, and by which pieces, a survey is predicted."""

from napari_fathom.events import Box

__all__ = ["area_tiles", "quarters"]


def area_tiles(region: Box, core: int, step: int, first: Box | None = None) -> list[Box]:
    """Cut a region into tiles that start on multiples of `step`, the visible part first, then outward.

    Parameters
    ----------
    region : Box
        What to cover.
    core : int
        Side of a tile, rounded down to a multiple of `step`, at least one.
    step : int
        Cells on whose multiples tiles start.
    first : Box, optional
        What the user sees; without it, tiles come row by row from the left.

    Returns
    -------
    list of Box
        Inside the region, without overlap, covering it.
    """
    top, bottom, left, right = region
    side = max(core // step, 1) * step
    start_row, start_column = top // step * step, left // step * step
    tiles = [
        (max(row, top), min(row + side, bottom), max(column, left), min(column + side, right))
        for column in range(start_column, right, side)
        for row in range(start_row, bottom, side)
    ]
    if first is None:
        return tiles
    return sorted(tiles, key=lambda tile: (_gap(tile, first), _distance(tile, first)))


def quarters(tile: Box, step: int) -> list[Box]:
    """Cut a tile in four (two, if it is slim) along a multiple of `step`; only itself if it is too small."""
    top, bottom, left, right = tile
    rows, columns = _halves(top, bottom, step), _halves(left, right, step)
    return [(a, b, c, d) for a, b in rows for c, d in columns]


def _halves(start: int, stop: int, step: int) -> list[tuple[int, int]]:
    middle = -(-(start + stop) // (2 * step)) * step
    return [(start, middle), (middle, stop)] if start < middle < stop else [(start, stop)]


def _gap(tile: Box, other: Box) -> int:
    """Steps from one box to the other, along the axis where that is farther; 0 where they overlap."""
    rows = max(other[0] - tile[1] + 1, tile[0] - other[1] + 1, 0)
    columns = max(other[2] - tile[3] + 1, tile[2] - other[3] + 1, 0)
    return max(rows, columns)


def _distance(tile: Box, other: Box) -> int:
    """Twice the distance between two boxes' middles, in city blocks."""
    return abs(sum(tile[:2]) - sum(other[:2])) + abs(sum(tile[2:]) - sum(other[2:]))
