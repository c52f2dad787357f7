"""Simrad's container: a file is a row of datagrams, each between its own length and its own length again.

Only headers are read here; echopype reads the content. Knowing where every datagram lies lets a survey be
planned before any of it is parsed, a large file be parsed in pieces, and a file that ends too early be used
up to its last whole datagram.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Datagram", "Datagrams", "is_simrad", "open_datagrams"]

LENGTH = struct.Struct("<i")
HEADER = struct.Struct("<4sII")
NT_EPOCH_TO_UNIX = 116_444_736_000_000_000  # 100 ns steps between 1601-01-01 and 1970-01-01


@dataclass(frozen=True)
class Datagram:
    """Where one datagram lies.

    Attributes
    ----------
    kind : str
        Its four letters: CON0, XML0, RAW0, RAW3, NME0, BOT0, …
    time : numpy.datetime64
        In microseconds.
    start, stop : int
        Bytes of the whole datagram in the file, both lengths included.
    """

    kind: str
    time: np.datetime64
    start: int
    stop: int


class Datagrams:
    """The whole datagrams of one file, in its order."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content

    def __iter__(self) -> Iterator[Datagram]:
        position, size = 0, len(self._content)
        while position + 8 <= size:
            (length,) = LENGTH.unpack_from(self._content, position)
            stop = position + length + 8
            if length < HEADER.size or stop > size:
                return
            if LENGTH.unpack_from(self._content, stop - 4)[0] != length:
                return
            kind, low, high = HEADER.unpack_from(self._content, position + 4)
            yield Datagram(kind.decode("latin-1"), _from_nt(low, high), position, stop)
            position = stop

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self._content)

    def payload(self, datagram: Datagram) -> bytes:
        """What lies between the header and the closing length."""
        return self._content[datagram.start + 4 + HEADER.size : datagram.stop - 4]

    def head(self, datagram: Datagram, size: int) -> bytes:
        """First bytes of the payload."""
        start = datagram.start + 4 + HEADER.size
        return self._content[start : min(start + size, datagram.stop - 4)]

    def raw(self, start: int, stop: int) -> bytes:
        """Bytes of the file."""
        return self._content[start:stop]


@contextmanager
def open_datagrams(path: Path) -> Iterator[Datagrams]:
    """Map a file that is not empty, for reading."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield Datagrams(content)


def is_simrad(head: bytes) -> bool:
    """Whether a file begins as an EK60 (CON0) or EK80 (XML0) file does."""
    return len(head) >= 8 and head[4:8] in (b"CON0", b"XML0") and LENGTH.unpack_from(head)[0] >= HEADER.size


def _from_nt(low: int, high: int) -> np.datetime64:
    steps = ((high << 32) | low) - NT_EPOCH_TO_UNIX
    return np.datetime64(steps // 10, "us")
