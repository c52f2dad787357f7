"""What an export needs of a collection, and its images as files."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FathomError
from napari_fathom.files import replace_folder
from napari_fathom.plankton.pixels import open_picture

__all__ = ["Images", "new_folder", "picture_file", "png_bytes"]

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
    return ".png", png_bytes(images.read(row, rank))


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Pack a grey image, shape (h, w), as PNG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "png")
    return stream.getvalue()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` that takes its place when the block ends well, as `replace_folder` does.

    Raises
    ------
    FathomError
        If something is at `path` already: an export never replaces a folder of somebody's own.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise FathomError(f"{path.name}: there is something in that folder already. Choose a new one.")
    with replace_folder(path) as beside:
        yield beside
