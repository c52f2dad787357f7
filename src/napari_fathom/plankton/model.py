"""The noun of this room: images of different sizes, with a table of one row an object."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.options import ImageOptions, prepare, vignette
from napari_fathom.plankton.places import ImageFiles, Place, place_at, place_columns
from napari_fathom.plankton.store import CollectionRecord, fault_files, look_arrays, read_faults, read_record
from napari_fathom.plankton.tables import OBJECT_COLUMNS, SEEN_COLUMNS

__all__ = ["Collection", "seen_so_far", "twins"]


@dataclass(frozen=True, eq=False)
class Collection:
    """Images of objects, where they lie, and what is known of them.

    Opening reads nothing but a small record; tables are read when they are first asked for, images one by one
    from their originals. What is shown is the state when it was asked for; while a look goes on, open anew.

    Attributes
    ----------
    name : str
    path : Path
        The store (a folder `NAME.collection`).
    record : CollectionRecord
        What the store says of itself.
    """

    name: str
    path: Path
    record: CollectionRecord = field(repr=False)

    @classmethod
    def open(cls, path: Path | str) -> Collection:
        """Open a collection's store; no table is read and no image decoded.

        Raises
        ------
        FormatError
            If there is none at `path`, a newer program made it, or it is damaged.
        """
        record = read_record(Path(path))
        return cls(record.name, Path(path).resolve(), record)

    def __len__(self) -> int:
        return self.record.objects

    @property
    def fingerprint(self) -> str:
        """Tells this collection from others, and from itself made anew of changed files.

        Seen with other options, such as inverted, it is the same.
        """
        return self.record.stamp or self.record.identity  # stores made before there were stamps have none

    @property
    def options(self) -> ImageOptions:
        """What is done to every image after it is decoded."""
        return self.record.options

    @property
    def notes(self) -> tuple[str, ...]:
        """What the readers had to assume."""
        return self.record.notes

    @property
    def measure_names(self) -> tuple[str, ...]:
        """Names of the columns of `measures`."""
        return self.record.measure_names

    @cached_property
    def objects(self) -> pd.DataFrame:
        """One row an object.

        Columns are those of `tables.OBJECT_COLUMNS`; `height_px` and `width_px` of the first image and its
        `fingerprint` (0 where it has not been looked at or can't be read); `twin`, the first row whose image
        has the same pixels; then the free columns of the source.
        """
        table = self._table("objects")
        whole = (self.path / "look.parquet").is_file()
        seen = self._table("look") if whole else seen_so_far(self.path)
        known = len(OBJECT_COLUMNS)
        return pd.concat([table.iloc[:, :known], seen, table.iloc[:, known:]], axis=1)

    @cached_property
    def images(self) -> pd.DataFrame:
        """One row an image, sorted by object and rank; columns `tables.IMAGE_COLUMNS`."""
        return self._table("images")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read: of the tables, then of the images looked at so far."""
        return tuple(fault for file in fault_files(self.path) for fault in read_faults(file))

    @property
    def looked_at(self) -> NDArray[np.bool_]:
        """Which objects' images have been decoded once, shape (N,), bool; as it is now."""
        if (self.path / "look.parquet").is_file():
            return np.ones(len(self), bool)
        return np.asarray(look_arrays(self.path)["looked_at"][:])

    @cached_property
    def vignettes(self) -> Any:
        """Zarr array (N, side, side) uint8; 0 where an object has not been looked at."""
        return look_arrays(self.path)["vignettes"]

    @cached_property
    def specks(self) -> Any:
        """Zarr array (N, 8, 8) uint8, the vignettes' means; 0 where an object has not been looked at."""
        return look_arrays(self.path)["specks"]

    @property
    def measures(self) -> NDArray[np.float32]:
        """Region measures in pixels of the original, shape (N, M); NaN where there is no image."""
        measures = np.asarray(look_arrays(self.path)["measures"][:], np.float32)
        measures[~self.looked_at] = np.nan
        return measures

    def ranks(self, row: int) -> int:
        """How many images an object has."""
        return int(self._first[row + 1] - self._first[row])

    def place(self, row: int, rank: int = 0) -> Place:
        """Where an image of an object lies.

        Raises
        ------
        IndexError
            If there is no such object.
        FormatError
            If the object has no such image.
        """
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of a collection of {len(self)} objects")
        if not 0 <= rank < self.ranks(row):
            name = self._table("objects")["object_id"].iat[row]
            raise FormatError(
                self.path, f"{name!r} has {self.ranks(row)} images", f"There is no image of rank {rank}."
            )
        return place_at(self._columns, int(self._first[row]) + rank)

    def decode(self, row: int, rank: int = 0) -> NDArray[Any]:
        """One image in grey as its file has it, shape (h, w), before any option.

        Raises
        ------
        FormatError
            If it is missing, broken or too large.
        """
        return self._files.pixels(self.place(row, rank))

    def read(self, row: int, rank: int = 0) -> NDArray[np.uint8]:
        """One image as the options want it, shape (h, w), uint8; decoded now, from the original.

        Parameters
        ----------
        row : int
            The object.
        rank : int
            Which of its images, from 0.

        Raises
        ------
        IndexError
            If there is no such object.
        FormatError
            If it has no such image, or that is missing, broken or too large.
        """
        return prepare(self.decode(row, rank), self.options)

    def original(self, row: int, rank: int = 0) -> tuple[str, bytes] | None:
        """Name and bytes of an image's own file, untouched; None where images share one (IFCB, stacks).

        Raises
        ------
        FormatError
            As `read`.
        """
        place = self.place(row, rank)
        data = self._files.original(place)
        return None if data is None else (place.member.rpartition("/")[2], data)

    def thumbnails(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint8]:
        """Vignettes of some objects, also of those that no look has come to yet.

        Returns
        -------
        ndarray, shape (n, side, side), uint8
            0 where the object has no image that can be read.
        """
        wanted = np.asarray(rows, np.int64)
        side = self.options.side
        found = np.zeros((len(wanted), side, side), np.uint8)
        there = self.looked_at[wanted]
        if there.any():
            found[there] = self.vignettes.oindex[wanted[there]]
        for at in np.flatnonzero(~there).tolist():
            try:
                found[at] = vignette(self.read(int(wanted[at])), side)
            except FormatError:  # the look tells it as a fault; here it is an empty tile
                continue
        return found

    def close(self) -> None:
        """Close archives that images were read from; they open again when asked."""
        self._files.close()

    @cached_property
    def _files(self) -> ImageFiles:
        return ImageFiles(self.find)

    def find(self, source: str) -> Path:
        """Where a source lies now: where it was, or where it was as seen from the store."""
        there = Path(source)
        if there.exists():
            return there
        moved = Path(os.path.normpath(self.path / os.path.relpath(source, self.record.made_at)))
        return moved if moved.exists() else there

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        """Number of the first image of each object, and of all: shape (N + 1,)."""
        return np.searchsorted(self.images["row"].to_numpy(), np.arange(len(self) + 1)).astype(np.int64)

    @cached_property
    def _columns(self) -> tuple[Any, ...]:
        return place_columns(self.images)

    def _table(self, name: str) -> pd.DataFrame:
        try:
            return pd.read_parquet(self.path / f"{name}.parquet")
        except (OSError, ValueError) as error:
            raise FormatError(
                self.path, f"{name}.parquet can't be read ({error})", "Convert the original files again."
            ) from error


def seen_so_far(path: Path) -> pd.DataFrame:
    """What looking at the images of a store has shown until now: `tables.SEEN_COLUMNS`, one row an object."""
    group = look_arrays(path)
    size, fingerprints = group["size"][:], group["fingerprint"][:]
    found = size[:, 0], size[:, 1], fingerprints, twins(fingerprints)
    return pd.DataFrame(dict(zip(SEEN_COLUMNS, found, strict=True)))


def twins(fingerprints: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The first row with the same pixels, for every row.

    Parameters
    ----------
    fingerprints : ndarray, shape (N,), uint64
        0 where nothing is known; such a row is its own twin.

    Returns
    -------
    ndarray, shape (N,), int64
    """
    _, first, inverse = np.unique(fingerprints, return_index=True, return_inverse=True)
    rows = np.arange(len(fingerprints))
    return np.where(fingerprints == 0, rows, first[inverse]).astype(np.int64)
