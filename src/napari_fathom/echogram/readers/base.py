"""What a reader hands on: parts that say cheaply what they hold, and are read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "Channel", "ChannelBlock", "Part", "Source"]

Times = NDArray[np.datetime64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Channel:
    """What one frequency of a part holds, known without reading its Sv.

    Attributes
    ----------
    frequency_hz : float
    ping_time : ndarray, shape (q,), datetime64[ns]
        As written in the file, which need not be increasing.
    range_step_m : float
        The finest step in the part.
    first_range_m, last_range_m : float
        Middle of the first and of the deepest cell.
    """

    frequency_hz: float
    ping_time: Times
    range_step_m: float
    first_range_m: float
    last_range_m: float


@dataclass(frozen=True, eq=False)
class ChannelBlock:
    """Linear sv of one frequency over pings that share one range vector.

    Attributes
    ----------
    frequency_hz : float
    pings : ndarray, shape (q,), int
        Which of the block's ping times these are.
    range_m : ndarray, shape (r,), float64
        Middle of each cell, increasing, metres from the transducer.
    sv : ndarray, shape (q, r), float
        Linear volume backscattering coefficient in m⁻¹, NaN = missing.
    """

    frequency_hz: float
    pings: NDArray[np.intp]
    range_m: Floats
    sv: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Block:
    """A part's content: its channels, and what is known of each ping.

    Attributes
    ----------
    ping_time : ndarray, shape (p,), datetime64[ns]
        The pings of all channels together, in the order of the file.
    channels : tuple of ChannelBlock
        One frequency may come as several, one for each range vector.
    transducer_depth_m, latitude, longitude, seabed_range_m : ndarray, shape (p,)
        NaN where unknown.
    """

    ping_time: Times
    channels: tuple[ChannelBlock, ...]
    transducer_depth_m: Floats
    latitude: Floats
    longitude: Floats
    seabed_range_m: Floats

    @classmethod
    def without_track(cls, ping_time: Times, channels: tuple[ChannelBlock, ...]) -> Block:
        """Build a block of a source that knows neither position, draft nor seabed."""
        unknown = np.full(len(ping_time), np.nan)
        return cls(ping_time, channels, unknown, unknown, unknown, unknown)


def _nothing() -> None:
    """Close what was never left open."""


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of a survey small enough to be held in memory.

    Attributes
    ----------
    name : str
        The file's name, for messages.
    channels : tuple of Channel
        One for each frequency.
    read : callable
        Returns the Block; raises FormatError.
    close : callable
        Lets go of the file it is read from; parts of one file may share it.
    """

    name: str
    channels: tuple[Channel, ...]
    read: Callable[[], Block]
    close: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Source:
    """A survey as a reader sees it.

    Attributes
    ----------
    name : str
        For messages: the first file's name.
    parts : tuple of Part
        In any order; the plan puts them in the order of time.
    identity : tuple of str
        What must be unchanged for an interrupted conversion to go on: names, sizes, dates, options.
    notes : tuple of str
        What the reader had to assume or leave out.
    companions : mapping of str to str
        Paths of things found beside the source that other rooms read.
    """

    name: str
    parts: tuple[Part, ...]
    identity: tuple[str, ...]
    notes: tuple[str, ...] = ()
    companions: Mapping[str, str] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of all files; doing so twice does no harm."""
        for part in self.parts:
            part.close()
