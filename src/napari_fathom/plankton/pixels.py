"""One image file as grey pixels: safely, and the same pixels whatever format holds them."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["LARGEST_IMAGE", "as_grey", "check_size", "decode", "fingerprint", "open_picture"]

LARGEST_IMAGE = 64 * 1024**2
"""Pixels. The largest objects of a ZooScan or UVP are a few megapixels, a whole scan is 300: what is larger
than this is no vignette of an object, and would take gigabytes to decode."""

_SIMPLE_MODES = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F", "L"}


def decode(picture: Image.Image, name: str, frame: int = 0) -> NDArray[Any]:
    """Decode one picture to grey.

    Parameters
    ----------
    picture : PIL.Image.Image
        From `open_picture`.
    name : str
        For messages.
    frame : int
        Page of a TIFF, frame of a GIF.

    Returns
    -------
    ndarray, shape (h, w), uint8, uint16, int32 or float32
        Colours as their luminance (Rec. 601), which leaves a grey picture stored as RGB as it is.

    Raises
    ------
    FormatError
        If the picture is broken, or larger than `LARGEST_IMAGE`.
    """
    try:
        if picture.tell() != frame:
            picture.seek(frame)
            check_size(picture.height, picture.width, name)
        grey = picture if picture.mode in _SIMPLE_MODES else picture.convert("L")
        pixels = np.array(grey)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, MemoryError) as error:
        # Pillow's decoders have no family of errors of their own
        raise FormatError(name, f"a broken image ({error})", "Copy it again, or leave it out.") from error
    return np.ascontiguousarray(pixels)


def open_picture(data: bytes | BinaryIO, name: str) -> Image.Image:
    """Read a picture's header and refuse it where it is too large; nothing is decoded.

    Parameters
    ----------
    data : bytes or file
        A PNG, JPEG, TIFF, BMP or GIF.
    name : str
        For messages.

    Raises
    ------
    FormatError
        If it is no picture, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    stream = BytesIO(data) if isinstance(data, bytes) else data
    try:
        picture = Image.open(stream)
    except Image.DecompressionBombError as error:
        raise _too_large(name, str(error)) from error
    except UnidentifiedImageError as error:
        found = "an empty file" if not stream.seek(0, 2) else "not an image that can be read"
        raise FormatError(name, found, "Copy it again, or leave it out.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, MemoryError) as error:
        raise FormatError(name, f"a broken image ({error})", "Copy it again, or leave it out.") from error
    check_size(picture.height, picture.width, name)
    return picture


def check_size(height: int, width: int, name: str) -> None:
    """Refuse an image by the size it claims, before a byte of it is decoded.

    Raises
    ------
    FormatError
        If it has no pixel, or more than `LARGEST_IMAGE`.
    """
    if height <= 0 or width <= 0:
        raise FormatError(name, f"an image of {width} × {height} pixels", "Leave it out.")
    if height * width > LARGEST_IMAGE:
        raise _too_large(name, f"{width} × {height}, {height * width / 1e6:.0f} megapixels")


def _too_large(name: str, found: str) -> FormatError:
    return FormatError(
        name,
        f"an image too large for one object ({found})",
        f"Up to {LARGEST_IMAGE / 1e6:.0f} megapixels are read; cut the objects out of it first.",
    )


def as_grey(pixels: NDArray[Any], name: str) -> NDArray[Any]:
    """One plane of a stack as grey: colours become their luminance.

    Raises
    ------
    FormatError
        If the shape is not (h, w), (h, w, 3) or (h, w, 4), or the values are no numbers.
    """
    if pixels.dtype.kind not in "uifb" or not (
        pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    ):
        raise FormatError(
            name,
            f"an array of shape {pixels.shape} and type {pixels.dtype}",
            "Images of (height, width), or with 3 or 4 colours last, are read.",
        )
    if pixels.ndim == 3:
        pixels = (pixels[..., :3] @ np.array([0.299, 0.587, 0.114])).round().astype(pixels.dtype)
    return np.ascontiguousarray(pixels)


def fingerprint(pixels: NDArray[Any]) -> int:
    """What two images have in common only if every pixel is the same: 64 bits, never 0.

    Parameters
    ----------
    pixels : ndarray, shape (h, w)
        As decoded, before any option; so the same picture in two file formats is the same.

    Notes
    -----
    Among a million different images the chance of one false pair is 3 in 10⁸ (birthday bound).
    """
    digest = hashlib.blake2b(f"{pixels.shape}{pixels.dtype.kind}{pixels.itemsize}".encode(), digest_size=8)
    digest.update(np.ascontiguousarray(pixels).tobytes())
    return int.from_bytes(digest.digest(), "little") or 1
