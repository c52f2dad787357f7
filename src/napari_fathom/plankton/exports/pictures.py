"""What an export needs of a collection, and its images as files."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FathomError, FormatError
from napari_fathom.events import Note, Progress
from napari_fathom.files import replace_folder
from napari_fathom.plankton.exports.names import Namer, safe_name
from napari_fathom.plankton.pixels import open_picture

__all__ = [
    "Images",
    "Picture",
    "new_folder",
    "picture_file",
    "pictures",
    "png_bytes",
    "png_file",
    "require_new_folder",
]

_EVERY = 50  # objects between two events
_MOST_TOLD = 20  # images that can't be read, told one by one; more are counted
_PORTABLE = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif")


class Images(Protocol):
    """A `Collection`, or whatever has its objects and images."""

    @property
    def name(self) -> str:
        """What the collection is called."""

    @property
    def objects(self) -> pd.DataFrame:
        """One row an object; see `tables.OBJECT_COLUMNS`."""

    def ranks(self, row: int) -> int:
        """How many images an object has."""

    def read(self, row: int, rank: int = 0) -> NDArray[np.uint8]:
        """One image, shape (h, w)."""

    def original(self, row: int, rank: int = 0) -> tuple[str, bytes] | None:
        """Name and bytes of an image's own file; None where images share one."""


def picture_file(images: Images, row: int, rank: int) -> tuple[str, bytes]:
    """Give an image as a file that other programs open: its own, untouched, or a PNG of what is shown.

    Returns
    -------
    (str, bytes)
        Suffix and content.

    Raises
    ------
    FormatError
        If the image is missing or broken.
    """
    own = images.original(row, rank)
    if own is not None:
        suffix = "." + own[0].rpartition(".")[2].lower()
        if suffix in _PORTABLE:
            open_picture(own[1], own[0]).close()  # a broken one is told now, not by the program it is for
            return suffix, own[1]
    return png_file(images, row, rank)


def png_file(images: Images, row: int, rank: int) -> tuple[str, bytes]:
    """Give an image as `picture_file` does, as PNG whatever its own file is."""
    return ".png", png_bytes(images.read(row, rank))


@dataclass(frozen=True)
class Picture:
    """One image to be written.

    Parameters
    ----------
    place : int
        Of its object in the table that is exported.
    rank : int
        Among the object's images that can be read.
    name : str
        For its file; no other of the export has it, whatever the capitals.
    data : bytes
    """

    place: int
    rank: int
    name: str
    data: bytes


def pictures(
    images: Images,
    table: pd.DataFrame,
    as_file: Callable[[Images, int, int], tuple[str, bytes]] = picture_file,
) -> Iterator[Picture | Note | Progress]:
    """Read every image of some objects, one after the other; what can't be read is told and passed over.

    Parameters
    ----------
    images : Images
    table : DataFrame
        `object_id`, indexed by row of the collection.
    as_file : callable
        (images, row, rank) → suffix, bytes.
    """
    unlike = Namer()
    faults = 0
    for place, (row, object_id) in enumerate(zip(table.index.tolist(), table["object_id"], strict=True)):
        found = 0
        for rank in range(images.ranks(row)):
            try:
                suffix, data = as_file(images, row, rank)
            except FormatError as error:
                faults += 1
                if faults <= _MOST_TOLD:
                    yield Note(f"Left out: {error}", "warning")
                continue
            name = unlike(safe_name(object_id) + (f"_{rank}" if rank else "")) + suffix
            yield Picture(place, found, name, data)
            found += 1
        if place % _EVERY == 0 or place == len(table) - 1:
            yield Progress("images", place + 1, len(table))
    if faults > _MOST_TOLD:
        yield Note(f"{faults - _MOST_TOLD:,} more images could not be read and were left out.", "warning")


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Pack a grey image, shape (h, w), as PNG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "png")
    return stream.getvalue()


def require_new_folder(path: Path) -> None:
    """Refuse a folder that holds something: an export never replaces a folder of somebody's own.

    Raises
    ------
    FathomError
        If something is at `path` already.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise FathomError(f"{path.name}: there is something in that folder already. Choose a new one.")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` that takes its place when the block ends well, as `replace_folder` does.

    Raises
    ------
    FathomError
        As `require_new_folder`.
    """
    require_new_folder(path)
    with replace_folder(path) as beside:
        yield beside
