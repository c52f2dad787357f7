"""Collections whose truth is known, as `fathom evaluate` reads them too."""

import os
from pathlib import Path

from napari_fathom.evaluation.images import SimulatedImages, fewer, read_folders
from napari_fathom.evaluation.known import KnownImages
from napari_fathom.evaluation.labelling import labelled_rows

__all__ = ["FOLDER", "KnownImages", "fewer", "labelled_rows", "read_folders", "simulated"]

_DATA = Path(os.environ.get("FATHOM_DATA", Path(__file__).parents[2] / "shared" / "data"))

FOLDER = _DATA / "plankton" / "folders_uvp6_10"
"""Read where nothing else is asked for."""


def simulated(objects: int, seed: int, *, hard: bool = False) -> KnownImages:
    """Draw a collection with known soft labels; a hard one's objects differ more and drown in noise."""
    return SimulatedImages(source="simulated", objects=objects, hard=hard).read(seed)
