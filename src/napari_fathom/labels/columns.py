"""Arrays packed small enough for one line of a journal."""

import base64
import binascii
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack", "pack_column", "unpack", "unpack_column"]

_COMPRESSION = 3
"""zlib's level: 6 saves a tenth of the bytes on real strokes and takes twice as long."""


def pack(array: NDArray[Any]) -> str:
    """Compress an array's bytes into text."""
    return base64.b64encode(zlib.compress(array.tobytes(), _COMPRESSION)).decode("ascii")


def unpack(text: str) -> bytes:
    """Take back what `pack` did.

    Raises
    ------
    ValueError
        If the text is damaged.
    """
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except (TypeError, zlib.error, binascii.Error) as error:
        raise ValueError(f"the payload is damaged: {error!r}") from error


def pack_column(column: NDArray[Any]) -> int | str:
    """Pack whole numbers, little-endian; into the number itself where all are the same."""
    if column.size and (column == column[0]).all():
        return int(column[0])
    return pack(column.astype(column.dtype.newbyteorder("<"), copy=False))


def unpack_column(packed: int | str, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    """Take back what `pack_column` did.

    Raises
    ------
    ValueError
        If the text is damaged, or holds another number of values than `size`.
    """
    if isinstance(packed, int):
        return np.full(size, packed, dtype)
    column = np.frombuffer(unpack(packed), dtype.newbyteorder("<")).astype(dtype)
    if len(column) != size:
        raise ValueError(f"the payload has {len(column)} values, {size} were expected")
    return column
