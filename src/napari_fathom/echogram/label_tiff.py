"""Labels as a TIFF image: range down, pings to the right, class values as grey values."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.coordinates import Grid, check_grid
from napari_fathom.echogram.incoming import IncomingLabels, check_shape, labels_from_array
from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Progress
from napari_fathom.files import replace_file

__all__ = ["read_label_tiff", "write_label_tiff"]

_CLASSIC_LIMIT_BYTES = 2**32 - 2**25  # offsets have 32 bits in a classic TIFF; some room for its header
_SLAB_PINGS = 4096


def write_label_tiff(
    path: Path, grid: Grid, read: ReadLabels, class_names: Mapping[int, str]
) -> Iterator[Event[Path]]:
    """Write labels as one 8-bit grey image with the classes, as JSON, in its description.

    It is uncompressed and contiguous, so that ImageJ opens it as it is and a reader can map a long survey
    into memory; near 4 GiB it becomes a BigTIFF, which ImageJ opens through Bio-Formats.

    Parameters
    ----------
    path, grid, read, class_names
        As for `write_label_npz`.

    Yields
    ------
    Progress per slab, at last Done(path).
    """
    shape = check_grid(grid)
    with replace_file(Path(path)) as beside:
        yield from _write(beside, shape, read, _describe(grid, class_names))
    yield Done(Path(path))


def _describe(grid: Grid, class_names: Mapping[int, str]) -> str:
    # TIFF descriptions are 7-bit; JSON escapes the rest
    return json.dumps(
        {
            "software": "napari-fathom",
            "axes": "range down, pings to the right",
            "classes": {"0": "unlabelled", **{str(value): name for value, name in class_names.items()}},
            "first_ping": str(grid.ping_time[0]),
            "last_ping": str(grid.ping_time[-1]),
            "first_range_m": float(grid.range_m[0]),
            "last_range_m": float(grid.range_m[-1]),
        }
    )


def _write(path: Path, shape: tuple[int, int], read: ReadLabels, description: str) -> Iterator[Event[Path]]:
    import tifffile

    image = tifffile.memmap(
        path,
        shape=shape,
        dtype=np.uint8,
        bigtiff=shape[0] * shape[1] > _CLASSIC_LIMIT_BYTES,
        photometric="minisblack",
        description=description,
        metadata=None,
    )
    try:
        for left in range(0, shape[1], _SLAB_PINGS):
            right = min(left + _SLAB_PINGS, shape[1])
            image[:, left:right] = read((0, shape[0], left, right))
            yield Progress("image", right, shape[1])
        image.flush()
    finally:
        del image  # Windows can't rename a file that is mapped


def read_label_tiff(path: Path, grid: Grid, class_values: Mapping[str, int]) -> IncomingLabels:
    """Take a label image of the survey's own shape.

    Classes are matched by the names in our own description; an image without one keeps its values.

    Raises
    ------
    FormatError
        Not a TIFF image, or more than one grey page.
    LabelError
        Another shape than the survey, or values that are no classes.
    """
    import tifffile

    path, shape = Path(path), check_grid(grid)
    try:
        with tifffile.TiffFile(path) as file:
            pages, page = len(file.pages), file.pages.first
            if pages != 1 or page.ndim != 2:
                raise FormatError(
                    path,
                    f"{pages} pages of {' × '.join(map(str, page.shape))}",
                    "Labels are one grey page, ranges × pings; save class values, not colours.",
                )
            # before any of it is inflated: a small file may hold a huge image
            check_shape(f"TIFF {path.name}", page.shape, shape)
            names = _described(page.description)
            # a plain image is mapped, so that a long survey is read box by box
            values = tifffile.memmap(path, page=0, mode="r") if page.is_memmappable else page.asarray()
    except (ValueError, IndexError, MemoryError, RuntimeError, struct.error, zlib.error) as error:
        raise FormatError(
            path, f"it is no whole TIFF image ({error})", "Save labels as 8-bit grey TIFF."
        ) from error
    return labels_from_array(values, shape, class_values, origin=f"TIFF {path.name}", names=names)


def _described(description: str) -> dict[int, str]:
    try:
        classes = json.loads(description)["classes"]
        return {int(value): str(name) for value, name in classes.items() if int(value)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # somebody else's image
