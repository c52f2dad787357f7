"""Write the demo's seabed line: the strongest rise of Sv at 38 kHz within the seabed strokes' depths."""

import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np

from napari_fathom.echogram import Echogram, convert
from napari_fathom.echogram.exchange import write_seabed_evl
from napari_fathom.events import Done

SAMPLES = Path(str(files("napari_fathom") / "sample_data"))
BETWEEN_M = (3.5, 6.0)  # from the transducer; the picture shows one echo there and no other


def seabed_range_m(echogram: Echogram) -> np.ndarray:
    """Range of the steepest rise between the bounds, smoothed over 9 pings, shape (P,)."""
    _, rows, pings = echogram.shape
    channel = int(np.argmin(abs(echogram.frequency_hz - 38_000)))
    sv_db = echogram.read((0, rows, 0, pings))[channel]
    inside = np.flatnonzero((echogram.range_m >= BETWEEN_M[0]) & (echogram.range_m <= BETWEEN_M[1]))
    rise = np.diff(np.nan_to_num(sv_db[inside], nan=-120.0), axis=0)
    line = echogram.range_m[inside[rise.argmax(axis=0) + 1]]
    padded = np.pad(line, 4, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 9), axis=1)


def main() -> None:
    """Convert the sample files to a temporary store, find the line, write it beside them."""
    with tempfile.TemporaryDirectory() as temporary:
        for event in convert(sorted(SAMPLES.glob("*.raw")), Path(temporary) / "hake.sv.zarr"):
            if isinstance(event, Done):
                write_seabed_evl(SAMPLES / "seabed.evl", event.result, seabed_range_m(event.result))


if __name__ == "__main__":
    main()
