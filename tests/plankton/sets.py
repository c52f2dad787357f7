"""Small collections that tests write, and the end of a generator of events."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_fathom.events import Done, Event
from napari_fathom.plankton import Tables, read_tables


def drawn(number: int, height: int = 20, width: int = 30) -> NDArray[np.uint8]:
    """A picture unlike any of another number."""
    noise = np.random.default_rng(number).integers(100, 256, (height // 2, width // 2), dtype=np.uint8)
    picture = np.full((height, width), 10, np.uint8)
    picture[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2] = noise
    return picture


def encoded(pixels: NDArray[Any], suffix: str = "png") -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, suffix)
    return stream.getvalue()


def write(path: Path, content: bytes | str | NDArray[Any]) -> Path:
    """Write text, bytes, or a picture in the format of the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, np.ndarray):
        content = encoded(content, {"jpg": "jpeg", "tif": "tiff"}.get(path.suffix[1:], path.suffix[1:]))
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def result(events: Iterable[Event[Any]]) -> Any:
    """What the last event carries."""
    last: Event[Any] | None = None
    for event in events:
        last = event
    assert isinstance(last, Done)
    return last.result


def tables_of(*paths: Path) -> Tables:
    tables = result(read_tables(paths))
    assert isinstance(tables, Tables)
    return tables


def told(tables: Tables) -> list[tuple[str, int | None]]:
    """Where the faults are."""
    return [(fault.file, fault.line) for fault in tables.faults]
