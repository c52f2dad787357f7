"""A survey with a pyramid, small enough to be made in a moment."""

from pathlib import Path

import numpy as np

from napari_fathom.echogram import Echogram, convert
from napari_fathom.events import Done

ROWS, PINGS = 300, 3000


def make_echogram(folder: Path, rows: int = ROWS, pings: int = PINGS) -> Echogram:
    """Speckle with a layer whose depth swings, three frequencies, a seabed, positions unknown."""
    rng = np.random.default_rng(1)
    swing = rows / 2 + rows / 8 * np.sin(np.arange(pings) / 200)
    layer = np.abs(np.arange(rows)[:, None] - swing[None, :]) < rows / 20
    sv_db = (-80 + 25 * layer + rng.normal(0, 3, (3, rows, pings))).astype(np.float32)
    sv_db[:, :4] = np.nan
    source = folder / "survey.npz"
    np.savez(
        source,
        sv_db=sv_db,
        frequency_hz=np.array([38e3, 120e3, 200e3]),
        range_m=1.0 + 0.2 * np.arange(rows),
        ping_time_s=np.arange(pings, dtype=float),
        seabed_range_m=1.0 + 0.2 * (rows - 50 + 10 * np.sin(np.arange(pings) / 300)),
    )
    *_, last = convert(source, folder / "survey.sv.zarr")
    assert isinstance(last, Done)
    return last.result
