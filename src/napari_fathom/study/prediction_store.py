"""A model's answer for a whole survey on disk: it grows tile by tile and can be looked at meanwhile."""

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_fathom import files
from napari_fathom.echogram.store import level_shapes
from napari_fathom.errors import StudyError
from napari_fathom.events import Box
from napari_fathom.labels import Classes
from napari_fathom.study.coarsen import majority, mean, nearest
from napari_fathom.study.prediction_record import PredictionRecord

if TYPE_CHECKING:
    import dask.array as da

__all__ = ["Kind", "PredictionStore"]

Kind = Literal["class", "cluster", "ambiguity"]

_ARRAYS = "arrays.zarr"
_CHUNK = (256, 1024)
_DTYPE: dict[str, str] = {"class": "uint8", "cluster": "uint16", "ambiguity": "float16"}
_COARSEN: dict[str, Callable[..., NDArray[Any]]] = {"class": majority, "cluster": nearest, "ambiguity": mean}
_MISSING: dict[str, float] = {"class": 0, "cluster": 0, "ambiguity": float("nan")}


class PredictionStore:
    """Class, cluster and ambiguity of each cell, as pyramids, and the probabilities behind them.

    The levels have the shapes of the survey's own. `class` holds the study's class values, 0 where there is
    no answer yet; `cluster` the cluster's number plus one, so that 0 means the same; `ambiguity` is NaN.

    Attributes
    ----------
    path : Path
        The folder: `arrays.zarr` (v3), `prediction.json`, and `tiles.jsonl` with the boxes that are done.
    shape : (int, int)
        Range cells and pings.
    record : PredictionRecord
        Where it comes from.
    """

    def __init__(self, path: Path, record: PredictionRecord, group: Any) -> None:
        self.path, self.record, self._group = path, record, group
        self._probabilities = group["probabilities"]
        self.shape: tuple[int, int] = self._probabilities.shape[1:]
        self._classes = self._arrays(f"class_{record.generation}")
        self._levels: dict[str, list[Any]] = {kind: self._arrays(kind) for kind in ("cluster", "ambiguity")}

    @classmethod
    def create(cls, path: Path, shape: tuple[int, int], record: PredictionRecord) -> "PredictionStore":
        """Lay out an answer without any cells; takes the same little time for a survey of any length."""
        import zarr

        group = zarr.create_group(path / _ARRAYS, zarr_format=3)
        group.create_array(
            "probabilities",
            shape=(len(record.classes), *shape),
            chunks=(len(record.classes), *_chunks(shape)),
            dtype="float16",
            fill_value=float("nan"),
        )
        for kind in ("cluster", "ambiguity"):
            _create_pyramid(group, kind, kind, shape)
        _create_pyramid(group, f"class_{record.generation}", "class", shape)
        record.save(path)
        return cls(path, record, group)

    @classmethod
    def open(cls, path: Path) -> "PredictionStore":
        """Open an answer; nothing is read but its record.

        Raises
        ------
        StudyError
            If it is missing or damaged.
        """
        import zarr

        record = PredictionRecord.load(path)
        try:
            return cls(path, record, zarr.open_group(path / _ARRAYS, mode="r+"))
        except (OSError, KeyError, ValueError) as error:
            raise StudyError(f"predictions/{path.name}: damaged ({error!r}). Predict again.") from error

    @property
    def classes(self) -> Classes:
        """The classes the model knew, in the order of the probabilities."""
        return self.record.class_table

    @property
    def complete(self) -> bool:
        """True once every cell that was asked for is there."""
        return self.record.complete

    def done(self) -> list[Box]:
        """Boxes that are finished, in the order they were."""
        tiles = self.path / "tiles.jsonl"
        if not tiles.is_file():
            return []
        boxes = []
        for line in tiles.read_text("utf-8").splitlines(keepends=True):
            if line.endswith("\n"):  # a crash may have cut off the last one
                top, bottom, left, right = json.loads(line)
                boxes.append((top, bottom, left, right))
        return boxes

    def levels(self, kind: Kind) -> "tuple[da.Array, ...]":
        """Pyramid of one layer as dask arrays (range, ping), finest first; they see tiles that come later."""
        import dask.array

        from_array: Any = dask.array.from_array  # dask leaves it untyped
        return tuple(from_array(array, chunks=array.chunks) for array in self.arrays(kind))

    def arrays(self, kind: Kind) -> list[Any]:
        """The zarr arrays behind `levels`."""
        return self._classes if kind == "class" else self._levels[kind]

    def read(self, kind: Kind, box: Box, level: int = 0) -> NDArray[Any]:
        """One box of one layer, shape (h, w)."""
        top, bottom, left, right = box
        return np.asarray(self.arrays(kind)[level][top:bottom, left:right])

    def read_probabilities(self, box: Box) -> NDArray[np.float32]:
        """Probabilities of a box as the model gave them, shape (C, h, w); NaN where there are none."""
        top, bottom, left, right = box
        return np.asarray(self._probabilities[:, top:bottom, left:right], dtype=np.float32)

    def read_answer(self, box: Box) -> NDArray[np.float32]:
        """Probabilities as the class layer has them, corrected for class shares if it is; shape (C, h, w)."""
        probabilities = self.read_probabilities(box)
        shares = self.record.shares
        return shares.correct(probabilities) if self.record.corrected and shares else probabilities

    def certainty(self, box: Box, values: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of the class that each cell of a box is said to be, shape (h, w); 0 where none."""
        probabilities = np.nan_to_num(self.read_answer(box))
        index = np.zeros(256, np.intp)
        index[list(self.classes.values)] = np.arange(len(self.classes))
        chosen = np.take_along_axis(probabilities, index[values][None], axis=0)[0]
        return np.where(values > 0, chosen, np.float32(0))

    def write(
        self,
        box: Box,
        probabilities: NDArray[np.floating[Any]],
        cluster: NDArray[np.integer[Any]],
        ambiguity: NDArray[np.floating[Any]],
    ) -> None:
        """Add one finished tile, and what it changes in the coarser levels.

        Parameters
        ----------
        box : Box
            Where.
        probabilities : ndarray, shape (C, h, w)
        cluster : ndarray of int, shape (h, w)
            From 0.
        ambiguity : ndarray, shape (h, w)
            In [0, 1].
        """
        top, bottom, left, right = box
        probabilities = probabilities.astype(np.float16)  # the classes must be those that reading these gives
        self._probabilities[:, top:bottom, left:right] = probabilities
        _write_levels(self._levels["cluster"], "cluster", box, cluster.astype(np.uint16) + np.uint16(1))
        _write_levels(self._levels["ambiguity"], "ambiguity", box, ambiguity.astype(np.float16))
        self.write_classes(box, self.class_values(probabilities))
        with (self.path / "tiles.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(box) + "\n")

    def class_values(self, probabilities: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        """Value of the likeliest class, shape (h, w), from probabilities (C, h, w); 0 where they are NaN."""
        values = np.array(self.classes.values, np.uint8)
        known = np.isfinite(probabilities).all(axis=0)
        return np.where(known, values[np.nan_to_num(probabilities).argmax(axis=0)], np.uint8(0))

    def write_classes(self, box: Box, values: NDArray[np.uint8]) -> None:
        """Set the class layer of a box, shape (h, w), and the coarser levels."""
        _write_levels(self._classes, "class", box, values)

    def begin_classes(self, record: PredictionRecord) -> "PredictionStore":
        """Lay out another class layer beside the one in force; `adopt` puts it in force once it is whole."""
        name = f"class_{record.generation}"
        _create_pyramid(self._group, name, "class", self.shape)
        return PredictionStore(self.path, record, self._group)

    def flush(self) -> None:
        """Bring all that was written to the disk, before the record says that it is whole."""
        files.flush_folder(self.path)

    def adopt(self, record: PredictionRecord) -> None:
        """Save what the answer says about itself, and with it put its class layer in force."""
        record.save(self.path)
        self.record = record
        self._classes = self._arrays(f"class_{record.generation}")

    def generations(self) -> Iterable[int]:
        """Class layers that lie here."""
        return sorted(int(name[6:]) for name in self._group.group_keys() if name.startswith("class_"))

    def drop_generation(self, generation: int) -> None:
        """Remove a class layer that is not in force."""
        if generation == self.record.generation:
            raise ValueError("the class layer in force can't be removed")
        del self._group[f"class_{generation}"]

    def _arrays(self, name: str) -> list[Any]:
        group = self._group[name]
        return [group[str(level)] for level in range(len(list(group.array_keys())))]


def _chunks(shape: tuple[int, int]) -> tuple[int, int]:
    return min(_CHUNK[0], shape[0]), min(_CHUNK[1], shape[1])


def _create_pyramid(group: Any, name: str, kind: str, shape: tuple[int, int]) -> None:
    for level, level_shape in enumerate(level_shapes(*shape)):
        group.create_array(
            f"{name}/{level}",
            shape=level_shape,
            chunks=_chunks(level_shape),
            dtype=_DTYPE[kind],
            fill_value=_MISSING[kind],
            dimension_names=("range", "ping"),
        )


def _write_levels(levels: list[Any], kind: str, box: Box, values: NDArray[Any]) -> None:
    """Write a box of the finest level, then what it changes in each coarser one."""
    top, bottom, left, right = box
    levels[0][top:bottom, left:right] = values
    for finer, coarser in pairwise(levels):
        factors = (1 if finer.shape[0] == coarser.shape[0] else 2, 2)
        top, bottom = top // factors[0], -(-bottom // factors[0])
        left, right = left // factors[1], -(-right // factors[1])
        covered = finer[top * factors[0] : bottom * factors[0], left * factors[1] : right * factors[1]]
        coarser[top:bottom, left:right] = _COARSEN[kind](np.asarray(covered), factors)
