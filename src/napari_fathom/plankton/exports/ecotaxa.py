"""An import set for EcoTaxa: one zip with a table and the images it names."""

import csv
import io
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.files import replace_file
from napari_fathom.plankton.exports.ecotaxa_columns import Fields, field_values, fields_of
from napari_fathom.plankton.exports.ecotaxa_rules import LONGEST_ID
from napari_fathom.plankton.exports.names import category_names, safe_name
from napari_fathom.plankton.exports.pictures import Images, Picture, pictures

__all__ = ["write_ecotaxa"]

_ROWS = 20_000  # of the table that are turned into text at a time


def write_ecotaxa(
    path: Path, images: Images, table: pd.DataFrame | None = None, answers: pd.DataFrame | None = None
) -> Iterator[Event[Path]]:
    """Write a zip that EcoTaxa imports as it is.

    Images go in as their own files where they have one, else as PNG. An object whose image is missing or
    broken is left out and told. A class whose status is unknown is written as predicted, since EcoTaxa wants
    a status with every class and nobody has said that it was checked. Classes that came from EcoTaxa get the
    names they had there.

    Parameters
    ----------
    path : Path
        Replaced whole when all is written; closing the generator leaves what was there.
    images : Images
        A `Collection`.
    table : DataFrame, optional
        One row an object, in its own order, whose index says which row of the collection it is; the columns
        of `Collection.objects` with what is to be said of them now. All objects as they are without it.
    answers : DataFrame, optional
        Further columns, with the same index; see `answer_columns`.

    Yields
    ------
    Note for what is left out, Progress for images, then for the table's lines, at last Done(path).

    Raises
    ------
    FathomError
        If there is nothing to write.
    """
    table = images.objects if table is None else table
    if answers is not None:
        table = pd.concat([table, answers], axis=1)
    categories = category_names(table["class_name"].unique(), _categories(images.objects))
    fields = fields_of(table, () if answers is None else tuple(answers.columns))
    for note in fields.notes:
        yield Note(note, "warning")
    too_long = table["object_id"].str.len() > LONGEST_ID
    if too_long.any():
        rows = "~" + table.index.astype(str)  # tells them apart
        cut = table["object_id"].str.slice(0, LONGEST_ID - 10) + rows
        table = table.assign(object_id=cut.where(too_long, table["object_id"]))
        yield Note(f"{too_long.sum():,} ids have more than {LONGEST_ID} characters and are cut.", "warning")
    with (
        replace_file(Path(path)) as target,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,  # pictures are packed already
    ):
        index = yield from _write_images(archive, images, table)
        if index.empty:
            raise FathomError(
                f"{Path(path).name}: no object has an image that can be read; nothing is written."
            )
        name = f"ecotaxa_{safe_name(images.name)}.tsv"
        with archive.open(_deflated(name), "w", force_zip64=True) as stream:
            for done, text in _lines(table, fields, index, categories):
                stream.write(text.encode())
                yield Progress("table", done, len(index))
    yield Done(Path(path))


def _write_images(
    archive: zipfile.ZipFile, images: Images, table: pd.DataFrame
) -> Generator[Event[Path], None, pd.DataFrame]:
    """Pack every image, object by object; returns which file is which image."""
    entries: list[tuple[int, str, int]] = []
    for found in pictures(images, table):
        if isinstance(found, Picture):
            file = f"images/{found.name}"
            archive.writestr(file, found.data)
            entries.append((found.place, file, found.rank))
        else:
            yield found
    index = pd.DataFrame(entries, columns=["place", "img_file_name", "img_rank"])
    lacking = len(table) - index["place"].nunique()
    if lacking:
        yield Note(f"{lacking:,} objects without an image are not in the zip; EcoTaxa takes none.", "warning")
    return index


def _categories(objects: pd.DataFrame) -> dict[str, str]:
    """What EcoTaxa calls the classes of objects that came from there."""
    if "object_annotation_category" not in objects:
        return {}
    pairs = objects[["class_name", "object_annotation_category"]].drop_duplicates()
    return {str(ours): str(theirs) for ours, theirs in pairs.itertuples(index=False) if ours and theirs}


def _lines(
    table: pd.DataFrame, fields: Fields, index: pd.DataFrame, categories: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """The table as text, piece by piece, with the lines up to there: BOM, names, types, one line an image."""
    names = [*fields.sources, "img_file_name", "img_rank"]
    types = [*(fields.types[field] for field in fields.sources), "[t]", "[f]"]
    yield 0, "\ufeff" + _tsv([names, types])
    for start in range(0, len(index), _ROWS):
        part = index.iloc[start : start + _ROWS]
        values = field_values(table.iloc[part["place"].to_numpy()], fields, categories)
        lines = zip(
            values.itertuples(index=False, name=None), part["img_file_name"], part["img_rank"], strict=True
        )
        yield start + len(part), _tsv([*row, file, str(rank)] for row, file, rank in lines)


def _tsv(rows: Iterable[Iterable[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter="\t", lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _deflated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
