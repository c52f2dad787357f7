"""Writing so that nothing is lost: beside, flushed, then renamed."""

import errno
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "append_line",
    "flush_entries",
    "flush_file",
    "flush_folder",
    "remove_folder",
    "replace_bytes",
    "replace_file",
    "replace_folder",
    "replace_json",
    "replace_text",
    "sweep",
]

_CANT_FLUSH_NAMES = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What network disks say that write names at once, or have no such thing as flushing a folder."""
_HALF_MADE = re.compile(r"\..+\.[0-9a-f]{32}\.part|\.[0-9a-f]{32}\.part\..+")
_ASIDE = re.compile(r"\.(.+)\.[0-9a-f]{32}\.old")


def replace_bytes(path: Path, data: bytes) -> None:
    """Write `data` beside `path`, flush it to the disk, and rename it into place.

    Raises
    ------
    OSError
        A full or read-only disk; what was at `path` is untouched then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    flush_entries(path.parent)


def replace_text(path: Path, text: str) -> None:
    """Write UTF-8 text as `replace_bytes` does."""
    replace_bytes(path, text.encode())


def replace_json(path: Path, value: Any) -> None:
    """Write indented JSON as `replace_bytes` does."""
    replace_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` for a file that grows; rename it into place when the block ends well.

    A block that raises leaves what was at `path` as it was, and nothing beside it. The name ends as
    `path` does, since writers look at it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{uuid.uuid4().hex}.part.{path.name}")
    try:
        yield beside
        flush_file(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    flush_entries(path.parent)


@contextmanager
def replace_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; flush it and put it in `path`'s place when the block ends well.

    A block that raises leaves what was at `path` as it was, and nothing beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    former = path.with_name(f".{path.name}.{uuid.uuid4().hex}.old")
    beside.mkdir()
    try:
        yield beside
        flush_folder(beside)
        if path.exists():
            path.rename(former)
        beside.rename(path)
        flush_entries(path.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if former.exists() and not path.exists():
            former.rename(path)
        shutil.rmtree(former, ignore_errors=True)


def append_line(path: Path, line: str) -> None:
    """Append one line and flush it to the disk before returning."""
    new = not path.exists()
    with path.open("ab") as stream:
        stream.write(line.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    if new:
        flush_entries(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush all that lies below `folder`: after a power cut, a rename must not be all that is left."""
    for place, _, names in os.walk(folder):
        for name in names:
            flush_file(Path(place, name))
        flush_entries(Path(place))


def flush_file(path: Path) -> None:
    """Flush a file that something else has written to the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def flush_entries(folder: Path) -> None:
    """Flush the list of names in a folder: a new file is there after a power cut only if its name is."""
    if os.name == "nt":  # Windows can't open a folder; NTFS journals the names itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANT_FLUSH_NAMES:
            raise
    finally:
        os.close(handle)


def remove_folder(path: Path) -> None:
    """Remove a folder at once or not at all: a crash on the way leaves what `sweep` clears up."""
    doomed = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    path.rename(doomed)
    shutil.rmtree(doomed)


def sweep(folder: Path) -> None:
    """Remove what a crash left beside its place in `folder`; for the only writer there.

    A folder that was moved aside, and whose place is still empty, goes back.
    """
    if not folder.is_dir():
        return
    for path in list(folder.iterdir()):
        aside = _ASIDE.fullmatch(path.name)
        if aside and not path.with_name(aside[1]).exists():
            path.rename(path.with_name(aside[1]))
            continue
        if not aside and not _HALF_MADE.fullmatch(path.name):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
