"""The noun every room shares: calibrated Sv of one survey on one grid, lazy, at real times and depths."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import transducer_depth
from napari_fathom.echogram.store import read_store
from napari_fathom.events import Box

if TYPE_CHECKING:
    import dask.array as da

__all__ = ["Echogram"]


@dataclass(frozen=True, eq=False)
class Echogram:
    """Calibrated Sv of one survey on the grid `(frequency, range, ping)`.

    Nothing is read before it is asked for: `levels` are dask arrays for a viewer, `read` is the short way to
    numpy for everybody else.

    Attributes
    ----------
    name : str
        The survey's name, from its store's.
    path : Path
        The survey store (a folder `NAME.sv.zarr`).
    levels : tuple of dask.array.Array, each shape (F, R_k, P_k), float32
        Sv in dB re 1 m⁻¹, NaN = missing. Level 0 is full resolution; a coarser level holds the dB of the mean
        linear sv of the cells of the level before that it covers, missing ones left out. Pings halve at every
        level, ranges while there are 512 or more.
    frequency_hz : ndarray, shape (F,), float64
        Ascending.
    range_m : ndarray, shape (R,), float64
        Middle of each cell, metres from the transducer; uniform.
    ping_time : ndarray, shape (P,), datetime64[ns]
        UTC, strictly increasing, not uniform.
    transducer_depth_m, latitude, longitude, seabed_range_m : ndarray, shape (P,), float64
        NaN where unknown. Depth of a cell is its range plus the transducer's depth at that ping.
    main_frequency_hz : float
        The frequency whose pings and range steps are the grid.
    upward : bool
        True where the sounder looks up from a mooring: range grows towards the surface.
    sources : tuple of str
        Names of the files it came from, in the order of time.
    notes : tuple of str
        What the reader had to do: gaps, overlaps, values assumed.
    fingerprint : str
        Hash of the grid and of every Sv value, made once by the conversion. The seabed line, which a user may
        edit, is not part of it.
    companions : dict of str to str
        Things found beside the source that other rooms read: `labels` (a CRIMAC `_labels.zarr`).
    """

    name: str
    path: Path
    levels: tuple[da.Array, ...] = field(repr=False)
    frequency_hz: NDArray[np.float64] = field(repr=False)
    range_m: NDArray[np.float64] = field(repr=False)
    ping_time: NDArray[np.datetime64] = field(repr=False)
    transducer_depth_m: NDArray[np.float64] = field(repr=False)
    latitude: NDArray[np.float64] = field(repr=False)
    longitude: NDArray[np.float64] = field(repr=False)
    seabed_range_m: NDArray[np.float64] = field(repr=False)
    main_frequency_hz: float
    upward: bool
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    fingerprint: str
    companions: dict[str, str] = field(default_factory=dict, repr=False)
    arrays: tuple[Any, ...] = field(default=(), repr=False)
    """The zarr arrays behind `levels`."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of frequencies, range cells and pings."""
        return len(self.frequency_hz), len(self.range_m), len(self.ping_time)

    @property
    def range_step_m(self) -> float:
        """Height of one range cell in metres; 1 where there is only one cell."""
        if len(self.range_m) < 2:
            return 1.0
        return float((self.range_m[-1] - self.range_m[0]) / (len(self.range_m) - 1))

    @property
    def depth_m(self) -> NDArray[np.float64]:
        """Depth of each range cell under the survey's median transducer, shape (R,).

        An unknown transducer depth counts as 0. Under an upward-looking sounder range is taken off the
        transducer's depth instead of added to it.
        """
        known = self.transducer_depth_m[np.isfinite(self.transducer_depth_m)]
        transducer = float(np.median(known)) if known.size else 0.0
        return transducer - self.range_m if self.upward else transducer + self.range_m

    @property
    def depth_of_ping_m(self) -> NDArray[np.float64]:
        """Depth of the transducer at each ping, shape (P,): gaps filled along time, 0 if nothing is known."""
        return transducer_depth(self)

    def read(self, box: Box, level: int = 0) -> NDArray[np.float32]:
        """Sv of one box, straight from the store.

        Parameters
        ----------
        box : Box
            (top, bottom, left, right) in cells of `level`, half-open.
        level : int
            Pyramid level, 0 is full resolution.

        Returns
        -------
        ndarray, shape (F, bottom - top, right - left), float32
            dB re 1 m⁻¹, NaN = missing.

        Raises
        ------
        ValueError
            If the box does not lie inside the level.
        """
        top, bottom, left, right = box
        array = self.arrays[level]
        rows, pings = array.shape[1:]
        if not (0 <= top <= bottom <= rows and 0 <= left <= right <= pings):
            raise ValueError(f"box {box} does not lie inside level {level} of {rows} × {pings} cells")
        return np.asarray(array[:, top:bottom, left:right], dtype=np.float32)

    @classmethod
    def open(cls, path: Path | str) -> Echogram:
        """Open a survey store; nothing is computed and no Sv is read.

        Raises
        ------
        FormatError
            If there is no whole survey store at `path`, a newer program made it, or it is damaged.
        """
        import dask.array

        from_zarr: Any = dask.array.from_zarr  # dask leaves it untyped
        stored = read_store(Path(path))
        said = stored.attributes
        return cls(
            name=said.name,
            path=Path(path).resolve(),
            levels=tuple(from_zarr(array) for array in stored.levels),
            arrays=stored.levels,
            main_frequency_hz=said.main_frequency_hz,
            upward=said.upward,
            sources=said.sources,
            notes=said.notes,
            fingerprint=said.fingerprint,
            companions=dict(said.companions),
            **stored.vectors,
        )
