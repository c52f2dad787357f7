"""Hard examples: painted cells that a model surely takes for another class."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.nets.network import Network, evaluating
from napari_fathom.learning.painted import PaintedPixels

__all__ = ["Window", "contradictions"]

_SURE = 0.8  # probability of a class other than the painted one
_KEPT = 512  # cells remembered of each class

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """A part of the survey as a network sees it.

    Parameters
    ----------
    corner : (int, int)
        Row and column of its first cell in the survey.
    image : Tensor, shape (channels, h, w)
        Scaled.
    target : ndarray of int64, shape (h, w)
        0…C−1; −1 where nothing may be learned from.
    """

    corner: tuple[int, int]
    image: torch.Tensor
    target: npt.NDArray[np.int64]


@torch.no_grad()
def contradictions(
    network: Network, windows: Iterable[Window], device: torch.device, random: np.random.Generator
) -> PaintedPixels:
    """Where the network gives a class other than the painted one at least 80 %.

    Parameters
    ----------
    network : Network
        Asked in evaluation mode; its mode is put back afterwards.
    windows : iterable of Window
    device : torch.device
        Where the network is.
    random : Generator
        Of which cells are remembered where there are many.

    Returns
    -------
    PaintedPixels
        By class value, 1…C, of what was painted; a class that is never contradicted isn't in it.

    References
    ----------
    Bootstrapping, or hard negative mining: Sung and Poggio 1998, IEEE TPAMI 20, 39-51; Shrivastava, Gupta and
    Girshick 2016, CVPR, 761-769. Here the contradicted are drawn more often, and nothing is left out.
    """
    with evaluating(network):
        found = [_in_window(network, window, device) for window in windows]
    rows = np.unique(np.concatenate(found), axis=0) if found else np.zeros((0, 3), np.int64)
    counts: dict[int, int] = {}
    positions: dict[int, tuple[Places, ...]] = {}
    for value in np.unique(rows[:, 0]).tolist():
        own = rows[rows[:, 0] == value, 1:]
        counts[value] = len(own)
        positions[value] = (own[random.permutation(len(own))[:_KEPT]],)
    return PaintedPixels(counts, positions, {value: np.ones(1) for value in counts})


def _in_window(network: Network, window: Window, device: torch.device) -> Places:
    """Class value, row and column of each contradicted cell, shape (n, 3)."""
    places = np.flatnonzero(window.target >= 0)
    painted = window.target.reshape(-1)[places]
    image = window.image[None].to(device, memory_format=torch.channels_last)
    told = network.probabilities(image, torch.from_numpy(places).to(device)).float().cpu().numpy()
    others = told.copy()
    others[np.arange(len(places)), painted] = 0
    wrong = others.max(axis=1, initial=0) >= _SURE
    rows, columns = np.divmod(places[wrong], window.target.shape[1])
    return np.stack([painted[wrong] + 1, rows + window.corner[0], columns + window.corner[1]], axis=1)
