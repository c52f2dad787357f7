"""Painted areas grown over the connected cells that resemble them: a stroke tells of its school.

A stroke is three cells wide, its school hundreds of cells large, and what is left of the school unpainted
would be taught as the rest of the sea. Whoever paints has said more than that.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_fathom.events import Box
from napari_fathom.learning.field import Field, LabelField, read_window
from napari_fathom.learning.holdout import HeldOut

__all__ = ["UNSURE", "Growth", "dissimilarity_db", "region", "smooth_db"]

UNSURE = 255
"""Value of cells that may belong to a painted area: neither its class nor the rest of the sea."""

_FEWEST = 9  # painted cells; a smaller area is no fair sample of what it lies in
_REACH = 48  # cells that an area may grow to each side
_RIM = 3.0  # times as common as what an area grows over is what it is unsure of
_EDGE = 3  # cells around an area that it may be unsure of; farther out a layer begins, not an edge
_MOST_DB = 4.5, 6.0  # beyond these a cell resembles nothing, however rare the like of it; area, rim
_SAMPLES, _SAMPLE_SIDE = 64, 32  # patches of the survey that say how common something is
_BLOCK = 256  # side of the blocks by which areas are found

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
_CONNECTED = np.ones((3, 3), bool)


def smooth_db(decibels: Floats) -> Floats:
    """Mean of 3 × 3 cells in the linear domain, over those that were measured.

    Parameters
    ----------
    decibels : array of float32, shape (channels, h, w)

    Returns
    -------
    array of float32, same shape
        NaN where the cell itself was not measured.
    """
    measured = np.isfinite(decibels)
    linear = np.where(measured, 10.0 ** (np.where(measured, decibels, 0.0) / 10), 0.0)
    sums, counts = (
        ndimage.uniform_filter(plane, (0, 3, 3), mode="constant")
        for plane in (linear, measured.astype(float))
    )
    mean = np.divide(sums, counts, out=np.ones_like(sums), where=measured)
    return np.where(measured, 10 * np.log10(np.maximum(mean, 1e-15)), np.nan).astype(np.float32)


def dissimilarity_db(smoothed: Floats, level_db: npt.NDArray[np.float64]) -> Floats:
    """Mean over channels of |Sv − level|, dB; infinite where no channel was measured.

    Parameters
    ----------
    smoothed : array of float32, shape (channels, …)
    level_db : array of float, shape (channels,)

    Returns
    -------
    array of float32, shape (…)
    """
    apart = np.abs(smoothed - level_db.reshape(-1, *(1,) * (smoothed.ndim - 1)))
    measured = np.isfinite(apart)
    total, counts = np.where(measured, apart, 0.0).sum(axis=0), measured.sum(axis=0)
    mean = np.divide(total, counts, out=np.full(counts.shape, np.inf), where=counts > 0)
    return np.asarray(mean, dtype=np.float32)


def region(near: Mask, painted: Mask) -> Mask:
    """Cells connected with painted ones through `near` ones, holes filled; all of shape (h, w)."""
    areas, _ = ndimage.label(near | painted, _CONNECTED)
    return np.asarray(ndimage.binary_fill_holes(np.isin(areas, np.unique(areas[painted]))), dtype=bool)


def _mean_level_db(cells: Floats) -> npt.NDArray[np.float64]:
    """Mean of each channel's measured cells (channels, n); NaN for a channel without any."""
    measured = np.isfinite(cells)
    counts = measured.sum(axis=1)
    total = np.where(measured, cells, 0.0).sum(axis=1, dtype=np.float64)
    return np.asarray(np.divide(total, counts, out=np.full(len(cells), np.nan), where=counts > 0))


@dataclass(frozen=True)
class _Area:
    """A connected painted area of one class inside one painted box: where it is, without its cells."""

    value: int
    held: bool
    box: Box
    cell: tuple[int, int]

    def window(self, shape: tuple[int, int]) -> Box:
        """As far as it may grow."""
        top, bottom, left, right = self.box
        return (
            max(top - _REACH, 0),
            min(bottom + _REACH, shape[0]),
            max(left - _REACH, 0),
            min(right + _REACH, shape[1]),
        )

    def among(self, own: Mask, window: Box) -> Mask:
        """Its cells, among all those that are painted as it is, both in `window`."""
        top, bottom, left, right = self.box
        within = np.zeros(own.shape, bool)
        within[top - window[0] : bottom - window[0], left - window[2] : right - window[2]] = True
        areas, _ = ndimage.label(own & within, _CONNECTED)
        return np.asarray(areas == areas[self.cell[0] - window[0], self.cell[1] - window[2]])


