"""Work on many images, some at a time, in smaller parts where memory doesn't suffice."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from napari_fathom.errors import FathomError
from napari_fathom.learning.hardware import is_out_of_memory, release_memory

__all__ = ["Part", "finished", "in_parts"]

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """What was made of some images.

    Parameters
    ----------
    result : T
    done : int
        How many images are done by now.
    size : int
        How many are taken at a time by now.
    """

    result: T
    done: int
    size: int


def in_parts(count: int, size: int, device: torch.device, work: Callable[[int, int], T]) -> Iterator[Part[T]]:
    """Work on images 0…count − 1.

    Parameters
    ----------
    count : int
    size : int
        Images at a time; halved whenever the memory doesn't suffice.
    device : torch.device
        Whose memory that is.
    work : callable
        Of the first image and the one after the last.

    Raises
    ------
    FathomError
        If not even one image fits.
    """
    first = 0
    while first < count:
        last = min(first + size, count)
        try:
            result = work(first, last)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if last - first == 1:
                raise FathomError(
                    f"Not even one image fits into the memory of {device}. Close other programs, "
                    "or work on the CPU."
                ) from error
            size = (last - first) // 2
        else:
            first = last
            yield Part(result, first, size)
            continue
        release_memory(device)  # out here: the error, while it is handled, keeps what didn't fit


def finished(work: Generator[object, None, T]) -> T:
    """What a piece of work returns; what it tells on the way is not passed on."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
