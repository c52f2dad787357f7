"""What EK60 and EK80 files hold, from their headers alone: channels, ping times, and where to cut them."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from napari_fathom.echogram.readers.base import Channel
from napari_fathom.echogram.readers.datagrams import Datagram, Datagrams, open_datagrams
from napari_fathom.errors import FormatError

__all__ = ["Outline", "Piece", "outline"]

PIECE_BYTES = 8 * 1024**2
"""Larger files are parsed in pieces: echopype holds 10 to 20 times a piece's bytes."""

RAW0 = struct.Struct(
    "<hh8f"
)  # channel, mode, depth, frequency, power, pulse, bandwidth, interval, speed, absorption
RAW0_COUNT = struct.Struct("<i")
RAW0_COUNT_AT = 68
RAW3 = struct.Struct("<128sh2sii")  # channel, data type, spare, offset, count

Span = tuple[int, int]


@dataclass(frozen=True)
class _Ping:
    """One channel's ping, from the header of its RAW datagram."""

    channel: str
    frequency_hz: float
    time: np.datetime64
    range_step_m: float
    cells: int
    transducer_depth_m: float


@dataclass(frozen=True, eq=False)
class Piece:
    """A run of a file's pings that is parsed at once.

    Attributes
    ----------
    spans : tuple of (int, int)
        Bytes to hand to the parser: the settings in force, then the run itself. Empty for a whole file.
    channels : tuple of Channel
        Their times strictly increase.
    transducer_depth_m : float
        Median in the EK60 headers; NaN for EK80, which says it elsewhere.
    """

    spans: tuple[Span, ...]
    channels: tuple[Channel, ...]
    transducer_depth_m: float


@dataclass(frozen=True, eq=False)
class Outline:
    """A file's make, its pieces, and what was wrong with it."""

    model: Literal["EK60", "EK80"]
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


@dataclass
class _Run:
    """A piece that is being collected."""

    settings: tuple[Span, ...]
    start: int
    stop: int = 0
    pings: list[_Ping] = field(default_factory=list)
    latest: dict[str, np.datetime64] = field(default_factory=dict)

    def is_over(self, ping: _Ping) -> bool:
        """Whether `ping` belongs to a new piece: this one is full, or the clock was set back."""
        if ping.time < self.latest.get(ping.channel, ping.time):
            return True
        return self.stop - self.start > PIECE_BYTES and ping.time != self.pings[-1].time


class _Settings:
    """What EK80 says once and means from then on; EK60 says it with every ping."""

    def __init__(self) -> None:
        self.sound_speed = 1500.0
        self.frequency: dict[str, float] = {}
        self.sample_interval: dict[str, float] = {}
        self._spans: dict[str, Span] = {}

    @property
    def in_force(self) -> tuple[Span, ...]:
        """Where the datagrams lie that a later piece can't be parsed without."""
        return tuple(self._spans.values())

    def hear(self, datagram: Datagram, payload: bytes) -> None:
        """Take in one CON0, FIL1 or XML0."""
        key = f"{datagram.kind} {datagram.start}" if datagram.kind == "FIL1" else datagram.kind
        if datagram.kind == "XML0":
            root = ElementTree.fromstring(payload.rstrip(b"\x00").decode("utf-8", errors="replace"))
            self._hear_xml(root)
            key = root.tag
        if key not in ("Parameter", "PingSequence"):  # those belong to the one ping that follows
            self._spans[key] = (datagram.start, datagram.stop)

    def _hear_xml(self, root: ElementTree.Element) -> None:
        if root.tag == "Environment":
            self.sound_speed = float(root.get("SoundSpeed", self.sound_speed))
        for channel in root.iter("Channel"):
            name = channel.get("ChannelID", "")
            transducer = channel.find("Transducer")
            if root.tag == "Configuration" and transducer is not None:
                self.frequency[name] = float(transducer.get("Frequency", "nan"))
            if "SampleInterval" in channel.attrib:
                self.sample_interval[name] = float(channel.attrib["SampleInterval"])


def outline(path: Path) -> Outline:
    """Look through a file's headers.

    Raises
    ------
    FormatError
        If it is empty, or its settings or headers can't be read.
    """
    if path.stat().st_size == 0:
        raise FormatError(path, "an empty file", "Expected a Simrad .raw file; copy it again.")
    with open_datagrams(path) as datagrams:
        try:
            return _outline(path.name, datagrams)
        except (ElementTree.ParseError, struct.error, ValueError, KeyError) as error:
            raise FormatError(
                path, f"headers that can't be read ({error})", "Copy the file again."
            ) from error