class Growth:
    """What painted areas grow to. An area grows when a patch is first read that it might reach into.

    An area takes the cells that are connected with it and resemble it more than all but `share` of the survey
    does, by the smoothed Sv of all channels, but never one that was painted otherwise. In the
    three cells around it, where the like is three times as common, and where areas of two classes meet,
    nothing can be said (`UNSURE`); so too wherever a held-out area would grow, since its school must neither
    be learned nor be taken for the sea.

    Parameters
    ----------
    field : Field
    labels : LabelField
        Of the same shape.
    held_out : HeldOut
    values : tuple of int
        Classes whose areas grow.
    share : float
        In (0, 1): about that of everything of those classes in the survey.
    seed : int
        Of the sample that says how common something is.

    References
    ----------
    Seeded region growing: Adams and Bischof 1994, IEEE TPAMI 16, 641–647; here with a limit for each seed,
    from the survey itself.
    """

    def __init__(
        self,
        field: Field,
        labels: LabelField,
        held_out: HeldOut,
        values: tuple[int, ...],
        share: float,
        seed: int,
    ) -> None:
        self._field, self._labels, self._held_out = field, labels, held_out
        self._share, self._seed = share, seed
        self._areas = [area for box in labels.painted_boxes() for area in self._find(box, values)]
        self._near: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, area in enumerate(self._areas):
            for block in _blocks(area.window(field.shape)):
                self._near[block].append(index)
        self._grown: dict[int, npt.NDArray[np.uint8]] = {}

    def read(self, box: Box) -> npt.NDArray[np.uint8]:
        """Class values that areas grew to inside `box`, shape (h, w); 0 where none did, or `UNSURE`.

        Painted cells have no part in it.
        """
        top, bottom, left, right = box
        grown = np.zeros((bottom - top, right - left), np.uint8)
        for index in sorted({index for block in _blocks(box) for index in self._near.get(block, ())}):
            window = self._areas[index].window(self._field.shape)
            above, below = max(top, window[0]), min(bottom, window[1])
            before, behind = max(left, window[2]), min(right, window[3])
            if above >= below or before >= behind:
                continue
            theirs = self._area(index)[
                above - window[0] : below - window[0], before - window[2] : behind - window[2]
            ]
            ours = grown[above - top : below - top, before - left : behind - left]
            ours[:] = _merged(ours, theirs)
        grown[self._labels.read(box) > 0] = 0
        return grown

    def _area(self, index: int) -> npt.NDArray[np.uint8]:
        if index not in self._grown:
            self._grown[index] = self._grow(self._areas[index])
        return self._grown[index]

    def _find(self, box: Box, values: tuple[int, ...]) -> Iterator[_Area]:
        painted = self._labels.read(box)
        held = self._held_out.mask(painted, self._labels.read_strokes(box), box)
        for value in values:
            for is_held in (False, True):
                areas, _ = ndimage.label((painted == value) & (held == is_held), _CONNECTED)
                for number, (rows, columns) in enumerate(ndimage.find_objects(areas), start=1):
                    own = np.argwhere(areas[rows, columns] == number)
                    if len(own) >= _FEWEST:
                        top, left = box[0] + rows.start, box[2] + columns.start
                        where = top, box[0] + rows.stop, left, box[2] + columns.stop
                        yield _Area(value, is_held, where, (top + int(own[0, 0]), left + int(own[0, 1])))

    def _grow(self, area: _Area) -> npt.NDArray[np.uint8]:
        window = area.window(self._field.shape)
        values = self._labels.read(window)
        held = self._held_out.mask(values, self._labels.read_strokes(window), window)
        own = (values == area.value) & (held == area.held)
        painted = area.among(own, window)
        smoothed = smooth_db(read_window(self._field, window))
        level = _mean_level_db(smoothed[:, painted])
        apart = dissimilarity_db(smoothed, level)
        common = dissimilarity_db(self._sample, level)
        free = (values == 0) | own
        inner, outer = (
            region((apart < min(most, float(np.quantile(common, share)))) & free, painted) & free
            for share, most in zip((self._share, min(_RIM * self._share, 1.0)), _MOST_DB, strict=True)
        )
        rim = outer & ndimage.binary_dilation(inner, _CONNECTED, iterations=_EDGE)
        return np.select([inner & (not area.held), inner | rim], [area.value, UNSURE], 0).astype(np.uint8)

    @cached_property
    def _sample(self) -> Floats:
        """Smoothed Sv of cells from all over the survey, shape (channels, n); measured in some channel."""
        random = np.random.default_rng([self._seed, 5])
        cells = []
        for _ in range(_SAMPLES):
            top, left = (
                int(random.integers(max(length - _SAMPLE_SIDE, 0) + 1)) for length in self._field.shape
            )
            box = top, top + _SAMPLE_SIDE, left, left + _SAMPLE_SIDE
            smoothed = smooth_db(read_window(self._field, box)).reshape(self._field.channels, -1)
            cells.append(smoothed[:, np.isfinite(smoothed).any(axis=0)])
        return np.concatenate(cells, axis=1)


def _merged(ours: npt.NDArray[np.uint8], theirs: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A class is surer than a rim; two classes are none."""
    said = (ours > 0) & (ours != UNSURE), (theirs > 0) & (theirs != UNSURE)
    both = said[0] & said[1] & (ours != theirs)
    return np.select(
        [both, said[0], said[1]], [np.full_like(ours, UNSURE), ours, theirs], np.maximum(ours, theirs)
    ).astype(np.uint8)


def _blocks(box: Box) -> Iterator[tuple[int, int]]:
    top, bottom, left, right = box
    for row in range(top // _BLOCK, -(-bottom // _BLOCK)):
        for column in range(left // _BLOCK, -(-right // _BLOCK)):
            yield row, column
