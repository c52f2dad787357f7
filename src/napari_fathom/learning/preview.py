"""What a quick network makes of the strokes painted so far, for the part of a survey that is in view."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.events import Box
from napari_fathom.learning.field import LabelField
from napari_fathom.learning.quick_network import QuickNetwork
from napari_fathom.learning.response_cache import BLOCK, Block, Place, ResponseCache

__all__ = ["Preview"]

_EACH = 640  # cells of a class that are learned from, and as many of the unpainted
_ELSEWHERE = 8  # blocks beyond the view whose strokes are learned from too
_FEWEST = 20  # painted cells of a class: a click of the smallest brush

_Cells = tuple[Place, npt.NDArray[np.intp], npt.NDArray[np.intp]]
"""A block, and rows and columns in it."""


class Preview:
    """Learns from the strokes in view and from the nearest others, again and again.

    Every class counts the same, so that two strokes of sandeel weigh as much as an hour's background. Where
    one class is what nearly all of the sea is (`rest`), unpainted cells in view are examples of it too.

    Parameters
    ----------
    responses : ResponseCache
        Of the survey, or of a coarser level of it.
    labels : LabelField
        Of the same shape; may change meanwhile.
    classes : int
        C.
    rest : int, optional
        Class 1…C that unpainted cells are taken for.
    seed : int
        Of all that is drawn.
    """

    def __init__(
        self,
        responses: ResponseCache,
        labels: LabelField,
        classes: int,
        rest: int | None = None,
        seed: int = 0,
    ) -> None:
        self._responses, self._labels = responses, labels
        self._rest = rest
        self._network = QuickNetwork(responses.columns, classes, seed)
        self._random = np.random.default_rng(seed)

    def answer(self, box: Box, check: Callable[[], None]) -> npt.NDArray[np.uint8]:
        """Learn from what is painted now, and answer.

        Parameters
        ----------
        box : Box
            What is in view, inside the survey.
        check : callable
            Raises when the answer isn't wanted any more, called several times a second.

        Returns
        -------
        ndarray of uint8, shape (h, w)
            The most probable class 1…C; 0 where nothing was measured.

        Raises
        ------
        TrainingError
            If there is nothing to tell apart yet.
        """
        places = self._responses.places(box)
        strokes = self._strokes(box, places)
        unpainted = [] if self._rest is None else self._unpainted(box)
        _require_two({*strokes, self._rest} if strokes and self._rest else set(strokes))
        wanted = dict.fromkeys([*places, *(part[0] for parts in strokes.values() for part in parts)])
        blocks = self._responses.read(list(wanted), check)
        self._learn(blocks, strokes, unpainted, check)
        answer = np.zeros((box[1] - box[0], box[3] - box[2]), np.uint8)
        for place in places:
            check()
            self._answer_block(blocks[place], box, answer)
        return answer

    def _strokes(self, box: Box, places: list[Place]) -> dict[int, list[_Cells]]:
        """Painted cells of each class: those in view, and those of the nearest blocks beyond."""
        painted = {place for each in self._labels.painted_boxes() for place in self._responses.places(each)}
        seen = painted.intersection(places)
        middle = (box[0] + box[1]) / 2 / BLOCK - 0.5, (box[2] + box[3]) / 2 / BLOCK - 0.5
        others = sorted(painted - seen, key=lambda at: max(abs(at[0] - middle[0]), abs(at[1] - middle[1])))
        strokes: dict[int, list[_Cells]] = {}
        for place in (*sorted(seen), *others[:_ELSEWHERE]):
            values = self._labels.read(self._responses.box_of(place))
            for value in np.unique(values[values > 0]).tolist():
                rows, columns = np.nonzero(values == value)
                strokes.setdefault(value, []).append((place, rows, columns))
        return {
            value: self._some(parts)
            for value, parts in strokes.items()
            if sum(len(rows) for _, rows, _ in parts) >= _FEWEST
        }

    def _unpainted(self, box: Box) -> list[_Cells]:
        """Random cells in view that nobody has painted."""
        rows = self._random.integers(box[0], box[1], _EACH)
        columns = self._random.integers(box[2], box[3], _EACH)
        found: list[_Cells] = []
        at = np.stack([rows // BLOCK, columns // BLOCK], axis=1)
        for place in np.unique(at, axis=0).tolist():
            here = (at == place).all(1)
            top, _, left, _ = own = self._responses.box_of((place[0], place[1]))
            down, along = rows[here] - top, columns[here] - left
            free = self._labels.read(own)[down, along] == 0
            found.append(((place[0], place[1]), down[free], along[free]))
        return found

    def _some(self, parts: list[_Cells]) -> list[_Cells]:
        """At most so many cells, at random."""
        count = sum(len(rows) for _, rows, _ in parts)
        if count <= _EACH:
            return parts
        chosen = np.zeros(count, bool)
        chosen[self._random.choice(count, _EACH, replace=False)] = True
        kept: list[_Cells] = []
        start = 0
        for place, rows, columns in parts:
            mask = chosen[start : start + len(rows)]
            start += len(rows)
            kept.append((place, rows[mask], columns[mask]))
        return kept

    def _learn(
        self,
        blocks: dict[Place, Block],
        strokes: dict[int, list[_Cells]],
        unpainted: list[_Cells],
        check: Callable[[], None],
    ) -> None:
        groups = [(value, _rows(blocks, parts)) for value, parts in strokes.items()]
        if self._rest is not None:
            groups.append((self._rest, _rows(blocks, unpainted)))
        groups = [(value, rows) for value, rows in groups if len(rows)]
        shared = [value for value, _ in groups]
        _require_two(set(shared))
        self._network.learn(
            torch.cat([rows for _, rows in groups]),
            torch.cat([torch.full((len(rows),), value - 1) for value, rows in groups]),
            torch.cat(
                [torch.full((len(rows),), 1 / (len(rows) * shared.count(value))) for value, rows in groups]
            ),
            check,
        )

    def _answer_block(self, block: Block, box: Box, answer: npt.NDArray[np.uint8]) -> None:
        top, bottom = max(block.box[0], box[0]), min(block.box[1], box[1])
        left, right = max(block.box[2], box[2]), min(block.box[3], box[3])
        here = np.s_[top - block.box[0] : bottom - block.box[0], left - block.box[2] : right - block.box[2]]
        classes = self._network.most_probable(block.rows[here].flatten(0, 1)).numpy() + 1
        answer[top - box[0] : bottom - box[0], left - box[2] : right - box[2]] = (
            classes.reshape(bottom - top, right - left) * block.measured[here]
        )


def _require_two(classes: set[int]) -> None:
    if len(classes) < 2:
        raise TrainingError("Paint a stroke on each of two classes, and the preview shows what is alike.")


def _rows(blocks: dict[Place, Block], parts: list[_Cells]) -> Tensor:
    """Responses of some measured cells, shape (N, columns)."""
    found = []
    for place, rows, columns in parts:
        kept = blocks[place].measured[rows, columns]
        found.append(blocks[place].rows[torch.from_numpy(rows[kept]), torch.from_numpy(columns[kept])])
    return torch.cat(found).float()
