"""Ten UVP6 classes, every image once; and which images get a label."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_fathom.learning.images.source import ArrayImages
from napari_fathom.plankton.measures import measure
from napari_fathom.plankton.options import vignette

__all__ = ["Labelled", "labelled_rows", "load"]

_DATA = Path(os.environ.get("FATHOM_DATA", Path(__file__).parents[2] / "shared" / "data"))
_CLAIMS_TWINS = "darksphere"


@dataclass(frozen=True)
class Labelled:
    """Images with measures, and what they are.

    Parameters
    ----------
    images : ArrayImages
    truth : ndarray of int64, shape (N,)
        1…C.
    names : tuple of str
    """

    images: ArrayImages
    truth: npt.NDArray[np.int64]
    names: tuple[str, ...]


def load(folder: Path | None = None, side: int = 64) -> Labelled:
    """Read folders of classes; of images with the same pixels one is kept.

    In `folders_uvp6_10` all 100 images of darksphere lie in Copepoda, too. They show spheres, not copepods
    (we looked), and keep darksphere: 1,150 images, 100 of each class and 250 of detritus.
    """
    folder = folder or _DATA / "plankton" / "folders_uvp6_10"
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    names = tuple(path.name.rpartition("__")[0] or path.name for path in classes)
    order = sorted(range(len(classes)), key=lambda index: (names[index] != _CLAIMS_TWINS, index))
    seen: dict[tuple[tuple[int, ...], bytes], tuple[npt.NDArray[np.uint8], int]] = {}
    for index in order:
        for file in sorted(classes[index].iterdir()):
            grey = np.asarray(Image.open(file).convert("L"))
            seen.setdefault((grey.shape, grey.tobytes()), (grey, index + 1))
    pixels = np.stack([vignette(grey, side) for grey, _ in seen.values()])
    measures = np.stack([measure(grey) for grey, _ in seen.values()])
    return Labelled(ArrayImages(pixels, measures), np.array([value for _, value in seen.values()]), names)


def labelled_rows(truth: npt.NDArray[np.int64], each: int, seed: int) -> npt.NDArray[np.int64]:
    """`each` rows of every class; of one seed, the fewer are among the more."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(truth == value))[:each] for value in np.unique(truth)]
    return np.sort(np.concatenate(drawn))
