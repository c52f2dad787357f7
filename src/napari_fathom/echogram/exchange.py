"""Labels out to, and in from, every format other tools speak: one writer and one reader each."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.coordinates import Depths, Grid, check_grid
from napari_fathom.echogram.crimac import write_crimac_labels
from napari_fathom.echogram.crimac_incoming import read_crimac_labels
from napari_fathom.echogram.evl import line_to_range, range_to_line, read_evl, write_evl
from napari_fathom.echogram.evr import Region, read_evr, write_evr
from napari_fathom.echogram.incoming import IncomingLabels, left_out
from napari_fathom.echogram.label_npz import read_label_npz, write_label_npz
from napari_fathom.echogram.label_tiff import read_label_tiff, write_label_tiff
from napari_fathom.echogram.regions import LABELLING, match_names, regions_to_mask, trace_regions
from napari_fathom.errors import FormatError, LabelError
from napari_fathom.events import Box, Done, Event, Progress
from napari_fathom.npz import npz_names

__all__ = [
    "LABEL_READERS",
    "LABEL_WRITERS",
    "open_labels",
    "read_label_evl",
    "read_label_evr",
    "read_seabed_evl",
    "sniff_labels",
    "write_label_evr",
    "write_seabed_evl",
]

_TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BACKGROUND = "background"


def write_label_evr(
    path: Path, grid: Grid, read: ReadLabels, class_names: Mapping[int, str]
) -> Iterator[Event[Path]]:
    """Write every patch of the named classes as Echoview regions; see `mask_to_regions`.

    Yields
    ------
    Progress per slab, at last Done(path).
    """
    regions: list[Region] = []
    for done, found in trace_regions(read, grid, class_names):
        regions.extend(found)
        yield Progress("regions", done, len(grid.ping_time))
    write_evr(Path(path), regions)
    yield Done(Path(path))


def write_seabed_evl(path: Path, grid: Grid, seabed_range_m: Depths) -> None:
    """Write the survey's seabed as an Echoview line of depths."""
    write_evl(Path(path), range_to_line(grid, seabed_range_m))


def read_seabed_evl(path: Path, grid: Grid) -> Depths:
    """Read an Echoview line as the survey's seabed, metres from the transducer, shape (P,).

    NaN where it has none, or lies on the wrong side of the transducer.

    Raises
    ------
    FormatError
        Not a line, or none of the survey's pings is on it.
    """
    seabed = line_to_range(read_evl(Path(path)), grid)
    seabed[seabed < 0] = np.nan  # above the transducer: no seabed that it could have seen
    if not np.isfinite(seabed).any():
        raise FormatError(
            path,
            "the line has no depth beyond the transducer at any ping of this survey",
            f"The survey goes from {grid.ping_time[0]} to {grid.ping_time[-1]}; choose its own line.",
        )
    return seabed


def read_label_evr(path: Path, grid: Grid, class_values: Mapping[str, int]) -> IncomingLabels:
    """Lay Echoview regions on the survey by their classifications; see `regions_to_mask`.

    Raises
    ------
    FormatError
        Not a region file, or none of its regions touches the survey in time.
    """
    path = Path(path)
    regions = [region for region in read_evr(path) if len(region.time)]
    shape = check_grid(grid)
    begins = np.array([region.time.min() for region in regions], "datetime64[ns]")
    ends = np.array([region.time.max() for region in regions], "datetime64[ns]")

    def near(left: int, right: int) -> list[Region]:
        """Regions that touch a stretch of pings, since a survey may have tens of thousands."""
        touching = (ends >= grid.ping_time[left]) & (begins <= grid.ping_time[right - 1])
        return [regions[index] for index in np.flatnonzero(touching)]

    if not near(0, shape[1]):
        raise FormatError(
            path,
            f"none of its {len(regions)} regions lies between {grid.ping_time[0]} and {grid.ping_time[-1]}",
            "Choose regions of this survey.",
        )
    labelling = [region.class_name for region in near(0, shape[1]) if region.region_type in LABELLING]
    _, unmatched = match_names(labelling, class_values)

    def read(box: Box) -> NDArray[np.uint8]:
        return regions_to_mask(near(box[2], box[3]), grid, class_values, box)

    notes = left_out("classification", unmatched)
    return IncomingLabels(f"EVR {path.name}", shape, read, notes, tuple(dict.fromkeys(labelling)))


