"""A planned survey as a stream of gridded pings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from napari_fathom.echogram.grid import Columns, grid_block
from napari_fathom.echogram.plan import Plan, PlannedPart
from napari_fathom.errors import FormatError

__all__ = ["stream_columns"]


def stream_columns(plan: Plan, first: int, width: int) -> Iterator[tuple[int, Columns]]:
    """Read and grid a survey's pings in pieces of one width, whatever the sizes of its parts.

    Parameters
    ----------
    plan : Plan
    first : int
        The survey's ping to begin with; parts before it are not read.
    width : int
        Pings in a piece; the last one may be narrower.

    Yields
    ------
    start : int
        The survey's ping of the piece's first column.
    columns : Columns

    Raises
    ------
    FormatError
        If a part is damaged, or holds fewer pings than its outline said.
    """
    held: list[Columns] = []
    start, count = first, 0
    for planned in plan.parts:
        if planned.stop <= first:
            continue
        skip = max(0, first - planned.start)
        for columns in _gridded(plan, planned, skip, width):
            held.append(columns)
            count += columns.sv_db.shape[2]
            while count >= width:
                whole = _concatenate(held)
                yield start, _cut(whole, 0, width)
                held, start, count = [_cut(whole, width, count)], start + width, count - width
    if count:
        yield start, _concatenate(held)


def _gridded(plan: Plan, planned: PlannedPart, skip: int, width: int) -> Iterator[Columns]:
    block = planned.part.read()
    axis = [channel.pings for channel in block.channels if channel.frequency_hz == planned.axis_frequency_hz]
    pings = np.sort(np.concatenate(axis)) if axis else np.empty(0, dtype=np.intp)
    if not len(pings) or planned.keep[-1] >= len(pings):
        raise FormatError(
            planned.part.name,
            f"{len(pings)} pings at {planned.axis_frequency_hz:g} Hz where {planned.keep[-1] + 1} were seen",
            "The file changed or is damaged; convert again.",
        )
    for start in range(skip, len(planned.keep), width):
        chosen = pings[planned.keep[start : start + width]]
        yield grid_block(block, plan.frequency_hz, plan.range_m, chosen, plan.half_interval)


def _concatenate(pieces: list[Columns]) -> Columns:
    if len(pieces) == 1:
        return pieces[0]
    return Columns(
        np.concatenate([piece.sv_db for piece in pieces], axis=2),
        {name: np.concatenate([piece.vectors[name] for piece in pieces]) for name in pieces[0].vectors},
    )


def _cut(columns: Columns, start: int, stop: int) -> Columns:
    return Columns(
        columns.sv_db[:, :, start:stop].copy(),
        {name: vector[start:stop] for name, vector in columns.vectors.items()},
    )
