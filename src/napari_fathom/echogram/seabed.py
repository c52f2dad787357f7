"""The seabed line of a survey store: edited by hand, and kept when the survey is converted anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from napari_fathom.echogram.matching import match_pings
from napari_fathom.echogram.store import open_signed, read_store, sign
from napari_fathom.errors import FormatError
from napari_fathom.files import flush_file, flush_folder

__all__ = ["carry_seabed", "set_seabed"]


def set_seabed(store: Path | str, seabed_range_m: ArrayLike) -> None:
    """Write the seabed line of a survey, whole, in one rename; it is on the disk when this returns.

    The store remembers that the line is somebody's own: to convert its files again doesn't lose it.

    Parameters
    ----------
    store : Path or str
        A survey store.
    seabed_range_m : array_like, shape (P,)
        Metres from the transducer at each ping, NaN = unknown.

    Raises
    ------
    FormatError
        If there is no whole store at `store`.
    ValueError
        If the line has not one value for each ping, or a negative one.
    """
    group, attributes = open_signed(Path(store), mode="r+")
    line = np.asarray(seabed_range_m, dtype=np.float64)
    array = group["seabed_range_m"]
    if line.shape != array.shape:
        raise ValueError(f"the seabed line has shape {line.shape}; the survey has {array.shape[0]} pings")
    if np.any(line < 0) or np.any(np.isinf(line)):
        raise ValueError("the seabed line holds a negative or infinite range; use NaN where it is unknown")
    if (
        not attributes.seabed_edited
    ):  # before the line itself: a crash in between marks too much, never too little
        sign(group, attributes.model_copy(update={"seabed_edited": True}))
        flush_file(Path(store) / "zarr.json")
    array[:] = line
    flush_folder(Path(store) / array.path)


def carry_seabed(former: Path, store: Path) -> str | None:
    """Bring an edited seabed from a survey's former store to its new one, by ping time.

    Parameters
    ----------
    former : Path
        Where a survey store may be.
    store : Path
        A whole one, of the same survey converted anew.

    Returns
    -------
    str or None
        What was done, for the user to read; None where nobody had edited the line.
    """
    try:
        group, attributes = open_signed(former)
    except FormatError:
        return None  # no survey store is there, and so no line
    if not attributes.seabed_edited:
        return None
    try:  # only these two: whatever else may be damaged, the line is somebody's work
        times, edited = np.asarray(group["ping_time"][:]), np.asarray(group["seabed_range_m"][:])
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        return (
            "The former survey's seabed had been edited by hand, but is damaged and could not be kept "
            f"({error}); the line is the files' own."
        )
    new = read_store(store).vectors
    place = match_pings(times.astype("datetime64[ns]"), new["ping_time"])
    met = place >= 0
    if not met.any():
        return (
            "The former survey's seabed had been edited by hand, but none of its pings is in this one; "
            "the line is the files' own."
        )
    line = np.where(met, edited[place], new["seabed_range_m"])
    set_seabed(store, line)
    rest = f"; the other {np.count_nonzero(~met)} have the files' own" if not met.all() else ""
    return f"The seabed that had been edited by hand is kept at {np.count_nonzero(met)} pings{rest}."
