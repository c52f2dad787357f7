"""From files to a survey store, once: resumable, cancellable, in a memory of bounded size."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from napari_fathom.echogram.columns import stream_columns
from napari_fathom.echogram.grid import Columns
from napari_fathom.echogram.model import Echogram
from napari_fathom.echogram.plain import PlainOptions
from napari_fathom.echogram.plan import Plan, plan_survey
from napari_fathom.echogram.pyramid import build_step, steps
from napari_fathom.echogram.readers.base import Source
from napari_fathom.echogram.seabed import carry_seabed
from napari_fathom.echogram.store import (
    GROWING_VECTORS,
    StoreAttributes,
    create_store,
    fingerprint,
    finish_store,
    flush_pings,
    store_attributes,
    write_vectors,
)
from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.files import flush_entries, flush_folder, replace_text

__all__ = ["convert", "convert_source"]

FORMAT = 1  # of the work folder; a conversion begun by another format starts again


class _Record(BaseModel):
    """How far a conversion has come; lies in its work folder."""

    model_config = ConfigDict(frozen=True)

    identity: str
    level: int = 0
    steps: int = 0
    digest: str = ""


def convert(
    paths: Path | str | Sequence[Path | str],
    store: Path | str,
    *,
    main_frequency_hz: float | None = None,
    plain: PlainOptions | None = None,
    upward: bool | None = None,
) -> Generator[Event[Echogram], None, None]:
    """Convert files to a survey store, event by event.

    The work is done beside the store in `NAME.part` and put in place by one rename when it is whole. Closing
    the generator, or a crash, leaves the work folder; the same call goes on where it stopped. A store that
    the same files and options made already is opened as it is; a store made from others is replaced only when
    the new one is whole, and hands on its seabed where that was edited by hand.

    Parameters
    ----------
    paths : path or sequence of paths
        Files of one survey in any order, all of one format; or one survey store, which is opened as it is.
    store : path
        Where the store goes, by custom `NAME.sv.zarr`.
    main_frequency_hz : float, optional
        Whose range cells and pings are the grid; default the finest.
    plain : PlainOptions, optional
        What npy, npz and mat files don't say.
    upward : bool, optional
        The sounder looks up from a mooring; the formats don't say. Default: it looks down.

    Yields
    ------
    Note, Progress, last Done(Echogram)

    Raises
    ------
    FormatError
        A file that is wrong, empty, damaged or lacks something, or files of different formats.
    """
    from napari_fathom.echogram.formats import look, sniff

    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if sniff(files) == "store" and len(files) == 1:
        yield Done(Echogram.open(files[0]))
        return
    source = yield from look(files, plain)
    yield from convert_source(source, Path(store), main_frequency_hz=main_frequency_hz, upward=bool(upward))


def convert_source(
    source: Source, store: Path, *, main_frequency_hz: float | None = None, upward: bool = False
) -> Generator[Event[Echogram], None, None]:
    """Convert what a reader offers, and close it; see `convert`."""
    with closing(source):
        yield from _convert_open(source, store, main_frequency_hz, upward)


def _convert_open(
    source: Source, store: Path, main_frequency_hz: float | None, upward: bool
) -> Generator[Event[Echogram], None, None]:
    plan = plan_survey(source, main_frequency_hz)
    identity = _identity(source, plan, upward)
    existing = store_attributes(store)
    if existing is not None and existing.identity == identity:
        try:
            echogram = Echogram.open(store)
        except FormatError as error:
            yield Note(f"{error} That is done now.", level="warning")
        else:
            yield Note(f"{store.name} already holds these files; nothing to convert.")
            _tidy(store)
            yield Done(echogram)
            return
    if store.exists() and existing is None and any(store.iterdir() if store.is_dir() else [store]):
        raise FormatError(
            store, "something that is not a survey store is there", "Choose another name for the store."
        )
    notes = (*source.notes, *plan.notes)
    for message in notes:
        yield Note(message, level="warning")
    work = store.with_name(f"{store.name}.part")
    record = _begin(work, plan, identity)
    if record.level or record.steps:
        yield Note("An interrupted conversion goes on where it stopped.")
    record = yield from _write_level_0(work, plan, record)
    yield from _write_pyramid(work, record)
    attributes = StoreAttributes(
        name=store.name.removesuffix(".zarr").removesuffix(".sv"),
        main_frequency_hz=plan.main_frequency_hz,
        upward=upward,
        sources=tuple(dict.fromkeys(planned.part.name for planned in plan.parts)),
        notes=notes,
        companions=dict(source.companions),
        identity=identity,
        fingerprint=fingerprint(plan.frequency_hz, plan.range_m, plan.ping_time, record.digest),
    )
    finish_store(work, attributes)
    kept = carry_seabed(store, work)
    if kept is not None:
        yield Note(kept)
    _put_in_place(work, store)
    yield Done(Echogram.open(store))


def _identity(source: Source, plan: Plan, upward: bool) -> str:
    said = [FORMAT, source.name, *source.identity, plan.main_frequency_hz, upward, dict(source.companions)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _record_path(work: Path) -> Path:
    return work / "progress.json"


def _begin(work: Path, plan: Plan, identity: str) -> _Record:
    """Take up an interrupted conversion of the same files, or lay out an empty store."""
    if _record_path(work).is_file():
        try:
            record = _Record.model_validate_json(_record_path(work).read_bytes())
        except ValidationError:  # of an older program, or damaged: start again
            record = _Record(identity="")
        if record.identity == identity:
            return record
    if work.exists():
        shutil.rmtree(work)
    work.parent.mkdir(parents=True, exist_ok=True)
    create_store(work, plan.frequency_hz, plan.range_m, plan.ping_time)
    flush_folder(work)
    return _save(work, _Record(identity=identity))


def _save(work: Path, record: _Record) -> _Record:
    replace_text(_record_path(work), record.model_dump_json())
    return record


def _write_level_0(work: Path, plan: Plan, record: _Record) -> Generator[Event[Echogram], None, _Record]:
    """Grid and write column after column of chunks; each is on disk before the record says so."""
    import zarr

    group: Any = zarr.open_group(work, mode="r+")
    level = group["sv_db/0"]
    plan_of_steps = steps(level)
    if record.level or record.steps == len(plan_of_steps):
        return record
    total = len(plan.ping_time)
    first, _ = plan_of_steps[record.steps]
    yield Progress("pings", first, total)
    for start, columns in stream_columns(plan, first, plan_of_steps[0][1]):
        stop = start + columns.sv_db.shape[2]
        level[:, :, start:stop] = columns.sv_db
        write_vectors(group, start, columns.vectors)
        for array in (level, *(group[name] for name in GROWING_VECTORS)):
            flush_pings(work, array, start, stop)
        done = {"steps": record.steps + 1, "digest": _digest(record.digest, columns, level.chunks[2])}
        record = _save(work, record.model_copy(update=done))
        yield Progress("pings", stop, total)
    return record


def _digest(former: str, columns: Columns, width: int) -> str:
    """Chain the hashes of columns of chunks, so that a resumed conversion ends at the same one."""
    for start in range(0, columns.sv_db.shape[2], width):
        chunk = np.ascontiguousarray(columns.sv_db[:, :, start : start + width])
        former = hashlib.sha256(former.encode() + chunk.tobytes()).hexdigest()
    return former


def _write_pyramid(work: Path, record: _Record) -> Iterator[Event[Echogram]]:
    import zarr

    group: Any = zarr.open_group(work, mode="r+")
    levels = [group[f"sv_db/{level}"] for level in range(len(list(group["sv_db"].array_keys())))]
    pieces = [
        (level, step, span)
        for level in range(1, len(levels))
        for step, span in enumerate(steps(levels[level]))
    ]
    for done, (level, step, span) in enumerate(pieces, start=1):
        if (level, step) < (record.level, record.steps):
            continue
        build_step(levels[level - 1], levels[level], *span)
        flush_pings(work, levels[level], *span)
        record = _save(work, record.model_copy(update={"level": level, "steps": step + 1}))
        yield Progress("pyramid", done, len(pieces))


def _put_in_place(work: Path, store: Path) -> None:
    """Rename; the record goes last, so that a crash on the way costs the next call nothing but this."""
    if store.exists():
        shutil.rmtree(_former(store), ignore_errors=True)
        store.rename(_former(store))
    work.rename(store)
    flush_entries(store.parent)
    _tidy(store)


def _tidy(store: Path) -> None:
    """Remove what was only needed on the way, also where a crash came before it."""
    _record_path(store).unlink(missing_ok=True)
    shutil.rmtree(_former(store), ignore_errors=True)


def _former(store: Path) -> Path:
    return store.with_name(f"{store.name}.former")
