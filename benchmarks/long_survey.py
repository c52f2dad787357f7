"""A survey store of any length in seconds: every chunk of a level is a hard link to one real chunk."""

import os
from pathlib import Path

import numpy as np

from napari_fathom.echogram.model import Echogram
from napari_fathom.echogram.store import StoreAttributes, create_store, finish_store

SPECKLE_DB = 5.6  # standard deviation of Sv of a Rayleigh-distributed echo


def make_long_survey(
    path: Path, pings: int, rows: int = 500, frequencies: tuple[float, ...] = (38e3, 120e3)
) -> Echogram:
    """Speckle around a fish layer: what is measured is the cost of reading and showing, not the sea."""
    time = np.datetime64("2024-06-01", "ns") + np.arange(pings) * np.timedelta64(1, "s")
    create_store(path, np.array(frequencies), 5.0 + 0.2 * np.arange(rows), time)
    for level in sorted((path / "sv_db").iterdir()):
        if level.is_dir():
            _fill(level, path)
    finish_store(
        path, StoreAttributes(name=path.name, main_frequency_hz=frequencies[0], fingerprint=f"long-{pings}")
    )
    return Echogram.open(path)


def _fill(level: Path, store: Path) -> None:
    import zarr

    array = zarr.open_group(store, mode="r+")["sv_db"][level.name]
    _, height, width = array.chunks
    rng = np.random.default_rng(0)
    depth = np.linspace(0, 1, height)[:, None]
    sv = -75 + 25 * np.exp(-(((depth - 0.5) / 0.1) ** 2)) + rng.normal(0, SPECKLE_DB, (height, width))
    array[0, :height, :width] = sv
    first = level / "c" / "0" / "0" / "0"
    for index in np.ndindex(
        *[-(-size // chunk) for size, chunk in zip(array.shape, array.chunks, strict=True)]
    ):
        target = (level / "c").joinpath(*map(str, index))
        if target != first:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(first, target)
