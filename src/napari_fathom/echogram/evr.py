"""Echoview regions (EVR): polygons in time and depth, each with a class, a type and notes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from napari_fathom.echogram.coordinates import Depths, Times
from napari_fathom.echogram.echoview_text import encode_lines, format_times, parse_times, read_lines
from napari_fathom.errors import FormatError
from napari_fathom.files import replace_bytes

__all__ = ["POLYGON", "Region", "RegionType", "read_evr", "write_evr"]

POLYGON = 2
"""Creation code of a polygon drawn by hand; others seen: 4 vertical band, 6 marker, 7 school detection."""

_HEAD = "EVRG 7 13.0.378.44817"
_STRUCTURE = 13  # version of a region's block; the one that file format 7 has


class RegionType(IntEnum):
    """What Echoview does with the samples inside."""

    BAD_NO_DATA = 0
    ANALYSIS = 1
    MARKER = 2
    FISH_TRACK = 3
    BAD_EMPTY_WATER = 4


@dataclass(frozen=True, eq=False)
class Region:
    """One region; the polygon closes itself.

    Parameters
    ----------
    time : ndarray of datetime64[ns], shape (N,)
    depth_m : ndarray, shape (N,)
        Metres below the surface; ±9999.99 in bands and markers, which reach from surface to bottom.
    class_name : str
        Echoview's classification.
    name : str
        The region's own name.
    region_id : int
    region_type : RegionType
    creation : int
        How it was made; `POLYGON` for ours.
    notes, detection : tuple of str
        Lines as they stand in the file, blank ones too.
    """

    time: Times
    depth_m: Depths
    class_name: str
    name: str
    region_id: int
    region_type: RegionType = RegionType.ANALYSIS
    creation: int = POLYGON
    notes: tuple[str, ...] = ()
    detection: tuple[str, ...] = ()


def read_evr(path: Path) -> tuple[Region, ...]:
    """Read all regions of a file, in its order.

    Regions are parsed by their own counts, since notes may hold blank lines; the bounding box is not used,
    since some writers leave it out or get it wrong.

    Raises
    ------
    FormatError
        Not an EVR file, cut short, or a line that cannot be read (its number is given).
    """
    path = Path(path)
    lines = _Lines(path, read_lines(path, "EVRG"))
    count = lines.whole_number("the number of regions")
    return tuple(_read_region(lines) for _ in range(count))


class _Lines:
    """The lines of one file with a finger on the next."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        self.path, self._lines, self._next = path, lines, 1

    def take(self, what: str) -> str:
        if self._next >= len(self._lines):
            raise FormatError(
                self.path,
                f"it ends at line {len(self._lines)} before {what}",
                "It is cut short; export it again.",
            )
        self._next += 1
        return self._lines[self._next - 1]

    def take_filled(self, what: str) -> str:
        line = self.take(what)
        while not line.strip():
            line = self.take(what)
        return line

    def whole_number(self, what: str) -> int:
        line = self.take(what)
        if not line.strip().isdecimal():
            raise self.error(f"{line.strip()[:40]!r}", f"It should be {what}.")
        return int(line)

    def error(self, found: str, expected: str) -> FormatError:
        return FormatError(
            self.path, f"line {self._next} is {found}", f"{expected} Export the regions again."
        )


def _read_region(lines: _Lines) -> Region:
    points, region_id, creation = _read_header(lines)
    notes = tuple(lines.take("a note") for _ in range(lines.whole_number("the number of note lines")))
    detection = tuple(
        lines.take("a detection setting")
        for _ in range(lines.whole_number("the number of detection-setting lines"))
    )
    class_name = lines.take("a classification").strip()
    time, depth_m, region_type = _read_points(lines, points)
    name = lines.take("a region's name").strip()
    return Region(time, depth_m, class_name, name, region_id, region_type, creation, notes, detection)


def _read_header(lines: _Lines) -> tuple[int, int, int]:
    header = lines.take_filled("a region's header").split()
    expected = f"It should be a region's header, '{_STRUCTURE} points id 0 creation -1 …'."
    try:
        structure, points, region_id, _, creation = (int(word) for word in header[:5])
    except ValueError as error:
        raise lines.error(f"{' '.join(header)[:60]!r}", expected) from error
    if structure != _STRUCTURE or points < 1:
        raise lines.error(f"{' '.join(header)[:60]!r}", expected)
    return points, region_id, creation


def _read_points(lines: _Lines, points: int) -> tuple[Times, Depths, RegionType]:
    words = lines.take("a region's points").split()
    if len(words) != 3 * points + 1:
        raise lines.error(
            f"{len(words)} words", f"{points} points need {3 * points} words and the region's type."
        )
    columns = np.array(words[:-1], dtype=str).reshape(points, 3)
    try:
        time = parse_times(columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64))
        return time, columns[:, 2].astype(np.float64), RegionType(int(words[-1]))
    except ValueError as error:
        raise lines.error(
            f"not what it should be ({error})", "Times, depths, then a type from 0 to 4."
        ) from error


def write_evr(path: Path, regions: Iterable[Region]) -> None:
    """Write regions as Echoview itself does: byte-order mark, CR LF, 0.1 ms times, bounding boxes.

    The box goes left time, shallowest depth, right time, deepest depth.

    Raises
    ------
    ValueError
        A region without points, or a name or classification that is more than one line.
    """
    blocks = [_region_lines(region) for region in regions]
    lines = [_HEAD, str(len(blocks)), *(line for block in blocks for line in ["", *block])]
    replace_bytes(Path(path), encode_lines(lines))


def _region_lines(region: Region) -> Sequence[str]:
    if not len(region.time):
        raise ValueError(f"region {region.region_id} ({region.name!r}) has no points")
    for text in (region.name, region.class_name, *region.notes, *region.detection):
        if "\n" in text or "\r" in text:
            raise ValueError(f"region {region.region_id}: {text[:40]!r} is more than one line")
    left, right = format_times(np.array([region.time.min(), region.time.max()]))
    top, bottom = _metres(region.depth_m.min()), _metres(region.depth_m.max())
    box = f"{left}  {top} {right}  {bottom}"
    points = " ".join(
        f"{time} {_metres(depth)}"
        for time, depth in zip(format_times(region.time), region.depth_m.tolist(), strict=True)
    )
    return [
        f"{_STRUCTURE} {len(region.time)} {region.region_id} 0 {region.creation} -1 1 {box}",
        str(len(region.notes)),
        *region.notes,
        str(len(region.detection)),
        *region.detection,
        region.class_name,
        f"{points} {int(region.region_type)} ",
        region.name,
    ]


def _metres(depth: float) -> str:
    return f"{depth:.10f}"
