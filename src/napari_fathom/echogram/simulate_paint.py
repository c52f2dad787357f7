"""An expert's few strokes over a simulated survey: where the labels of an experiment come from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Painting", "paint"]

_TRIES = 20_000  # strokes begun before we say that a class can't take more paint


@dataclass(frozen=True)
class Painting:
    """Partial labels.

    Parameters
    ----------
    labels : array of uint8, shape (R, P)
        0 where nobody has said, else the true class.
    strokes : array of uint32, shape (R, P)
        1, 2, … for the stroke that set a cell; 0 where `labels` is 0.
    """

    labels: NDArray[np.uint8]
    strokes: NDArray[np.uint32]

    @property
    def share(self) -> float:
        """Painted share of all cells."""
        return float(np.count_nonzero(self.labels) / self.labels.size)


def paint(
    truth: NDArray[np.uint8],
    share: float,
    seed: int,
    *,
    brush: int = 3,
    length: int = 24,
    most_of_a_class: float = 0.6,
) -> Painting:
    """Paint short wandering brush strokes inside regions until a share of the survey is painted.

    Classes get equal parts as far as they go: a class never has more than `most_of_a_class` of its cells
    painted, and what it can't take goes to the largest class. A stroke begins at a random cell of its class
    (so a big school is met more often than a small one, and all of the sea alike: the expert is not assumed
    to know where the network will err), runs mostly along the pings, and stays within the region.

    Parameters
    ----------
    truth : array of uint8, shape (R, P)
        Classes 1…C.
    share : float
        Of all cells, in (0, 1); met to a cell.
    seed : int
    brush : int
        Width in cells, odd.
    length : int
        Steps of one stroke.
    most_of_a_class : float
        In (0, 1].

    Returns
    -------
    Painting

    Raises
    ------
    ValueError
        If the share is out of bounds, or more than the truth can take.
    """
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; expected a value between 0 and 1, such as 0.001 for 0.1 %")
    rng = np.random.default_rng([seed, 7])
    labels, strokes = np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.uint32)
    stroke = 0
    for value, budget in _budgets(truth, round(share * truth.size), most_of_a_class).items():
        cells = np.flatnonzero(truth == value)
        for _ in range(_TRIES):
            if budget <= 0:
                break
            start = divmod(int(rng.choice(cells)), truth.shape[1])
            fresh = _stroke(rng, truth, value, labels, start, brush, length)
            fresh = fresh[:budget]
            if len(fresh) >= min(budget, brush**2):  # a dab at a school's edge is no stroke
                stroke += 1
                labels[fresh[:, 0], fresh[:, 1]] = value
                strokes[fresh[:, 0], fresh[:, 1]] = stroke
                budget -= len(fresh)
        if budget > 0:
            raise ValueError(f"class {value} can't take {budget} more painted cells; ask for a smaller share")
    return Painting(labels, strokes)


def _budgets(truth: NDArray[np.uint8], total: int, most_of_a_class: float) -> dict[int, int]:
    """How many cells of each class to paint."""
    values, counts = np.unique(truth[truth > 0], return_counts=True)
    largest = int(values[counts.argmax()])
    budgets = {
        int(value): min(total // len(values), int(most_of_a_class * count))
        for value, count in zip(values, counts, strict=True)
    }
    budgets[largest] += total - sum(budgets.values())
    if budgets[largest] > counts.max():
        raise ValueError(f"{total} painted cells are more than the truth can take; ask for a smaller share")
    return budgets


def _stroke(
    rng: np.random.Generator,
    truth: NDArray[np.uint8],
    value: int,
    labels: NDArray[np.uint8],
    start: tuple[int, int],
    brush: int,
    length: int,
) -> NDArray[np.int64]:
    """Cells a stroke would newly paint, in order, shape (n, 2)."""
    half = brush // 2
    row, column = float(start[0]), float(start[1])
    heading = rng.normal(0, 0.35) + (np.pi if rng.random() < 0.5 else 0)
    fresh: dict[tuple[int, int], None] = {}
    for _ in range(length):
        r, c = round(row), round(column)
        if not (0 <= r < truth.shape[0] and 0 <= c < truth.shape[1]) or truth[r, c] != value:
            break
        for y in range(max(0, r - half), min(truth.shape[0], r + half + 1)):
            for x in range(max(0, c - half), min(truth.shape[1], c + half + 1)):
                if truth[y, x] == value and labels[y, x] == 0:
                    fresh[y, x] = None
        heading += rng.normal(0, 0.15)
        row, column = row + np.sin(heading), column + np.cos(heading)
    return np.array(list(fresh), dtype=np.int64).reshape(-1, 2)
