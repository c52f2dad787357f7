"""From files to a collection's store: the tables at once, then a look at every image; it can be resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Sequence
from pathlib import Path

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Note
from napari_fathom.files import replace_folder
from napari_fathom.plankton.formats import gather_tables, sniff
from napari_fathom.plankton.look import look
from napari_fathom.plankton.measures import MEASURE_NAMES
from napari_fathom.plankton.model import Collection
from napari_fathom.plankton.options import ImageOptions
from napari_fathom.plankton.store import CollectionRecord, create_store, read_record, renew_store

__all__ = ["convert_collection", "lay_out", "lay_out_anew", "lay_out_collection"]


def convert_collection(
    paths: Path | str | Sequence[Path | str], store: Path | str, *, options: ImageOptions | None = None
) -> Generator[Event[Collection], None, None]:
    """Convert files to a collection's store, event by event.

    First the tables are read (seconds, also for a million objects); from then on the store opens. Then every
    image is decoded once, in the order of the objects. Closing the generator, or a crash, keeps what was
    seen; the same call goes on. A store that holds the same files under the same options is opened as it is;
    one made from others is replaced when the new tables are whole. The originals are only ever read.

    Parameters
    ----------
    paths : path or sequence of paths
        Folders, archives or files of one format; or one collection's store, whose look goes on.
    store : path
        Where the store goes, by custom `NAME.collection`.
    options : ImageOptions, optional
        How images are to be seen; default as they are. `suggest_options` proposes.

    Yields
    ------
    Note, Progress, last Done(Collection)

    Raises
    ------
    FormatError
        If nothing of it can be read, or something else lies at `store`.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if len(files) == 1 and sniff(files) == "store":
        collection = Collection.open(files[0])
    else:
        collection = yield from lay_out(files, Path(store), options or ImageOptions())
    yield from look(collection)


def lay_out_collection(
    paths: Path | str | Sequence[Path | str], store: Path | str, *, options: ImageOptions | None = None
) -> Generator[Event[Collection], None, None]:
    """Read the tables and make the store that opens with them; no image is decoded.

    See `convert_collection`, whose first half this is: a viewer shows the collection after it, and looks on.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    yield Done((yield from lay_out(files, Path(store), options or ImageOptions())))


def lay_out(
    files: Sequence[Path], store: Path, options: ImageOptions
) -> Generator[Event[Collection], None, Collection]:
    """`lay_out_collection` as a step of other generators: its value is the collection."""
    tables = yield from gather_tables(files)
    for fault in tables.faults:
        yield Note(str(fault), level="warning")
    stamp = f"{tables.stamp} {len(tables.objects)}"
    identity = _identity(stamp, options)
    former = _former(store)
    if former is not None and former.identity == identity:
        yield Note(f"{store.name} holds these files already.")
        return Collection.open(store)
    record = CollectionRecord(
        name=store.name.removesuffix(".collection"),
        made_at=str(store.resolve()),
        sources=tuple(tables.images["source"].cat.categories),
        options=options,
        notes=tables.notes,
        stamp=stamp,
        identity=identity,
        objects=len(tables.objects),
        images=len(tables.images),
        measure_names=tuple(MEASURE_NAMES),
    )
    with replace_folder(store) as beside:
        create_store(beside, record, tables.objects, tables.images, tables.faults)
    return Collection.open(store)


def lay_out_anew(collection: Collection, options: ImageOptions) -> Collection:
    """Lay a collection out for other options: the same objects and faults, no image looked at.

    Seconds also for a million objects; whoever has the former one open closes it.

    Raises
    ------
    FormatError
        If a table of it is missing.
    """
    record = collection.record.model_copy(
        update={
            "options": options,
            "stamp": collection.fingerprint,
            "identity": _identity(collection.fingerprint, options),
            "measure_names": tuple(MEASURE_NAMES),
        }
    )
    try:
        with replace_folder(collection.path) as beside:
            renew_store(beside, record, collection.path)
    except FileNotFoundError as error:
        raise FormatError(
            collection.path, f"{error.filename} is missing", "Convert the original files again."
        ) from error
    return Collection.open(collection.path)


def _former(store: Path) -> CollectionRecord | None:
    """What lies at the place of the store, if that may be replaced."""
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return None
    try:
        return read_record(store)
    except FormatError:
        if (store / "collection.json").is_file():  # ours, but damaged or of a newer program
            raise
        raise FormatError(
            store, "something that is not a collection is there", "Choose another name for the store."
        ) from None


def _identity(stamp: str, options: ImageOptions) -> str:
    return hashlib.sha256(json.dumps([stamp, options.model_dump(), MEASURE_NAMES]).encode()).hexdigest()
