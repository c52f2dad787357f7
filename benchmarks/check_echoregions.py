"""Have echoregions parse our regions and lines, and compare the masks it draws with ours.

Run from the repository's root with the project's own Python:

    python benchmarks/check_echoregions.py

The first run makes `.venv-echoregions` (echoregions pins an older zarr, and its line reader an older pandas).
It is no part of CI: it checks what another program says, and needs that program.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.evl import range_to_line, write_evl
from napari_fathom.echogram.evr import read_evr, write_evr
from napari_fathom.echogram.regions import mask_to_regions

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent / ".venv-echoregions"
NAMES = {1: "background", 2: "sandeel", 3: "other fish"}
RANGES, PINGS = 120, 400


def echoregions_python() -> Path:
    """Return the other environment's Python, made if it isn't there."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "echoregions==0.2.3", "pandas<3"], check=True
        )
    return python


def survey() -> tuple[Coordinates, NDArray[np.uint8], NDArray[np.float64]]:
    """Schools with holes, thin strokes and single cells on irregular pings, over a seabed.

    The transducer is level, since echoregions draws on one vector of depths.
    """
    rng = np.random.default_rng(7)
    steps = (rng.uniform(0.3, 2.5, PINGS) * 1e9).astype("timedelta64[ns]")
    time = np.datetime64("2019-04-25T10:00:00", "ns") + np.cumsum(steps)
    grid = Coordinates(0.4 + 0.19 * np.arange(RANGES), time, np.full(PINGS, 5.0))
    field = ndimage.gaussian_filter(rng.normal(size=(RANGES, PINGS)), (3, 5))
    labels = np.digitize(field, np.quantile(field, [0.5, 0.75, 0.9])).astype(np.uint8)
    labels[ndimage.gaussian_filter(rng.normal(size=labels.shape), 1.2) > 0.45] = 0
    labels[60, 20:380] = 2
    labels[rng.random(labels.shape) < 0.002] = 3
    return grid, labels, 18 + 2 * np.sin(np.arange(PINGS) / 40)


def main() -> None:
    grid, labels, seabed = survey()
    with tempfile.TemporaryDirectory() as folder:
        evr, evl, cells, masks = (
            Path(folder) / name for name in ("labels.evr", "seabed.evl", "grid.npz", "masks.npz")
        )
        write_evr(evr, mask_to_regions(lambda box: labels[box[0] : box[1], box[2] : box[3]], grid, NAMES))
        write_evl(evl, range_to_line(grid, seabed))
        np.savez(cells, ping_time=grid.ping_time, depth_m=grid.range_m + 5)
        told = subprocess.run(
            [echoregions_python(), HERE / "echoregions_reads.py", evr, evl, cells, masks],
            check=True,
            capture_output=True,
            text=True,
        )
        report = json.loads(told.stdout)
        with np.load(masks) as drawn:
            report["cells_that_differ"] = {
                name: int((drawn[name] != (labels == value)).sum()) for value, name in NAMES.items()
            }
            below = grid.range_m[:, None] >= seabed
            report["seabed_cells_that_differ"] = int((drawn["below"] != below).sum())
        regions = read_evr(evr)
    report["ours"] = {"regions": len(regions), "points": sum(len(region.time) for region in regions)}
    report["cells"] = {name: int((labels == value).sum()) for value, name in NAMES.items()}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
