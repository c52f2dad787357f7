"""Collections whose truth is known: what a suite's images can be."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from napari_fathom.errors import FathomError, FormatError
from napari_fathom.evaluation.known import KnownImages, SoftLabels
from napari_fathom.learning.images.source import ArrayImages

__all__ = ["ClassFolders", "DigitImages", "ImageSource", "SimulatedImages", "measured", "unpacked_path"]

_SIDE = 64
_DIGIT_SIDE = 32
_CLAIMS_TWINS = "darksphere"
_PROBE = 3  # simulated objects that tell whether the simulation is still the same

Grey = npt.NDArray[np.uint8]


class _Source(Protocol):
    def read(self, seed: int) -> KnownImages:
        """Collection of one seed."""
        ...

    def fingerprint(self, seed: int) -> str:
        """Another one wherever `read` gives other images."""
        ...


class DigitImages(BaseModel):
    """scikit-learn's handwritten digits, 8 × 8: always at hand, and every method can learn them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["digits"]
    most: int = Field(1797, ge=20, le=1797, description="How many, from the first on.")

    def read(self, seed: int) -> KnownImages:
        """Enlarge them four times; the seed changes nothing."""
        from PIL import Image
        from sklearn.datasets import load_digits

        known = load_digits()
        shape = _DIGIT_SIDE, _DIGIT_SIDE
        grey = [
            np.asarray(
                Image.fromarray((image * 15).astype(np.uint8)).resize(shape, Image.Resampling.BILINEAR)
            )
            for image in known.images[: self.most]
        ]
        truth = np.asarray(known.target[: self.most], np.int64) + 1
        return KnownImages(measured(grey, _DIGIT_SIDE), truth, tuple("0123456789"))

    def fingerprint(self, seed: int) -> str:
        """They never change."""
        return "scikit-learn's digits"


class SimulatedImages(BaseModel):
    """Drawn plankton with known soft labels; every seed is another collection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["simulated"]
    objects: int = Field(800, ge=20, description="How many images.")
    hard: bool = Field(False, description="Objects differ more and drown in noise.")

    def read(self, seed: int) -> KnownImages:
        """Draw and measure."""
        from napari_fathom.plankton.simulate import PlanktonSettings, simulate_plankton

        harder = {"variation": 2.0, "noise": 12.0} if self.hard else {}
        settings = PlanktonSettings.model_validate({"objects": self.objects, "seed": seed} | harder)
        made = simulate_plankton(settings)
        place = {name: index + 1 for index, name in enumerate(made.class_names)}
        said = made.votes["class_name"].map(place).to_numpy()
        votes = np.asarray(said.reshape(self.objects, -1), np.int64)
        soft = SoftLabels(made.soft, made.truth["entropy_bits"].to_numpy(), votes)
        return KnownImages(measured(made.images), made.soft.argmax(axis=1) + 1, made.class_names, soft)

    def fingerprint(self, seed: int) -> str:
        """Of the first few objects, which are the same however many follow."""
        few = self.model_copy(update={"objects": _PROBE}).read(seed)
        return _digest([few.images.pixels.tobytes(), few.truth.tobytes()])


class ClassFolders(BaseModel):
    """A folder with a folder of images for each class, named `Name` or `Name__number`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["folders"]
    path: str = Field(description="May begin with ${FATHOM_DATA}; else from the suite's own folder.")
    rare: int | None = Field(
        None, ge=1, description="Keep at most so many images of all classes but the most frequent."
    )

    def read(self, seed: int) -> KnownImages:
        """All images once; the seed chooses what is kept of `rare` classes."""
        known = read_folders(self._folder)
        return known if self.rare is None else fewer(known, self.rare, seed)

    def fingerprint(self, seed: int) -> str:
        """Of all files' names and bytes."""
        folder = self._folder
        files = sorted(path for path in folder.glob("*/*") if path.is_file())
        parts = [
            part for path in files for part in (str(path.relative_to(folder)).encode(), path.read_bytes())
        ]
        return _digest(parts)

    @property
    def _folder(self) -> Path:
        folder = unpacked_path(self.path)
        if not any(path.is_dir() for path in (folder.iterdir() if folder.is_dir() else ())):
            raise FathomError(
                f"{folder.name}: no folder that holds one folder for each class. "
                "Give the folder of the class folders as `path`."
            )
        return folder


ImageSource = Annotated[DigitImages | SimulatedImages | ClassFolders, Field(discriminator="source")]
"""Whatever a suite of images may have under `data`."""


def unpacked_path(path: str) -> Path:
    """Put what environment variables stand for in a path.

    Raises
    ------
    FathomError
        If a variable isn't set.
    """
    full = os.path.expandvars(path)
    if "$" in full:
        raise FathomError(f"{path}: set this environment variable to the folder that it stands for.")
    return Path(full)


def read_folders(folder: Path) -> KnownImages:
    """Read folders of classes; of images with the same pixels one is kept.

    In UVPec's `folders_uvp6_10` all 100 images of darksphere lie in Copepoda, too. They show spheres, not
    copepods (we looked), and keep darksphere: 1,150 images, 100 of each class and 250 of detritus.

    Raises
    ------
    FormatError
        If anything in a class's folder is no image.
    """
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    names = tuple(path.name.rpartition("__")[0] or path.name for path in classes)
    order = sorted(range(len(classes)), key=lambda index: (names[index] != _CLAIMS_TWINS, index))
    seen: dict[tuple[tuple[int, ...], bytes], tuple[Grey, int]] = {}
    for index in order:
        for file in sorted(classes[index].iterdir()):
            grey = _grey(file)
            seen.setdefault((grey.shape, grey.tobytes()), (grey, index + 1))
    truth = np.array([value for _, value in seen.values()])
    return KnownImages(measured([grey for grey, _ in seen.values()]), truth, names)


def _grey(file: Path) -> Grey:
    from PIL import Image

    try:
        with Image.open(file) as opened:
            return np.asarray(opened.convert("L"))
    except OSError as error:
        raise FormatError(file, "no image", "Move it away: a class's folder holds images alone.") from error


def fewer(known: KnownImages, most: int, seed: int) -> KnownImages:
    """Of every class but the most frequent one, at most so many images."""
    usual = np.bincount(known.truth).argmax()
    random = np.random.default_rng([seed, 1])
    kept = [
        rows if value == usual else random.permutation(rows)[:most]
        for value in np.unique(known.truth)
        for rows in [np.flatnonzero(known.truth == value)]
    ]
    return known.part(np.sort(np.concatenate(kept)))


def measured(images: Sequence[Grey], side: int = _SIDE) -> ArrayImages:
    """Vignettes and region measures, as a collection has them."""
    from napari_fathom.plankton.measures import measure
    from napari_fathom.plankton.options import vignette

    pixels = np.stack([vignette(grey, side) for grey in images])
    return ArrayImages(pixels, np.stack([measure(grey) for grey in images]))


def _digest(parts: Sequence[bytes]) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8, "little") + part)
    return made.hexdigest()[:16]
