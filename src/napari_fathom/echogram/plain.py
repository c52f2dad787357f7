"""What npy, npz and mat files don't say of themselves, and how to find out what they do say."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from napari_fathom.errors import FormatError
from napari_fathom.npz import ArrayHeader, npz_headers, read_npz

__all__ = ["PlainOptions", "plain_array", "plain_shapes", "unknown"]

Axis = Literal["frequency", "range", "ping"]

_MAT_TYPES = {"double": "f8", "single": "f4"} | {
    f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
"""MATLAB's names of numbers, as numpy says them."""
_FAULTS = (OSError, ValueError, EOFError, KeyError, TypeError, NotImplementedError, MemoryError, zlib.error)
"""What numpy, h5py and scipy raise on damaged files; they have no family of their own."""


class PlainOptions(BaseModel):
    """What has to be known of a bare array to make an echogram of it.

    Attributes
    ----------
    axes : tuple of str
        Order of the array's axes, out of `frequency`, `range`, `ping`; a 2-D array has no `frequency`.
    scale : {"db", "linear"}
        Sv in dB re 1 m⁻¹, or sv in m⁻¹. Default: by its values, said in a note.
    frequencies_hz : tuple of float
        One for each index of the frequency axis, in the array's order.
    range_step_m : float
        Height of a range cell.
    ping_interval_s : float
        Time between two pings.
    first_range_m : float
        Middle of the first cell, metres from the transducer. Default: half a step.
    start : datetime
        Time of the first ping, UTC where it has no zone. Default: 1970-01-01, said in a note.
    variable : str
        Which array of an npz or mat file. Default: its only one with 2 or 3 axes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    axes: tuple[Axis, ...] | None = None
    scale: Literal["db", "linear"] | None = None
    frequencies_hz: tuple[float, ...] | None = None
    range_step_m: float | None = Field(default=None, gt=0)
    ping_interval_s: float | None = Field(default=None, gt=0)
    first_range_m: float | None = Field(default=None, ge=0)
    start: datetime | None = None
    variable: str | None = None

    @field_validator("start")
    @classmethod
    def _in_utc(cls, start: datetime | None) -> datetime | None:
        return start.replace(tzinfo=UTC) if start is not None and start.tzinfo is None else start


def unknown(options: PlainOptions, axes: int) -> list[str]:
    """What must still be said of an array with that many axes, in words; empty when all is known."""
    needed = {
        f"the order of its {axes} axes": options.axes,
        "whether it is dB or linear": options.scale,
        "its frequencies": options.frequencies_hz,
        "the height of a range cell": options.range_step_m,
        "the time between pings": options.ping_interval_s,
    }
    return [what for what, value in needed.items() if value is None]


def plain_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the arrays with 2 or 3 axes of numbers; an npy's only one has the name ''.

    Raises
    ------
    FormatError
        If the file is damaged, or holds none.
    """
    shapes = {
        name: shape
        for name, (shape, dtype) in _headers(path).items()
        if len(shape) in (2, 3) and dtype.kind in "fiu"
    }
    shapes = {name: shape for name, shape in shapes.items() if min(shape) > 1 or len(shapes) == 1}
    if not shapes:
        raise FormatError(path, "no array with 2 or 3 axes of numbers", "Expected Sv over range and ping.")
    return shapes


def plain_array(path: Path, variable: str | None = None) -> NDArray[Any]:
    """Load the chosen array; an npy stays on disk.

    Raises
    ------
    FormatError
        If the file is damaged, or `variable` must be said or is not there.
    """
    shapes = plain_shapes(path)
    if variable is None and len(shapes) == 1:
        variable = next(iter(shapes))
    if variable is None or variable not in shapes:
        found = ", ".join(f"{name or 'array'} {shape}" for name, shape in shapes.items())
        wanted = "several arrays" if variable is None else f"no array {variable!r}"
        raise FormatError(path, f"{wanted} (found {found})", "Say which one with `variable`.")
    return _load(path, variable)


def _headers(path: Path) -> dict[str, ArrayHeader]:
    """Shape and type of the arrays of a file by name; none is read."""
    try:
        match _make(path):
            case "npy":
                array = np.load(path, mmap_mode="r", allow_pickle=False)
                return {"": (array.shape, array.dtype)}
            case "npz":
                return npz_headers(path)
            case "hdf5":
                import h5py

                with h5py.File(path) as file:  # MATLAB writes its arrays with the axes reversed
                    found = {name: value for name, value in file.items() if isinstance(value, h5py.Dataset)}
                    return {name: (value.shape[::-1], value.dtype) for name, value in found.items()}
            case "mat":
                import scipy.io

                known = {name: (shape, _MAT_TYPES.get(kind)) for name, shape, kind in scipy.io.whosmat(path)}
                return {name: (shape, np.dtype(kind)) for name, (shape, kind) in known.items() if kind}
    except _FAULTS as error:
        raise _unreadable(path, error) from error


def _load(path: Path, name: str) -> NDArray[Any]:
    """Load one array of a file; an npy stays on disk."""
    try:
        match _make(path):
            case "npy":
                return np.asanyarray(np.load(path, mmap_mode="r", allow_pickle=False))
            case "npz":
                return read_npz(path, (name,))[name]
            case "hdf5":
                import h5py

                with h5py.File(path) as file:
                    return np.asarray(file[name][()]).T
            case "mat":
                import scipy.io

                return np.asarray(scipy.io.loadmat(path, variable_names=[name])[name])
    except _FAULTS as error:
        raise _unreadable(path, error) from error


def _make(path: Path) -> Literal["npy", "npz", "hdf5", "mat"]:
    import h5py

    with path.open("rb") as stream:
        head = stream.read(8)
    if head[:6] == b"\x93NUMPY":
        return "npy"
    if head[:4] == b"PK\x03\x04":
        return "npz"
    return "hdf5" if h5py.is_hdf5(path) else "mat"


def _unreadable(path: Path, error: Exception) -> FormatError:
    return FormatError(path, f"arrays that can't be read ({error})", "Write or copy it again.")
