"""What a tile must see so that tiles together equal the whole; plain numbers, no torch."""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "FILTER_SCALES",
    "PATCH_SIDE",
    "Body",
    "Geometry",
    "Voting",
    "alignment",
    "body_of",
    "geometry_of",
    "halo",
]

Body = Literal["unet", "filter-bank", "patches"]
"""What makes features of pixels."""

Voting = Literal["dense", "1", "2", "4", "8"]
"""Which patches vote on a pixel: those of all cells, seen in one pass; or those so many cells apart."""

PATCH_SIDE = 32
"""Cells a side of the patches that are classified whole."""
_DENSE_HALO = 128
"""Patches begin up to 31 cells before a pixel; seen in one pass, VGG16's convolutions reach 90 beyond them
(2 · 1 + 2 · 2 + 3 · 4 + 3 · 8 + 3 · 16)."""

FILTER_SCALES = (1.0, 2.0, 4.0, 8.0)
"""Standard deviations of the filter bank's Gaussians, cells."""
_FORGOTTEN = 8  # standard deviations after which a recursion holds 10⁻⁴ of a step, 0.01 dB of 75


@dataclass(frozen=True)
class Geometry:
    """How tiles lie.

    Parameters
    ----------
    alignment : int
        Cells on whose multiples tiles start.
    halo : int
        Cells that a tile sees around itself, a multiple of `alignment`.
    smallest : int
        Side of the smallest tile worth all that it sees around itself, a multiple of `alignment`.
    near : int
        Cells around a pixel, a multiple of `alignment`, that are enough to judge it by in every epoch.
    """

    alignment: int
    halo: int
    smallest: int
    near: int


def body_of(method: str) -> Body:
    """What a method of pixels trains; all but a few a U-Net."""
    match method:
        case "filter-bank":
            return "filter-bank"
        case "semiclf":
            return "patches"
    return "unet"


def geometry_of(body: Body, depth: int, voting: Voting = "8") -> Geometry:
    """Of a U-Net of `depth` stages; of the filter bank; of patches that vote."""
    if body == "patches":
        apart = 1 if voting == "dense" else int(voting)
        return Geometry(apart, _DENSE_HALO if voting == "dense" else PATCH_SIDE, 2 * PATCH_SIDE, PATCH_SIDE)
    if body == "filter-bank":
        margin = round(_FORGOTTEN * max(FILTER_SCALES))
        return Geometry(1, margin, margin, margin // 2)
    return Geometry(alignment(depth), halo(depth), alignment(depth), halo(depth))


def alignment(depth: int) -> int:
    """Cells on whose multiples a tile must start: the pixels under one cell of the deepest stage.

    Parameters
    ----------
    depth : int
        Number of stages.
    """
    return 1 << (depth - 1)


def halo(depth: int) -> int:
    """Cells that a tile must see around itself so that its prediction equals that of the whole survey.

    Counts backwards what one output pixel needs: two 3×3 convolutions widen the need by 2 cells of their
    stage, going a stage deeper halves it (rounded up), going a stage up doubles it. Holds for tiles that
    start and end on multiples of `alignment(depth)`, to which the result is rounded up: 96 for five stages.

    Parameters
    ----------
    depth : int
        Number of stages.
    """
    need = 2
    for _ in range(depth - 1):  # down the decoder
        need = -(-need // 2) + 2
    for _ in range(depth - 1):  # up the encoder
        need = 2 * need + 2
    step = alignment(depth)
    return -(-need // step) * step
