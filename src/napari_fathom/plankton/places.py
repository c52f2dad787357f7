"""Where an image lies, and its pixels from there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.folder import Folder
from napari_fathom.plankton.pixels import as_grey, check_size, decode, open_picture
from napari_fathom.plankton.tree import Tree
from napari_fathom.plankton.trees import open_tree

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ImageFiles", "Place", "place_at", "place_columns"]


class Place(NamedTuple):
    """Where one image lies.

    Parameters
    ----------
    kind : str
        `picture` a file of one image, `roi` raw bytes in an IFCB file, `page` of a TIFF, `stack` one plane of
        a npy or zarr array.
    source : str
        Folder or zip archive.
    member : str
        The file in it.
    offset : int
        First byte of a roi; number of a page or plane.
    height, width : int
        Of a roi; 0 where the file itself says.
    """

    kind: str
    source: str
    member: str
    offset: int = 0
    height: int = 0
    width: int = 0


def place_columns(images: pd.DataFrame) -> tuple[Any, ...]:
    """The columns of a table of images that say where they lie, quick to index one by one."""
    return tuple(images[name].array for name in Place._fields)


def place_at(columns: tuple[Any, ...], at: int) -> Place:
    """Where the image in row `at` of a table lies; `columns` from `place_columns`."""
    kind, source, member, *numbers = (column[at] for column in columns)
    return Place(kind, source, member, *map(int, numbers))


class _Pages(NamedTuple):
    """A picture of many pages, and the open file they are read from."""

    stream: BinaryIO
    picture: Image.Image


class ImageFiles:
    """Reads images from where they lie; archives and stacks stay open between images. Threads may share it.

    Parameters
    ----------
    find : callable, optional
        Says where a source lies now; default where it was.
    """

    def __init__(self, find: Callable[[str], Path] = Path) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._one_at_a_time = threading.RLock()  # a picture of many pages has one position
        self._trees: dict[str, Tree] = {}
        self._last: tuple[tuple[str, str], Any] = (("", ""), None)

    def pixels(self, place: Place) -> NDArray[Any]:
        """Decode one image.

        Returns
        -------
        ndarray, shape (h, w)
            Grey, in the type of its file.

        Raises
        ------
        FormatError
            If it is missing, broken or too large.
        """
        if place.kind == "picture":
            data = self._tree(place).read(place.member)
            return decode(open_picture(data, place.member), place.member)
        if place.kind == "roi":
            return self._roi(place)
        tree = self._tree(place)
        with self._one_at_a_time:
            return self._page(tree, place) if place.kind == "page" else self._plane(tree, place)

    def original(self, place: Place) -> bytes | None:
        """The bytes of an image's own file; None where several images share one."""
        return self._tree(place).read(place.member) if place.kind == "picture" else None

    def close(self) -> None:
        """Close archives; they are opened again when asked."""
        with self._lock:
            for tree in self._trees.values():
                tree.close()
            self._trees.clear()
        with self._one_at_a_time:
            self._forget()

    def _tree(self, place: Place) -> Tree:
        with self._lock:
            tree = self._trees.get(place.source)
            if tree is None:
                path = self._find(place.source)
                if not path.exists():
                    raise FormatError(
                        path, "is no longer there", f"Put it back, or convert the collection again ({path})."
                    )
                tree = self._trees[place.source] = open_tree(path)
            return tree

    def _roi(self, place: Place) -> NDArray[np.uint8]:
        check_size(place.height, place.width, place.member)
        count = place.height * place.width
        data = self._bytes(place, place.offset, count)
        if len(data) < count:
            raise FormatError(
                place.member,
                f"{len(data)} of {count} bytes at byte {place.offset}",
                "The .roi file is shorter than its .adc says; copy it again.",
            )
        return np.frombuffer(data, np.uint8).reshape(place.height, place.width)

    def _bytes(self, place: Place, start: int, count: int) -> bytes:
        tree = self._tree(place)
        if isinstance(tree, Folder):
            with tree.open(place.member) as stream:
                stream.seek(start)
                return stream.read(count)
        with self._one_at_a_time:
            whole: bytes = self._kept(place, lambda: tree.read(place.member))
        return whole[start : start + count]

    def _page(self, tree: Tree, place: Place) -> NDArray[Any]:
        def load() -> _Pages:
            stream = tree.open(place.member)
            try:
                return _Pages(stream, open_picture(stream, place.member))
            except FormatError:
                stream.close()
                raise

        return decode(self._kept(place, load).picture, place.member, place.offset)

    def _plane(self, tree: Tree, place: Place) -> NDArray[Any]:
        def load() -> Any:
            from napari_fathom.plankton.readers.stack import open_array

            path = tree.local(place.member)
            if path is None:
                raise FormatError(place.member, "a stack in an archive", "Unpack the archive first.")
            return open_array(path)

        array = self._kept(place, load)
        if place.offset >= array.shape[0]:
            raise FormatError(
                place.member,
                f"{array.shape[0]} images",
                f"Number {place.offset} was expected; convert it again.",
            )
        return as_grey(np.asarray(array[place.offset]), place.member)

    def _kept(self, place: Place, load: Callable[[], Any]) -> Any:
        """What was loaded last, since images of one file are mostly read in a row."""
        key, loaded = self._last
        if key != (place.source, place.member):
            self._forget()
            loaded = load()
            self._last = ((place.source, place.member), loaded)
        return loaded

    def _forget(self) -> None:
        _, loaded = self._last
        self._last = (("", ""), None)
        if isinstance(loaded, _Pages):
            loaded.stream.close()
