"""Small synthetic surveys for the tests of this room."""

from functools import partial

import numpy as np

from napari_fathom.echogram.readers.base import Block, Channel, ChannelBlock, Part, Source
from napari_fathom.events import Done

FREQUENCIES = (38_000.0, 120_000.0)


def sv_of(pings, rows, frequencies=FREQUENCIES):
    """Linear sv that any ping can be made of by itself, shape (F, p, rows)."""
    values = [
        1e-8 * (1 + np.abs(np.sin(pings[:, np.newaxis] * 0.37 + np.arange(rows) * (0.11 + channel))))
        for channel in range(len(frequencies))
    ]
    return np.stack(values)


def made_source(
    pings, rows=40, part_pings=1000, interrupt_at=None, read=None, frequencies=FREQUENCIES, seabed_m=9.0
):
    """A source that makes each part when it is read; `interrupt_at` a part fails like a pulled plug."""
    parts = []
    for number, start in enumerate(range(0, pings, part_pings)):
        indices = np.arange(start, min(start + part_pings, pings))
        times = (indices * 1_000_000_000).astype("datetime64[ns]")
        channels = tuple(Channel(f, times, 0.5, 0.25, 0.25 + 0.5 * (rows - 1)) for f in frequencies)
        make = partial(_make, number, indices, times, rows, interrupt_at, read, frequencies, seabed_m)
        parts.append(Part(f"part {number}", channels, make))
    return Source("made", tuple(parts), (str(pings), str(rows)))


def _make(number, indices, times, rows, interrupt_at, read, frequencies, seabed_m):
    if number == interrupt_at:
        raise ConnectionError("the plug was pulled")
    if read is not None:
        read.append(number)
    every = np.arange(len(indices))
    range_m = 0.25 + 0.5 * np.arange(rows)
    sv = sv_of(indices, rows, frequencies)
    channels = tuple(ChannelBlock(f, every, range_m, sv[c]) for c, f in enumerate(frequencies))
    along = indices.astype(np.float64)
    draft, seabed = np.full(len(along), 5.0), np.full(len(along), seabed_m)
    return Block(times, channels, draft, latitude=along / 1e6, longitude=-along / 1e6, seabed_range_m=seabed)


def finish(events):
    """Run long work to its end; returns its result and everything it said."""
    said = list(events)
    assert isinstance(said[-1], Done)
    return said[-1].result, said[:-1]
