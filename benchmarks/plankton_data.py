"""Collections whose truth is known: classes in folders, every image once, and simulated ones."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_fathom.learning.images.source import ArrayImages
from napari_fathom.plankton.measures import measure
from napari_fathom.plankton.options import vignette
from napari_fathom.plankton.simulate import PlanktonSettings, simulate_plankton

__all__ = ["Labelled", "Soft", "fewer", "labelled_rows", "read_folders", "simulated"]

_DATA = Path(os.environ.get("FATHOM_DATA", Path(__file__).parents[2] / "shared" / "data"))
_CLAIMS_TWINS = "darksphere"
_SIDE = 64


@dataclass(frozen=True)
class Soft:
    """What is known of simulated images beyond one class.

    Parameters
    ----------
    labels : ndarray of float64, shape (N, C)
        Soft labels.
    entropy_bits : ndarray of float64, shape (N,)
        Of these.
    votes : ndarray of int64, shape (N, V)
        Classes 1…C, as so many annotators said.
    """

    labels: npt.NDArray[np.float64]
    entropy_bits: npt.NDArray[np.float64]
    votes: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labelled:
    """Images with measures, and what they are.

    Parameters
    ----------
    images : ArrayImages
    truth : ndarray of int64, shape (N,)
        1…C; of a soft label the most likely class.
    names : tuple of str
    soft : Soft, optional
    """

    images: ArrayImages
    truth: npt.NDArray[np.int64]
    names: tuple[str, ...]
    soft: Soft | None = None

    @property
    def said(self) -> npt.NDArray[np.int64]:
        """What a label says: the truth, or where that is soft, what the first annotator said."""
        return self.truth if self.soft is None else self.soft.votes[:, 0]


def read_folders(folder: Path | None = None) -> Labelled:
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
    truth = np.array([value for _, value in seen.values()])
    return Labelled(_measured([grey for grey, _ in seen.values()]), truth, names)


def simulated(objects: int, seed: int, *, hard: bool = False) -> Labelled:
    """Draw a collection with known soft labels; a hard one's objects differ more and drown in noise."""
    harder = {"variation": 2.0, "noise": 12.0} if hard else {}
    made = simulate_plankton(PlanktonSettings.model_validate({"objects": objects, "seed": seed} | harder))
    place = {name: index + 1 for index, name in enumerate(made.class_names)}
    said = made.votes["class_name"].map(place).to_numpy()
    votes = np.asarray(said.reshape(objects, -1), np.int64)
    soft = Soft(made.soft, made.truth["entropy_bits"].to_numpy(), votes)
    return Labelled(_measured(made.images), made.soft.argmax(axis=1) + 1, made.class_names, soft)


def fewer(known: Labelled, most: int, seed: int) -> Labelled:
    """Of every class but the most frequent one, at most so many images."""
    usual = np.bincount(known.truth).argmax()
    random = np.random.default_rng([seed, 1])
    kept = [
        rows if value == usual else random.permutation(rows)[:most]
        for value in np.unique(known.truth)
        for rows in [np.flatnonzero(known.truth == value)]
    ]
    rows = np.sort(np.concatenate(kept))
    assert known.images.measures is not None
    images = ArrayImages(known.images.pixels[rows], known.images.measures[rows])
    return Labelled(images, known.truth[rows], known.names)


def labelled_rows(said: npt.NDArray[np.int64], each: int, seed: int) -> npt.NDArray[np.int64]:
    """`each` rows of every class; of one seed, the fewer are among the more."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(said == value))[:each] for value in np.unique(said)]
    return np.sort(np.concatenate(drawn))


def _measured(images: list[npt.NDArray[np.uint8]] | tuple[npt.NDArray[np.uint8], ...]) -> ArrayImages:
    pixels = np.stack([vignette(grey, _SIDE) for grey in images])
    return ArrayImages(pixels, np.stack([measure(grey) for grey in images]))