def _outline(name: str, datagrams: Datagrams) -> Outline:
    settings = _Settings()
    runs: list[_Run] = []
    kinds: set[str] = set()
    end, last_ping_end, in_force = 0, 0, settings.in_force
    for datagram in datagrams:
        kinds.add(datagram.kind)
        end = datagram.stop
        if datagram.kind in ("CON0", "XML0", "FIL1"):
            settings.hear(datagram, datagrams.payload(datagram))
        ping = _ping(datagram, datagrams, settings)
        if ping is not None:
            if not runs or runs[-1].is_over(ping):
                runs.append(_Run(in_force, last_ping_end))
            runs[-1].pings.append(ping)
            runs[-1].latest[ping.channel] = ping.time
            runs[-1].stop = last_ping_end = end
            in_force = settings.in_force
    notes = list(_notes(name, runs))
    if end < datagrams.size:
        notes.append(
            f"{name}: damaged or cut short at byte {end} of {datagrams.size}; what lies before is used."
        )
    if runs:
        runs[-1].stop = end
    whole = len(runs) == 1 and end == datagrams.size
    model: Literal["EK60", "EK80"] = "EK60" if "CON0" in kinds else "EK80"
    return Outline(model, tuple(_piece(run, whole) for run in runs), tuple(notes))


def _ping(datagram: Datagram, datagrams: Datagrams, settings: _Settings) -> _Ping | None:
    """Read the header of a RAW datagram; None for other kinds and for pings without samples."""
    if datagram.kind == "RAW0":
        head = datagrams.head(datagram, RAW0_COUNT_AT + RAW0_COUNT.size)
        number, mode, depth, frequency, _, _, _, interval, speed, _ = RAW0.unpack_from(head)
        cells = RAW0_COUNT.unpack_from(head, RAW0_COUNT_AT)[0] if mode & 1 else 0
        channel = str(number)
    elif datagram.kind == "RAW3":
        identity, _, _, _, cells = RAW3.unpack_from(datagrams.head(datagram, RAW3.size))
        channel = identity.rstrip(b"\x00").decode("latin-1").strip()
        depth, frequency = float("nan"), settings.frequency[channel]
        interval, speed = settings.sample_interval[channel], settings.sound_speed
    else:
        return None
    if cells <= 0:
        return None
    step = interval * speed / 2
    if not (1e3 <= frequency <= 1e7 and 1e-4 <= step <= 100 and cells <= datagram.stop - datagram.start):
        raise ValueError(
            f"byte {datagram.start}: {frequency:g} Hz, cells of {step:g} m, {cells} samples in "
            f"{datagram.stop - datagram.start} bytes"
        )
    return _Ping(channel, float(frequency), datagram.time, step, cells, depth)


def _notes(name: str, runs: list[_Run]) -> Iterator[str]:
    backwards = sum(1 for former, later in pairwise(runs) if later.pings[0].time < former.pings[-1].time)
    if backwards:
        yield (
            f"{name}: the clock was set back {backwards} times; the pings are put in the order of time, "
            "and each stretch of time is used once."
        )
    names: dict[float, set[str]] = {}
    for run in runs:
        for ping in run.pings:
            names.setdefault(ping.frequency_hz, set()).add(ping.channel)
    for frequency, channels in names.items():
        if len(channels) > 1:
            yield f"{name}: {len(channels)} channels of {frequency / 1000:g} kHz; the first is used."


def _piece(run: _Run, whole: bool) -> Piece:
    chosen: dict[float, str] = {}
    pings: dict[float, list[_Ping]] = {}
    for ping in run.pings:
        if ping.channel == chosen.setdefault(ping.frequency_hz, ping.channel):
            pings.setdefault(ping.frequency_hz, []).append(ping)
    depths = [ping.transducer_depth_m for ping in run.pings]
    spans = () if whole else (*(run.settings if run.start else ()), (run.start, run.stop))
    return Piece(spans, tuple(_channel(group) for group in pings.values()), float(np.median(depths)))


def _channel(pings: list[_Ping]) -> Channel:
    step = min(ping.range_step_m for ping in pings)
    last = max((ping.cells - 1) * ping.range_step_m for ping in pings)
    times = np.unique(np.array([ping.time for ping in pings], dtype="datetime64[us]"))
    return Channel(pings[0].frequency_hz, times.astype("datetime64[ns]"), step, 0.0, last)
