"""A small collection to learn from: discs, rings, rods and crosses at any angle, and a few labels."""

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ArrayImages, ImageLabels

NAMES = ("disc", "ring", "rod", "cross")
SIDE = 24


def draw(kind: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One shape, dark on grey, with noise."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2 - random.uniform(-2, 2, (2, 1, 1))
    angle = random.uniform(0, np.pi)
    along = rows * np.cos(angle) + columns * np.sin(angle)
    across = columns * np.cos(angle) - rows * np.sin(angle)
    radius, size = np.hypot(rows, columns), random.uniform(5, 8)
    inside = [
        radius < size * 0.8,
        (radius < size) & (radius > size - 2.5),
        (abs(along) < size) & (abs(across) < 1.5),
        ((abs(along) < size) & (abs(across) < 1.5)) | ((abs(across) < size) & (abs(along) < 1.5)),
    ][kind]
    grey = np.where(inside, 90, 170) + random.normal(0, 8, inside.shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


def collection(each: int = 30, seed: int = 0) -> tuple[ArrayImages, npt.NDArray[np.int64]]:
    """`each` images of every shape in random order, measured, and what they are (1…4)."""
    random = np.random.default_rng(seed)
    truth = random.permutation(np.repeat(np.arange(1, len(NAMES) + 1), each))
    pixels = np.stack([draw(value - 1, random) for value in truth])
    dark = pixels < 130
    area = dark.sum((1, 2))
    box = np.stack([dark.any(2).sum(1), dark.any(1).sum(1)], axis=1)
    middle = dark[:, SIDE // 2 - 3 : SIDE // 2 + 3, SIDE // 2 - 3 : SIDE // 2 + 3].mean((1, 2))
    measures = np.column_stack([area, box, area / np.maximum(box.prod(1), 1), middle]).astype(np.float32)
    return ArrayImages(pixels, measures), truth


def some(truth: npt.NDArray[np.int64], each: int, seed: int = 0) -> ImageLabels:
    """Labels of `each` images of every class."""
    random = np.random.default_rng(seed)
    target = np.zeros(len(truth), np.int64)
    for value in np.unique(truth):
        target[random.choice(np.flatnonzero(truth == value), each, replace=False)] = value
    return ImageLabels(target)


def quick(**changes: object) -> ImageSettings:
    """Settings with which a test takes a second or two."""
    values: dict[str, object] = {
        "method": "supervised",
        "ambiguity": False,
        "width": 4,
        "features": 16,
        "measures": False,
        "batch": 8,
        "learning_rate": 3e-3,
        "steps": 4,
        "epochs": 2,
        "held_out": 0.25,
        "trees": 30,
    }
    return ImageSettings.model_validate(values | changes)
