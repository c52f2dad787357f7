"""Between labels on the grid and regions in time and depth, both ways."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import Component, ReadLabels, stream_components
from napari_fathom.echogram.coordinates import (
    Coordinates,
    Depths,
    Grid,
    Times,
    check_grid,
    ping_edges,
    range_edges,
    sense,
    transducer_depth,
)
from napari_fathom.echogram.evr import Region, RegionType
from napari_fathom.echogram.rings import simple_pieces, trace
from napari_fathom.events import Box
from napari_fathom.names import folded

__all__ = ["LABELLING", "mask_to_regions", "match_names", "regions_to_mask", "trace_regions"]

_BAD = (RegionType.BAD_NO_DATA, RegionType.BAD_EMPTY_WATER)
LABELLING = (RegionType.ANALYSIS, RegionType.FISH_TRACK)
"""Regions whose classification labels the cells inside."""


def mask_to_regions(
    read: ReadLabels, grid: Grid, class_names: Mapping[int, str], *, smallest_cells: int = 1
) -> Iterator[Region]:
    """Outline every patch of every named class.

    Outlines follow the borders between cells (half-way between pings in time, half-way between ranges, each
    at its own ping's transducer depth), so that `regions_to_mask` on the same grid gives the same labels
    back. A patch with holes becomes several regions that share a border; see `rings.simple_pieces`.

    Parameters
    ----------
    read : callable
        Box → uint8 labels of the survey.
    grid : Grid
        The survey's coordinates.
    class_names : mapping of int to str
        The classes wanted and what Echoview shall call them; other values are left out.
    smallest_cells : int
        Patches of fewer cells are left out.
    """
    for _, regions in trace_regions(read, grid, class_names, smallest_cells=smallest_cells):
        yield from regions


def trace_regions(
    read: ReadLabels, grid: Grid, class_names: Mapping[int, str], *, smallest_cells: int = 1
) -> Iterator[tuple[int, tuple[Region, ...]]]:
    """Do what `mask_to_regions` does and say after each slab how many pings are done."""
    shape = check_grid(grid)
    outlines = _Outlines(grid, class_names)
    for slab in stream_components(read, shape, class_names.keys()):
        large = [part for part in slab.components if part.mask.sum() >= smallest_cells]
        yield slab.pings_done, tuple(region for part in large for region in outlines.of(part))


class _Outlines:
    """Numbers regions as they come and keeps the borders at hand."""

    def __init__(self, grid: Grid, class_names: Mapping[int, str]) -> None:
        self._depth_of_ping = transducer_depth(grid)
        self._times = ping_edges(grid.ping_time)
        self._from_transducer = sense(grid) * range_edges(grid.range_m)
        self._class_names = class_names
        self._patches = dict.fromkeys(class_names, 0)
        self._regions = 0

    def of(self, part: Component) -> Iterator[Region]:
        """Yield the regions that together are one patch."""
        self._patches[part.value] += 1
        class_name = self._class_names[part.value]
        patch = f"{class_name} {self._patches[part.value]}"
        pieces = list(simple_pieces(part.mask))
        for number, (top, left, piece) in enumerate(pieces, start=1):
            self._regions += 1
            name, notes = _name_piece(patch, number, len(pieces))
            time, depth_m = self._polygon(trace(piece) + np.array([part.box[0] + top, part.box[2] + left]))
            yield Region(time, depth_m, class_name, name, self._regions, notes=notes)

    def _polygon(self, ring: NDArray[np.int64]) -> tuple[Times, Depths]:
        """Place a walk along cell borders in time and depth.

        Each step along the top or bottom of a cell lies at that ping's own depth; where the transducer moves
        from one ping to the next, the polygon gets a step at the border between them.
        """
        following = np.roll(ring, -1, axis=0)
        level = ring[:, 0] == following[:, 0]
        row, begin, end = ring[level, 0], ring[level, 1], following[level, 1]
        depth = self._from_transducer[row] + self._depth_of_ping[np.minimum(begin, end)]
        time = self._times[np.stack([begin, end], axis=1).ravel()]
        return _without_idle_points(time, np.repeat(depth, 2))


def _name_piece(patch: str, number: int, pieces: int) -> tuple[str, tuple[str, ...]]:
    if pieces == 1:
        return patch, ()
    note = f"Part {number} of {pieces} of {patch}, cut through its holes to keep them."
    return f"{patch} part {number}", (note,)


def _without_idle_points(time: Times, depth: Depths) -> tuple[Times, Depths]:
    """Drop points in the middle of a straight line along time or depth."""
    while True:
        before_time, after_time = np.roll(time, 1), np.roll(time, -1)
        before_depth, after_depth = np.roll(depth, 1), np.roll(depth, -1)
        idle = ((time == before_time) & (time == after_time)) | (
            (depth == before_depth) & (depth == after_depth)
        )
        idle |= (time == after_time) & (depth == after_depth)
        if not idle.any():
            return time, depth
        time, depth = time[~idle], depth[~idle]


def match_names(
    found: Iterable[str], class_values: Mapping[str, int]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Match class names of a file to the survey's, whatever their case and outer blanks.

    Returns
    -------
    matched : dict of str to int
        Name as found → class value.
    unmatched : tuple of str
        Names that no class has, in the order found.
    """
    known = {folded(name): value for name, value in class_values.items()}
    names = list(dict.fromkeys(found))
    matched = {name: known[folded(name)] for name in names if folded(name) in known}
    return matched, tuple(name for name in names if name not in matched)


def regions_to_mask(
    regions: Sequence[Region], grid: Grid, class_values: Mapping[str, int], box: Box | None = None
) -> NDArray[np.uint8]:
    """Paint regions on the grid as partial labels: what no region says stays 0.

    A cell is inside if its centre is: ping time for time, transducer depth and range for depth (even-odd
    rule, left and upper borders inclusive). Analysis regions and fish tracks label; later ones in the file
    win. Regions of bad data then take labels away, whatever their order. Markers do nothing.

    Parameters
    ----------
    regions : sequence of Region
    grid : Grid
    class_values : mapping of str to int
        Class name → value; regions of other classes do nothing. Names are compared as in `match_names`.
    box : Box, optional
        The part wanted; the whole survey if not given.

    Returns
    -------
    ndarray of uint8, shape (bottom - top, right - left)
    """
    ranges, pings = check_grid(grid)
    top, bottom, left, right = box or (0, ranges, 0, pings)
    values, _ = match_names((region.class_name for region in regions), class_values)
    window = Coordinates(
        grid.range_m,
        grid.ping_time[left:right].astype("datetime64[ns]"),
        transducer_depth(grid)[left:right],
        grid.upward,
    )
    mask = np.zeros((ranges, right - left), np.uint8)
    for region in regions:
        if region.region_type in LABELLING and region.class_name in values:
            _paint(mask, region, values[region.class_name], window)
    for region in regions:
        if region.region_type in _BAD:
            _paint(mask, region, 0, window)
    return mask[top:bottom]


def _paint(mask: NDArray[np.uint8], region: Region, value: int, window: Grid) -> None:
    ping, shallow, deep = _crossings(region, window.ping_time)
    if not len(ping):
        return
    transducer = window.transducer_depth_m[ping]
    near, far = (deep, shallow) if window.upward else (shallow, deep)
    top = np.searchsorted(window.range_m, sense(window) * (near - transducer))
    bottom = np.searchsorted(window.range_m, sense(window) * (far - transducer))
    first, last = int(ping.min()), int(ping.max()) + 1
    # +1 where an interval begins and −1 where it ends; their running sum counts the intervals a cell is in
    steps = np.zeros((len(window.range_m) + 1, last - first), np.int32)
    np.add.at(steps, (top, ping - first), 1)
    np.add.at(steps, (bottom, ping - first), -1)
    mask[:, first:last][np.cumsum(steps[:-1], axis=0) > 0] = value


def _crossings(region: Region, ping_time: Times) -> tuple[NDArray[np.int64], Depths, Depths]:
    """Depth intervals in which pings run inside the polygon: ping index, shallow end, deep end."""
    following_time, following_depth = np.roll(region.time, -1), np.roll(region.depth_m, -1)
    first = np.searchsorted(ping_time, np.minimum(region.time, following_time))
    last = np.searchsorted(ping_time, np.maximum(region.time, following_time))
    counts = last - first
    side = np.repeat(np.arange(len(counts)), counts)
    ping = np.arange(len(side)) + np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    share = (ping_time[ping] - region.time[side]) / (following_time[side] - region.time[side])
    depth = region.depth_m[side] + share * (following_depth[side] - region.depth_m[side])
    order = np.lexsort((depth, ping))
    ping, depth = ping[order], depth[order]
    return ping[::2], depth[::2], depth[1::2]
