"""A small survey to learn from: three kinds of things on four channels, and an expert's few strokes."""

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.settings import TrainSettings

NAMES = ("background", "sandeel", "other fish")
DECIBELS = np.array([[-80, -66, -48], [-79, -60, -50], [-78, -50, -62], [-77, -46, -66]], np.float32)


def truth_map(height: int = 96, width: int = 256, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Background (1) with schools of two kinds (2, 3)."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    truth = np.ones((height, width), np.uint8)
    for school in range(max(height * width // 1500, 2)):
        row, column = random.integers(8, height - 8), random.integers(12, width - 12)
        tall, long = random.integers(4, 8), random.integers(8, 14)
        truth[((rows - row) / tall) ** 2 + ((columns - column) / long) ** 2 < 1] = 2 + school % 2
    return truth


def survey(truth: npt.NDArray[np.uint8], seed: int = 0) -> ArrayField:
    """Its Sv with speckle."""
    speckle = np.random.default_rng(seed).exponential(size=(len(DECIBELS), *truth.shape))
    return ArrayField((DECIBELS[:, truth - 1] + 10 * np.log10(speckle)).astype(np.float32))


def strokes(truth: npt.NDArray[np.uint8], each: int = 8, seed: int = 0) -> ArrayLabels:
    """Some short strokes inside each kind of thing."""
    random = np.random.default_rng(seed)
    values, ids = np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.uint32)
    for value in np.unique(truth):
        places = np.argwhere(truth == value)
        for row, column in places[random.choice(len(places), each, replace=False)]:
            box = np.s_[max(row - 2, 0) : row + 3, max(column - 4, 0) : column + 5]
            inside = truth[box] == value
            values[box][inside], ids[box][inside] = value, ids.max() + 1
    return ArrayLabels(values, ids, block=64)


def quick(**changes: object) -> TrainSettings:
    """Settings with which a test takes a second or two."""
    values: dict[str, object] = {
        "method": "supseg",
        "ambiguity": False,
        "width": 8,
        "depth": 3,
        "patch": 32,
        "batch": 4,
        "scale_db": 25,
        "clusters": 12,
        "components": 6,
        "cluster_pixels": 1024,
        "ambiguity_pixels": 256,
        "kmeans_iterations": 4,
        "learning_rate": 3e-3,
        "steps": 6,
        "epochs": 2,
        "held_out": 0.25,
        "tile": 128,
    }
    return TrainSettings.model_validate(values | changes)
