"""Where the painted pixels are, without holding them all in memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_fathom.errors import TrainingError
from napari_fathom.learning.field import LabelField
from napari_fathom.learning.holdout import HeldOut

__all__ = ["PaintedPixels", "find_painted", "require_enough"]

FEWEST_PIXELS = 20
"""Fewer painted pixels than a single small brush stamp are a slip of the hand, not labels."""

_KEPT = 512  # positions remembered of each class in each painted box


@dataclass(frozen=True)
class PaintedPixels:
    """A sample of the positions of each class's training pixels, box by box.

    Parameters
    ----------
    counts : dict of int to int
        Training pixels of each class value; held-out strokes not counted.
    positions : dict of int to tuple of ndarray, each of shape (n, 2)
        For each class value, rows and columns of up to 512 pixels of each painted box.
    shares : dict of int to ndarray
        For each class value, each box's share of its pixels.
    """

    counts: dict[int, int]
    positions: dict[int, tuple[npt.NDArray[np.int64], ...]]
    shares: dict[int, npt.NDArray[np.float64]]

    def draw(self, value: int, random: np.random.Generator) -> tuple[int, int]:
        """Row and column of a random painted pixel of class `value`."""
        places = self.positions[value][random.choice(len(self.shares[value]), p=self.shares[value])]
        row, column = places[random.integers(len(places))]
        return int(row), int(column)


def find_painted(labels: LabelField, held_out: HeldOut, seed: int) -> PaintedPixels:
    """Look through the painted boxes once.

    Parameters
    ----------
    labels : LabelField
    held_out : HeldOut
        Strokes to leave out.
    seed : int
        Of the choice of positions where a box has many pixels of a class.
    """
    random = np.random.default_rng(seed)
    sizes: dict[int, list[int]] = {}
    positions: dict[int, list[npt.NDArray[np.int64]]] = {}
    for box in labels.painted_boxes():
        values = labels.read(box)
        kept = np.where(held_out.mask(values, labels.read_strokes(box), box), 0, values)
        for value in np.unique(kept[kept > 0]).tolist():
            where = np.add(np.argwhere(kept == value), (box[0], box[2]))
            sizes.setdefault(value, []).append(len(where))
            if len(where) > _KEPT:
                where = where[random.choice(len(where), _KEPT, replace=False)]
            positions.setdefault(value, []).append(where)
    return PaintedPixels(
        {value: sum(each) for value, each in sizes.items()},
        {value: tuple(each) for value, each in positions.items()},
        {value: np.array(each) / sum(each) for value, each in sizes.items()},
    )


def require_enough(painted: PaintedPixels, class_names: tuple[str, ...]) -> None:
    """Refuse labels from which nothing can be learned, and say what to paint.

    Raises
    ------
    TrainingError
        If hardly anything or one class only is painted, or a value has no class.
    """
    unknown = sorted(value for value in painted.counts if value > len(class_names))
    if unknown:
        raise TrainingError(
            f"Painted pixels have class value {unknown[0]}, but there are {len(class_names)} classes "
            f"({', '.join(class_names)}). Add the class, or clear those pixels."
        )
    names = [class_names[value - 1] for value in sorted(painted.counts)]
    total = sum(painted.counts.values())
    if total < FEWEST_PIXELS:
        raise TrainingError(
            f"{total} painted pixels to learn from; at least {FEWEST_PIXELS} are needed. "
            "Paint a stroke on each of two classes or more, or take labels from a file "
            "(fathom train --labels FILE)."
        )
    if len(names) < 2:
        missing = ", ".join(name for name in class_names if name not in names) or "another class"
        raise TrainingError(
            f"Only {names[0]} is painted ({total} pixels); a network needs two classes to tell apart. "
            f"Paint a stroke of one of these as well: {missing}."
        )


def unpainted_classes(painted: PaintedPixels, class_names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the classes without a painted pixel."""
    return tuple(name for value, name in enumerate(class_names, start=1) if value not in painted.counts)
