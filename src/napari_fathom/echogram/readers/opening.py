"""Opening netCDF and zarr lazily, and what is wrong with those that don't open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError

__all__ = ["closed_on_failure", "load", "open_dataset"]


def open_dataset(path: Path) -> Any:
    """Open a dataset whose arrays are read when sliced.

    Raises
    ------
    FormatError
        If it is damaged.
    """
    import xarray

    try:
        if path.is_dir():
            return xarray.open_dataset(
                path, engine="zarr", chunks=None, backend_kwargs={"consolidated": False}
            )
        with path.open("rb") as stream:
            engine = "scipy" if stream.read(3) == b"CDF" else "h5netcdf"
        return xarray.open_dataset(path, engine=engine)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise FormatError(
            path, f"a dataset that can't be opened ({error})", "Write or copy it again."
        ) from error


@contextmanager
def closed_on_failure(dataset: Any) -> Iterator[None]:
    """Let go of a dataset that turns out to be of no use."""
    try:
        yield
    except BaseException:
        dataset.close()
        raise


def load(path: Path | str, array: Any) -> NDArray[np.float64]:
    """Read a slice of a lazy array as float64.

    Raises
    ------
    FormatError
        If its chunks are damaged or missing.
    """
    try:
        return np.asarray(array.values, dtype=np.float64)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise FormatError(
            path, f"{array.name} that can't be read ({error})", "The file is damaged; write or copy it again."
        ) from error
