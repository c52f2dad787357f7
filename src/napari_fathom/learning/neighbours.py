"""The items nearest to each item, of any number of items in little memory."""

from collections.abc import Callable, Generator

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.events import Progress
from napari_fathom.learning.kmeans import Backend, suits_faiss
from napari_fathom.learning.precision import in_full_precision

__all__ = ["nearest_neighbours"]

_CHUNK = 1024  # items compared with all others at once, at most
_SCORES = 1 << 26  # and of these, so many numbers at once: 256 MB

Search = Callable[[Tensor, int], Tensor]


def nearest_neighbours(
    rows: Tensor, count: int, check: Callable[[], None] = lambda: None, backend: Backend = "auto"
) -> Generator[Progress, None, Tensor]:
    """The nearest other items of each, by angle, nearest first.

    Every item is compared with every other: exact, and a million items take hours on a CPU.

    Parameters
    ----------
    rows : Tensor, shape (N, D)
    count : int
        How many; with fewer others, all of them.
    check : callable
        Called before each of many small parts; raises when the user pressed Stop.
    backend : {'auto', 'torch', 'faiss'}
        As of `kmeans`: 'auto' takes faiss, which is quicker, on a CPU that has it.

    Yields
    ------
    Progress

    Returns
    -------
    Tensor of int64, shape (N, min(count, N − 1))
        On the CPU.
    """
    directions, count = F.normalize(rows, dim=1), min(count, len(rows) - 1)
    nearest = _by_faiss(directions) if suits_faiss(backend, rows) else _by_product(directions)
    size = min(max(_SCORES // max(len(rows), 1), 1), _CHUNK)
    found = torch.empty(len(rows), count, dtype=torch.int64)
    for first in range(0, len(rows), size):
        check()
        last = min(first + size, len(rows))
        found[first:last] = _others(nearest(directions[first:last], count + 1), first, count)
        yield Progress("neighbours", last, len(rows))
    return found


def _by_product(directions: Tensor) -> Search:
    def nearest(some: Tensor, count: int) -> Tensor:
        with in_full_precision(directions):
            alike = some @ directions.T
        return alike.topk(count, dim=1).indices.cpu()

    return nearest


def _by_faiss(directions: Tensor) -> Search:
    import faiss

    index = faiss.IndexFlatIP(directions.shape[1])
    index.add(directions.contiguous().numpy())
    return lambda some, count: torch.from_numpy(index.search(some.contiguous().numpy(), count)[1])


def _others(found: Tensor, first: int, count: int) -> Tensor:
    """Without the items first, first + 1, … themselves, of which others may be the very image."""
    kept = found != torch.arange(first, first + len(found))[:, None]
    kept[:, -1] &= ~kept.all(dim=1)  # too many alike: it isn't even among its nearest
    return found[kept].reshape(len(found), count)
