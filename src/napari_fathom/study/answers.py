"""What a model says of every object of a collection: arrays beside each other, one row an object."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.study.cluster_edits import Partition
from napari_fathom.study.edit_log import EditLog
from napari_fathom.study.record import Record

__all__ = ["AnswerRecord", "Answers"]

EDITS = "cluster_edits.jsonl"
_ARRAYS = ("probabilities", "cluster", "ambiguity", "features")
SURE_BELOW = 0.5
"""An object is given its class where its ambiguity is lower, else its cluster (DC3, section 2.2)."""


class AnswerRecord(Record):
    """What an answer says about itself.

    Attributes
    ----------
    model : int
        Number of the model that gave it.
    objects : int
        N.
    """

    file_name: ClassVar[str] = "answer.json"
    shelf: ClassVar[str] = "predictions"
    advice: ClassVar[str] = "Predict again."

    model: int
    objects: int


class Answers:
    """One answer, whole from the moment it is there; arrays are mapped, not read.

    Attributes
    ----------
    path : Path
    record : AnswerRecord
    probabilities : ndarray, shape (N, C), float16
        In the order of `record.class_table`; NaN in the rows of objects without an image. C is 0 where the
        model knows clusters alone.
    cluster : ndarray, shape (N,), uint16
        Number + 1, as the model says; 0 where there is no image. What people made of it: `edits().partition`.
    ambiguity : ndarray, shape (N,), float32
        In [0, 1].
    features : ndarray, shape (N, D), float16
        Where the network places each object; neighbours look alike.
    """

    def __init__(self, path: Path, record: AnswerRecord, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.path, self.record = path, record
        self.probabilities, self.cluster = arrays["probabilities"], arrays["cluster"]
        self.ambiguity, self.features = arrays["ambiguity"], arrays["features"]

    @classmethod
    def save(cls, folder: Path, record: AnswerRecord, **arrays: NDArray[Any]) -> None:
        """Write all of an answer into an empty folder (`NumberedFolders.new` gives one its name).

        Parameters
        ----------
        folder : Path
        record : AnswerRecord
        **arrays
            `probabilities`, `cluster`, `ambiguity` and `features`, each with N rows.
        """
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", arrays[name], allow_pickle=False)
        record.save(folder)

    @classmethod
    def open(cls, path: Path) -> "Answers":
        """Open an answer.

        Raises
        ------
        StudyError
            If a part is missing or damaged.
        """
        record = AnswerRecord.load(path)
        arrays = {}
        for name in _ARRAYS:
            try:
                arrays[name] = np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise StudyError(
                    f"predictions/{path.name}/{name}.npy: missing or damaged ({error}). {record.advice}"
                ) from error
            if len(arrays[name]) != record.objects:
                raise StudyError(
                    f"predictions/{path.name}/{name}.npy: {len(arrays[name])} rows for {record.objects} "
                    f"objects. {record.advice}"
                )
        return cls(path, record, arrays)

    def edits(self, *, writable: bool = False) -> EditLog:
        """What people changed about the clusters, read now; its `partition` is what counts.

        Parameters
        ----------
        writable : bool
            For the one who adds edits; all others read what is there.
        """
        return EditLog(self.path / EDITS, Partition.of(self.cluster), writable=writable)

    def values(self) -> NDArray[np.uint16]:
        """Class value of the highest probability, shape (N,), whatever the ambiguity.

        0 without an image, and of a model that knows no class.
        """
        known = self.cluster > 0
        if not self.probabilities.shape[1]:
            return np.zeros(len(known), np.uint16)
        best = np.array(self.record.class_table.values, np.uint16)[
            np.where(known[:, None], self.probabilities, 0).argmax(1)
        ]
        return np.where(known, best, np.uint16(0))

    def certain(self) -> NDArray[np.bool_]:
        """Whether an object is answered by its class, not by its cluster; shape (N,)."""
        return np.asarray((self.ambiguity < SURE_BELOW) & (self.cluster > 0))
