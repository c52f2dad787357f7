"""Tiles of a pyramid, read behind the screen and kept while they are useful. No Qt: one thread, one lock."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box

__all__ = ["TILE", "Array", "PyramidSource", "TileCache", "TileLoader", "tiles_of"]

TILE = (512, 1024)
"""Rows and pings of one tile: about 2 MB of float32, tens of tiles fill a screen."""

Array = NDArray[Any]
Key = tuple[int, int, int]
"""(level, tile row, tile column)"""


class PyramidSource(Protocol):
    """Something that can be read at several resolutions."""

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(rows, pings) of every level, finest first."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The same at every level."""

    @property
    def trailing(self) -> tuple[int, ...]:
        """Shape of one cell: () for a number, (4,) for a colour."""

    def read(self, level: int, box: Box) -> Array:
        """Cells of one level, shape (h, w, *trailing); may take its time, called off the GUI thread."""


def tiles_of(level: int, box: Box) -> Iterator[Key]:
    """Keys of the tiles that a box touches."""
    top, bottom, left, right = box
    for row in range(top // TILE[0], -(-bottom // TILE[0])):
        for column in range(left // TILE[1], -(-right // TILE[1])):
            yield level, row, column


def box_of(key: Key, shape: tuple[int, int]) -> Box:
    """The cells of one tile, cut to its level."""
    _, row, column = key
    top, left = row * TILE[0], column * TILE[1]
    return (top, min(top + TILE[0], shape[0]), left, min(left + TILE[1], shape[1]))


class TileCache:
    """The most recently used tiles of one pyramid, within a budget of bytes. Thread-safe."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._tiles: OrderedDict[Key, Array] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> Array | None:
        """The tile, which becomes the most recent one; None where it isn't at hand."""
        with self._lock:
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: Key, tile: Array) -> None:
        """Keep a tile; the ones that were not used for longest make room."""
        with self._lock:
            self._drop(key)
            self._tiles[key] = tile
            self._bytes += tile.nbytes
            while self._bytes > self.budget and len(self._tiles) > 1:
                self._drop(next(iter(self._tiles)))

    def forget(self, which: Callable[[Key], bool]) -> None:
        """Drop every tile whose key `which` accepts."""
        with self._lock:
            for key in [key for key in self._tiles if which(key)]:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        tile = self._tiles.pop(key, None)
        if tile is not None:
            self._bytes -= tile.nbytes


class TileLoader:
    """One thread that reads what the screen waits for, the latest wish first.

    A wish replaces the former one of the same asker: what has left the screen is not read any more.

    Parameters
    ----------
    name : str
        Of the thread, for debuggers.
    """

    def __init__(self, name: str = "fathom-tiles") -> None:
        self._wishes: OrderedDict[int, list[Callable[[], None]]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._busy = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wish(self, asker: int, jobs: list[Callable[[], None]]) -> None:
        """Do these jobs, in order, instead of the asker's former wish."""
        with self._changed:
            self._wishes.pop(asker, None)
            if jobs and not self._closed:
                self._wishes[asker] = list(jobs)
            self._changed.notify_all()

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is wished for or being read; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wishes and not self._busy, timeout_s)

    def close(self) -> None:
        """Forget all wishes and let the thread end after the tile at hand."""
        with self._changed:
            self._closed = True
            self._wishes.clear()
            self._changed.notify_all()
        self._thread.join(5.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._wishes))
                if self._closed:
                    return
                job = self._next()
                self._busy = True
            try:
                job()
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _next(self) -> Callable[[], None]:
        asker = next(reversed(self._wishes))
        jobs = self._wishes[asker]
        job = jobs.pop(0)
        if not jobs:
            del self._wishes[asker]
        return job
