"""Results of a suite: one parquet file, replaced whole after every run."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from napari_fathom.errors import FormatError, StudyError
from napari_fathom.evaluation.figures import FIGURES, LISTS
from napari_fathom.files import replace_file
from napari_fathom.labels.lock import WriteLock

__all__ = [
    "DONE",
    "FAILED",
    "PASSED_OVER",
    "SCHEMA",
    "Row",
    "add_results",
    "read_results",
    "with_rows",
    "write_results",
]

Row = dict[str, Any]
"""A line of the results: columns of `SCHEMA`."""

DONE, FAILED, PASSED_OVER = "done", "failed", "passed over"
"""What became of a run; passed over is a rival that isn't installed."""

_PATIENCE_S, _POLL_S = 60.0, 0.05

_TEXT = ("key", "suite", "kind", "data", "method", "name", "way", "status", "error")
_ALSO_TEXT = ("finished", "version", "device", "settings", "fingerprint")

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXT),
        ("budget", pa.float64()),
        ("seed", pa.int64()),
        *((name, pa.float64()) for name in FIGURES),
        *((name, pa.list_(pa.float64())) for name in LISTS),
        ("class_names", pa.list_(pa.string())),
        ("threads", pa.int64()),
        *((name, pa.string()) for name in _ALSO_TEXT),
    ]
)
"""Columns: whose run it was, its figures (null where one has no meaning), what it ran on."""


def read_results(path: Path) -> list[Row]:
    """Rows of a file; none where there is no file.

    Columns that an older version didn't know are None; those of a newer one are left out.

    Raises
    ------
    FormatError
        If it isn't a file of results.
    """
    if not path.exists():
        return []
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise FormatError(path, "damaged, or no parquet", "Move it away, or name another --out.") from error
    if missing := sorted({"key", "status", "name"} - set(table.column_names)):
        raise FormatError(path, f"no column {missing[0]!r}", "Expected results of `fathom evaluate`.")
    known = set(SCHEMA.names)
    empty = dict.fromkeys(SCHEMA.names)
    return [
        empty | {name: value for name, value in row.items() if name in known} for row in table.to_pylist()
    ]


def write_results(path: Path, rows: Iterable[Row]) -> None:
    """Write all of them, beside the file, and put it in its place."""
    table = pa.Table.from_pylist(list(rows), schema=SCHEMA)
    with replace_file(path) as beside:
        pq.write_table(table, beside, compression="zstd")


def add_results(path: Path, new: Sequence[Row]) -> None:
    """Write rows to the file besides those of other runs, whoever else adds to it at the same time.

    Raises
    ------
    StudyError
        If another program holds the file for longer than writing takes.
    """
    with _alone(path):
        write_results(path, with_rows(read_results(path), new))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            lock = WriteLock(path.with_name(f".{path.name}.lock"), path.name)
        except StudyError:
            if time.monotonic() > until:
                raise
            time.sleep(_POLL_S)
        else:
            break
    try:
        yield
    finally:
        lock.release()


def with_rows(rows: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """Replace what was known of these runs."""
    keys = {row["key"] for row in new}
    return [*(row for row in rows if row["key"] not in keys), *new]