def read_label_evl(path: Path, grid: Grid, class_values: Mapping[str, int]) -> IncomingLabels:
    """Take all that lies beyond an Echoview line as background: the seabed and what is under it.

    Raises
    ------
    FormatError
        See `read_seabed_evl`.
    LabelError
        If the survey has no class named background.
    """
    matched, _ = match_names([_BACKGROUND], class_values)
    if not matched:
        raise LabelError(
            f"A line labels what is beyond it as {_BACKGROUND}, and the survey has no such class; add it."
        )
    value = matched[_BACKGROUND]
    seabed = read_seabed_evl(path, grid)
    ranges = np.asarray(grid.range_m)

    def read(box: Box) -> NDArray[np.uint8]:
        top, bottom, left, right = box
        beyond = ranges[top:bottom, None] >= seabed[None, left:right]
        return np.where(beyond, value, 0).astype(np.uint8)

    return IncomingLabels(f"EVL {Path(path).name}", check_grid(grid), read)


Writer = Callable[[Path, Grid, ReadLabels, Mapping[int, str]], Iterator[Event[Path]]]
Reader = Callable[[Path, Grid, Mapping[str, int]], IncomingLabels]

LABEL_WRITERS: Mapping[str, Writer] = {
    "crimac": write_crimac_labels,
    "evr": write_label_evr,
    "tiff": write_label_tiff,
    "npz": write_label_npz,
}
"""Format name → writer of labels; each takes (path, grid, read, class names) and yields events up to
Done(path)."""

LABEL_READERS: Mapping[str, Reader] = {
    "crimac": read_crimac_labels,
    "evr": read_label_evr,
    "evl": read_label_evl,
    "tiff": read_label_tiff,
    "npz": read_label_npz,
}
"""Format name → reader of labels; each takes (path, grid, class name → value)."""


def sniff_labels(path: Path) -> str | None:
    """Name the format of a label file by its content, None for what is not ours; for any path."""
    path = Path(path)
    if path.is_dir():
        has = (path / "annotation" / name for name in (".zarray", "zarr.json"))
        return "crimac" if any(file.is_file() for file in has) else None
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        head = stream.read(8).removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"EVRG", b"EVBD")):
        return "evr" if head.startswith(b"EVRG") else "evl"
    if head.startswith(_TIFF_MAGICS):
        return "tiff"
    if not head.startswith(b"PK\x03\x04"):
        return None
    # one that is cut short can't be looked into; its reader shall say so
    return "npz" if npz_names(path) or path.suffix == ".npz" else None


def open_labels(path: Path, grid: Grid, class_values: Mapping[str, int]) -> IncomingLabels:
    """Open labels made elsewhere, whatever their format, laid on the survey's grid as partial labels.

    Parameters
    ----------
    path : Path
    grid : Grid
        The survey's coordinates: an `Echogram` will do.
    class_values : mapping of str to int
        The survey's classes, name → value.

    Raises
    ------
    FormatError
        A format that is not ours, or a damaged file.
    LabelError
        Labels that do not fit the survey or its classes.
    """
    name = sniff_labels(path)
    if name is None:
        found = (
            "there is nothing at that path" if not Path(path).exists() else "it holds no labels that we know"
        )
        raise FormatError(path, found, "Give EVR, EVL, CRIMAC labels (zarr), TIFF or npz.")
    return LABEL_READERS[name](path, grid, class_values)
