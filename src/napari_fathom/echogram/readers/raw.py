"""Simrad EK60 and EK80 raw files, parsed and calibrated by echopype, a piece at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.base import Block, ChannelBlock, Part
from napari_fathom.echogram.readers.bottom import Bottom, read_bottom
from napari_fathom.echogram.readers.ranges import group_by_range
from napari_fathom.echogram.readers.simrad import Outline, Piece, outline
from napari_fathom.echogram.readers.track import interpolate, interpolate_longitude
from napari_fathom.errors import FormatError

__all__ = ["read_raw"]

PARSE_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    UnicodeError,
    ValueError,
)
"""What echopype raises on files that it can't make sense of; it has no family of its own."""

SAME_TIME_US = 100  # echopype takes times through floating point, and is a few µs off; pings are ms apart
EK80_MODES = (("CW", "power"), ("CW", "complex"), ("BB", "complex"))


def read_raw(path: Path) -> tuple[list[Part], list[str]]:
    """Look at one raw file.

    A `.bot` of the same name beside it becomes the seabed.

    Returns
    -------
    parts : list of Part
        One for each piece; none if the file holds no ping.
    notes : list of str
        What was wrong with it.

    Raises
    ------
    FormatError
        If it is empty or damaged from the start, or echopype is not installed.
    """
    _require_echopype(path)
    found = outline(path)
    bottom, notes = read_bottom(path.with_suffix(".bot"))
    parts = [
        Part(path.name, piece.channels, partial(_read, path, found, piece, bottom)) for piece in found.pieces
    ]
    if not parts:
        notes = [*notes, f"{path.name}: no ping in it; left out."]
    return parts, [*found.notes, *notes]


def _require_echopype(path: Path) -> None:
    from importlib.util import find_spec

    if find_spec("echopype") is None:
        raise FormatError(
            path,
            "a Simrad raw file, but echopype, which parses and calibrates it, is not installed",
            'Install it: pip install "napari-fathom[raw]"',
        )


def _read(path: Path, found: Outline, piece: Piece, bottom: Bottom | None) -> Block:
    import echopype

    with _file_of(path, piece) as file:
        try:
            parsed = echopype.open_raw(str(file), sonar_model=found.model)
            datasets = _calibrate(parsed, found.model)
            return _block(parsed, datasets, piece, bottom)
        except PARSE_FAULTS as error:
            raise FormatError(
                path,
                f"{found.model} content that echopype can't parse ({type(error).__name__}: {error})",
                "Copy the file again; if it stays, leave it out.",
            ) from error


@contextmanager
def _file_of(path: Path, piece: Piece) -> Iterator[Path]:
    """Yield a file that holds the piece alone: the original, or a temporary copy of its spans."""
    if not piece.spans:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="fathom-") as folder:
        cut = Path(folder) / path.name
        with path.open("rb") as source, cut.open("wb") as target:
            for start, stop in piece.spans:
                source.seek(start)
                target.write(source.read(stop - start))
        yield cut


def _calibrate(parsed: Any, model: str) -> list[Any]:
    """Sv datasets that hold all channels between them; EK80 files may mix ways of recording."""
    from echopype.calibrate import compute_Sv

    if model == "EK60":
        return [compute_Sv(parsed)]
    datasets, faults = [], []
    for waveform, encoding in EK80_MODES:
        try:
            datasets.append(compute_Sv(parsed, waveform_mode=waveform, encode_mode=encoding))
        except (RuntimeError, ValueError, KeyError) as error:  # no such channels in this file
            faults.append(f"{waveform} {encoding}: {error}")
    if not datasets:
        raise ValueError("; ".join(faults))
    return datasets


def _block(parsed: Any, datasets: list[Any], piece: Piece, bottom: Bottom | None) -> Block:
    times = np.unique(np.concatenate([channel.ping_time for channel in piece.channels]))
    channels: list[ChannelBlock] = []
    depths = []
    for channel in piece.channels:
        pings = np.searchsorted(times, channel.ping_time)
        dataset, index = _find_channel(datasets, channel.frequency_hz)
        if dataset is None:
            continue
        rows = _rows_at(dataset["ping_time"].values, channel.ping_time)
        known = rows >= 0
        chosen = dataset.isel(channel=index, ping_time=rows[known])
        sv = 10.0 ** (chosen["Sv"].transpose("ping_time", ...).values / 10.0)
        ranges = chosen["echo_range"].transpose("ping_time", ...).values
        channels += group_by_range(channel.frequency_hz, pings[known], ranges, sv)
        depths.append(_transducer_depth(parsed, dataset["channel"].values[index]))
    depth = piece.transducer_depth_m
    if not np.isfinite(depth):
        depth = float(np.median([value for value in depths if np.isfinite(value)] or [np.nan]))
    platform = parsed["Platform"]
    return Block(
        times,
        tuple(channels),
        transducer_depth_m=np.full(len(times), depth),
        latitude=_position(platform, "latitude", times),
        longitude=_position(platform, "longitude", times),
        seabed_range_m=np.full(len(times), np.nan) if bottom is None else bottom.depth_at(times) - depth,
    )


def _find_channel(datasets: list[Any], frequency_hz: float) -> tuple[Any | None, int]:
    """Find where a frequency is; in datasets of a way of recording that it did not use it is all NaN."""
    found: tuple[Any | None, int] = (None, -1)
    for dataset in datasets:
        for index in np.flatnonzero(np.abs(dataset["frequency_nominal"].values - frequency_hz) < 0.5):
            if np.isfinite(dataset["Sv"].isel(channel=index).values).any():
                return dataset, int(index)
            found = dataset, int(index)
    return found


def _rows_at(have: NDArray[np.datetime64], want: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Rows of `have` (increasing) at the times of `want`, −1 where there is none."""
    microseconds = have.astype("datetime64[us]").astype(np.int64)
    wanted = want.astype("datetime64[us]").astype(np.int64)
    place = np.minimum(np.searchsorted(microseconds, wanted - SAME_TIME_US), len(microseconds) - 1)
    return np.where(np.abs(microseconds[place] - wanted) <= SAME_TIME_US, place, -1)


def _transducer_depth(parsed: Any, channel: str) -> float:
    """EK80: the transducer below the origin less the water line below it; heave is not part of it."""
    platform = parsed["Platform"]
    offset = float(platform["transducer_offset_z"].sel(channel=channel).mean())
    water_level = float(platform["water_level"].mean())
    return offset - (0.0 if np.isnan(water_level) else water_level)


def _position(platform: Any, name: str, times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    if name not in platform:
        return np.full(len(times), np.nan)
    values = platform[name]
    follow = interpolate_longitude if name == "longitude" else interpolate
    return follow(values[values.dims[0]].values, values.values, times)
