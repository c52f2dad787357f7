"""What npy, npz and mat files don't say of themselves, and how to find out what they do say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from napari_fathom.errors import FormatError

__all__ = ["PlainOptions", "plain_array", "plain_shapes", "unknown"]

Axis = Literal["frequency", "range", "ping"]


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
        name: array.shape
        for name, array in _arrays(path).items()
        if array.ndim in (2, 3) and array.dtype.kind in "fiu"
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
    return np.asanyarray(_arrays(path)[variable])


def _arrays(path: Path) -> dict[str, Any]:
    """Load the arrays of a file by name; npy is mapped, an HDF5 mat file is left on disk."""
    with path.open("rb") as stream:
        head = stream.read(8)
    try:
        if head[:6] == b"\x93NUMPY":
            return {"": np.load(path, mmap_mode="r", allow_pickle=False)}
        if head[:4] == b"PK\x03\x04":
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        return _mat_arrays(path)
    except (OSError, ValueError, EOFError, KeyError, TypeError, NotImplementedError, BadZipFile) as error:
        raise FormatError(path, f"arrays that can't be read ({error})", "Write or copy it again.") from error


def _mat_arrays(path: Path) -> dict[str, Any]:
    import h5py
    import scipy.io

    if not h5py.is_hdf5(path):
        return {
            name: value
            for name, value in scipy.io.loadmat(path).items()
            if not name.startswith("__") and isinstance(value, np.ndarray)
        }
    with h5py.File(path) as file:  # MATLAB writes its arrays with the axes reversed
        return {name: value[()].T for name, value in file.items() if isinstance(value, h5py.Dataset)}
