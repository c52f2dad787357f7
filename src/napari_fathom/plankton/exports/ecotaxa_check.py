"""A strict reading of EcoTaxa's import rules: told of a zip or folder, before EcoTaxa is asked.

It shares lists of names and limits with the writer, and no code: it reads the file as the importer does.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from napari_fathom.errors import FormatError
from napari_fathom.plankton.exports.ecotaxa_cells import cell_fault
from napari_fathom.plankton.exports.ecotaxa_rules import FREE_LIMITS, MOST_INDEX_FILES, PREDEFINED, PREFIXES
from napari_fathom.plankton.faults import Fault, shorten
from napari_fathom.plankton.pixels import open_picture

__all__ = ["check_ecotaxa"]

_BOM = b"\xef\xbb\xbf"


class _Members(Protocol):
    """The files of a zip or folder by their names with slashes."""

    names: set[str]

    def read(self, name: str) -> bytes: ...


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = {info.filename for info in archive.infolist() if not info.is_dir()}

    def read(self, name: str) -> bytes:
        return self._archive.read(name)


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()


def check_ecotaxa(path: Path | str) -> tuple[Fault, ...]:
    """Look for what EcoTaxa's importer would refuse or misread.

    Parameters
    ----------
    path : Path
        A zip or a folder.

    Returns
    -------
    tuple of Fault
        Empty if it would be taken as it is; each with file, line and what is wrong.

    Raises
    ------
    FormatError
        If there is no zip or folder at `path`.
    """
    path = Path(path)
    if path.is_dir():
        return tuple(shorten(_check(_Folder(path))))
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(shorten(_check(_Zip(archive))))
    except (OSError, zipfile.BadZipFile) as error:
        raise FormatError(path, f"neither a zip nor a folder ({error})", "Choose an import set.") from error


def _check(members: _Members) -> Iterator[Fault]:
    for name in sorted(members.names):
        if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name or "\\" in name:
            yield Fault(name, None, "the name leads out of the archive.")
    tables = sorted(name for name in members.names if _is_index(PurePosixPath(name).name))
    if not tables:
        almost = [name for name in members.names if PurePosixPath(name).name.lower().startswith("ecotaxa")]
        hint = f" ({almost[0]}: lower-case letters and .tsv or .txt are wanted)" if almost else ""
        yield Fault("", None, f"no table ecotaxa*.tsv or ecotaxa*.txt{hint}.")
    if len(tables) > MOST_INDEX_FILES:
        yield Fault("", None, f"{len(tables)} tables; EcoTaxa takes {MOST_INDEX_FILES} at a time.")
    seen: set[tuple[str, str]] = set()
    columns: dict[tuple[str, str], set[str]] = {}
    for name in tables:
        yield from _check_table(name, members, seen, columns)
    for (prefix, kind), names in columns.items():
        most = FREE_LIMITS[prefix, kind]
        if len(names) > most:
            yield Fault(
                "", None, f"{len(names)} free columns {prefix}_… of type {kind}; EcoTaxa takes {most}."
            )


def _is_index(name: str) -> bool:
    return name.startswith("ecotaxa") and name.endswith((".tsv", ".txt"))


def _check_table(
    name: str, members: _Members, seen: set[tuple[str, str]], columns: dict[tuple[str, str], set[str]]
) -> Iterator[Fault]:
    try:
        text = _text(members.read(name))
    except ValueError as error:
        yield Fault(name, None, f"{error}; save it as UTF-8 with a byte order mark.")
        return
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quotechar='"')
    fields = [field.strip(" \t").lower() for field in next(rows, [])]
    types = next(rows, [])
    types += [""] * (len(fields) - len(types))
    yield from _check_header(name, fields, types, columns)
    kinds = {
        field: PREDEFINED.get(field) or _kind(field, kind) for field, kind in zip(fields, types, strict=False)
    }
    count = 0
    for row in rows:
        if not row:
            continue
        count += 1
        line = rows.line_num
        if len(row) != len(fields):
            yield Fault(name, line, f"{len(row)} cells under {len(fields)} columns.")
            continue
        cells = {field: cell.strip() for field, cell in zip(fields, row, strict=True)}
        for field, cell in cells.items():
            if cell and (fault := cell_fault(field, cell, kinds[field])):
                yield Fault(name, line, fault)
        yield from (Fault(name, line, fault) for fault in _row_faults(name, cells, members, seen))
    if not count:
        yield Fault(name, None, "no row with an object.")


def _text(data: bytes) -> str:
    if data.startswith(_BOM):
        return data.decode("utf-8-sig")
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
        raise ValueError("UTF-8 without a byte order mark is read as Latin-1")
    return data.decode("ascii")


def _check_header(
    name: str, fields: list[str], types: list[str], columns: dict[tuple[str, str], set[str]]
) -> Iterator[Fault]:
    for field in sorted({field for field in fields if fields.count(field) > 1}):
        yield Fault(name, 1, f"the column {field!r} comes twice.")
    for field, kind in zip(fields, types, strict=False):
        prefix, _, tail = field.partition("_")
        if field in PREDEFINED:
            continue
        if not tail or prefix not in PREFIXES:
            yield Fault(
                name, 1, f"the column {field!r} begins with none of {'_, '.join((*PREFIXES, 'img'))}_."
            )
        elif prefix == "object" and kind not in ("[f]", "[t]"):
            yield Fault(name, 2, f"the column {field!r} has the type {kind!r}; [f] or [t] is wanted.")
        else:
            columns.setdefault((prefix, _kind(field, kind)), set()).add(field)
    for prefix in PREFIXES:
        if f"{prefix}_id" not in fields and any(field.startswith(f"{prefix}_") for field in fields):
            yield Fault(name, 1, f"there are columns {prefix}_…, and no {prefix}_id.")
    for needed in ("object_id", "img_file_name"):
        if needed not in fields:
            yield Fault(name, 1, f"there is no column {needed}.")


def _kind(field: str, kind: str) -> str:
    return kind if field.startswith("object_") else "[t]"


def _row_faults(
    name: str, cells: dict[str, str], members: _Members, seen: set[tuple[str, str]]
) -> Iterator[str]:
    object_id, image = cells.get("object_id", ""), cells.get("img_file_name", "")
    if not object_id:
        yield "no object_id."
    if (object_id, image) in seen:
        yield f"object {object_id!r} with the image {image!r} comes twice."
    seen.add((object_id, image))
    status, category = (cells.get(f"object_annotation_{what}", "") for what in ("status", "category"))
    classed = bool(category or cells.get("object_annotation_category_id", ""))
    if status and not classed and status.lower() != "noid":
        yield f"the status {status!r} without a category."
    if classed and not status:
        yield f"the category {category!r} without a status."
    file = (PurePosixPath(name).parent / image).as_posix()
    if not image or file not in members.names:
        yield f"the image {image!r} is not there."
        return
    try:
        open_picture(members.read(file), image).close()
    except FormatError as error:
        yield f"the image {image!r} can't be opened: {error.found}."
