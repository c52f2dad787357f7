"""Bins of an Imaging FlowCytobot: three files, `.adc` (a line a target), `.roi` (its pixels) and `.hdr`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from posixpath import basename, splitext

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault, fault_of
from napari_fathom.plankton.readers.ifcb_layout import Layout, layout_of, start_of
from napari_fathom.plankton.readers.ifcb_scores import Scores, find_scores
from napari_fathom.plankton.tables import Part
from napari_fathom.plankton.tree import Tree

__all__ = ["is_bin_file", "read_ifcb"]

SUFFIXES = (".adc", ".roi", ".hdr")


def is_bin_file(name: str) -> bool:
    """Whether a file's name is that of a bin."""
    return start_of(splitext(basename(name))[0]) is not None


def read_ifcb(tree: Tree) -> Iterator[Part]:
    """Every target with an image of every bin in a folder or archive.

    The number of a target is its line in the `.adc`; targets without an image (width 0) keep theirs. Class
    scores anywhere beside the bins are taken as predictions, see `find_scores`.

    Yields
    ------
    Part
        One a bin; a bin that can't be read is an empty part with a fault.
    """
    by_stem: dict[str, dict[str, str]] = {}
    for name in tree.names(*SUFFIXES):
        stem, suffix = splitext(name)
        by_stem.setdefault(stem, {})[suffix.lower()] = name
    scores, faults = find_scores(tree, {basename(stem) for stem in by_stem})
    if faults:
        yield Part.empty(tree.path.name, *faults)
    for stem, files in by_stem.items():
        try:
            yield _read_bin(tree, basename(stem), files, scores.get(basename(stem)))
        except FormatError as error:
            yield Part.empty(str(error.path), fault_of(error, str(error.path)))


def _read_bin(tree: Tree, name: str, files: dict[str, str], scores: Scores | None) -> Part:
    start = start_of(name)
    if start is None:
        raise FormatError(
            next(iter(files.values())),
            "not the name of a bin",
            "DYYYYMMDDTHHMMSS_IFCBnnn or IFCBn_YYYY_DDD_HHMMSS was expected; it is left out.",
        )
    for suffix in (".adc", ".roi"):
        if suffix not in files:
            beside = next(iter(files.values()))
            raise FormatError(beside, f"no {suffix} file lies beside it", "Copy the bin's three files.")
    adc, roi = files[".adc"], files[".roi"]
    lines = tree.read(adc).decode("latin-1").splitlines()
    if not any(lines):
        raise FormatError(
            adc, "an empty .adc file", "The bin has no targets; leave it out, or copy it again."
        )
    if tree.sizes[roi] < 3:  # the instrument writes 0 or 2 bytes where it imaged nothing
        raise FormatError(
            roi,
            f"a .roi file of {tree.sizes[roi]} bytes",
            "The bin has no images; leave it out, or copy it again.",
        )
    layout = layout_of(name)
    values, faults = _numbers(lines, adc, layout)
    number = np.arange(1, len(lines) + 1)
    imaged = (values[:, layout.width] > 0) & (values[:, layout.height] > 0)
    start_byte = values[:, layout.start]
    end = start_byte + values[:, layout.width] * values[:, layout.height]
    outside = imaged & ((end > tree.sizes[roi]) | (start_byte < 0))
    faults += [
        Fault(adc, line, f"its image would end beyond the {tree.sizes[roi]} bytes of {basename(roi)}.")
        for line in number[outside].tolist()
    ]
    kept = imaged & ~outside
    targets = _targets(name, start, values[kept], number[kept], layout)
    images = pd.DataFrame(
        {
            "row": range(int(kept.sum())),
            "kind": "roi",
            "source": str(tree.path),
            "member": roi,
            "offset": start_byte[kept].astype(np.int64),
            "height": values[kept, layout.height].astype(np.int32),
            "width": values[kept, layout.width].astype(np.int32),
        }
    )
    if ".hdr" in files:
        targets = targets.assign(**_where(tree.read(files[".hdr"])))
    if scores is not None:
        targets = targets.join(scores.of(targets["roi_number"].to_numpy()))
    return Part(targets.assign(line=number[kept]), images, adc, (), tuple(faults))


def _numbers(lines: list[str], adc: str, layout: Layout) -> tuple[NDArray[np.float64], list[Fault]]:
    """Fields of every line up to the start byte; zeros, which is to say no image, where a line is damaged."""
    fields = [line.rstrip(",").split(",") for line in lines]
    usual = max(Counter(map(len, fields)).items(), key=lambda item: item[1])[0]
    needed = layout.start + 1
    if usual < needed:
        raise FormatError(adc, f"{usual} fields a line", f"At least {needed} were expected in such a bin.")
    values = np.zeros((len(lines), needed))
    faults = []
    for row, found in enumerate(fields):
        try:
            if len(found) < usual:
                raise ValueError(f"{len(found)} of {usual} fields")
            numbers = [float(field) for field in found[:needed]]
            if not all(abs(number) < 1e12 for number in numbers):  # also of NaN
                raise ValueError("no sensible numbers")
            values[row] = numbers
        except ValueError as error:
            faults.append(Fault(adc, row + 1, f"a damaged line ({error}); the target is left out."))
    return values, faults


def _targets(
    name: str, start: pd.Timestamp, values: NDArray[np.float64], number: NDArray[np.int64], layout: Layout
) -> pd.DataFrame:
    seconds = pd.to_timedelta(values[:, 1], unit="s", errors="coerce")
    return pd.DataFrame(
        {
            "object_id": [f"{name}_{roi:05d}" for roi in number.tolist()],
            "sample": name,
            "acquisition": next(part for part in name.split("_") if part.startswith("IFCB")),
            "date": start + seconds,
            "roi_number": number,
            "roi_x": values[:, layout.x],
            "roi_y": values[:, layout.x + 1],
            **{free: values[:, column] for free, column in layout.free.items()},
        }
    )


def _where(header: bytes) -> dict[str, float]:
    """Latitude and longitude, where the instrument knew them."""
    found: dict[str, float] = {}
    for line in header.decode("latin-1").splitlines():
        key, _, value = line.partition(":")
        name = key.strip().lower().removeprefix("gps")
        if name in ("latitude", "longitude"):
            try:
                degrees = float(value)
            except ValueError:  # an instrument without a fix writes words
                continue
            if abs(degrees) <= (90 if name == "latitude" else 180):
                found[name] = degrees
    return found
