"""Images sorted into a folder for each class, as most programs that train networks want them."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Event, Note
from napari_fathom.plankton.exports.names import category_names, safe_name, unlike_names
from napari_fathom.plankton.exports.pictures import Images, Picture, new_folder, pictures

__all__ = ["write_class_folders"]


def write_class_folders(
    path: Path, images: Images, table: pd.DataFrame | None = None, *, unlabelled: str = ""
) -> Iterator[Event[Path]]:
    """Write every image into the folder of its class, and `objects.csv`: which file is which object.

    Folders are named by the last part of a class's name; what some system doesn't take in a name becomes `_`,
    and of names that differ in nothing else but capitals the later ones get `~2`, since such folders would be
    one on Windows and macOS. `objects.csv` tells the whole names.

    Parameters
    ----------
    path : Path
        A folder that is not there yet, or empty.
    images : Images
        A `Collection`.
    table : DataFrame, optional
        As for `write_ecotaxa`.
    unlabelled : str
        Folder for objects without a class; they are left out without it.

    Yields
    ------
    Note for what is left out, Progress, at last Done(path).

    Raises
    ------
    FathomError
        If something is at `path` already, or nothing is to be written.
    """
    path = Path(path)
    table = images.objects if table is None else table
    if not unlabelled:
        left = int((table["class_name"] == "").sum())
        if left:
            yield Note(f"{left:,} objects without a class are left out.")
        table = table[table["class_name"] != ""]
    if table.empty:
        raise FathomError(f"{path.name}: no object has a class; nothing is written.")
    folders = class_folder_names(table["class_name"]) | {"": safe_name(unlabelled or "_")}
    ids, names = table["object_id"].tolist(), table["class_name"].tolist()
    files: list[tuple[str, str, str]] = []
    with new_folder(path) as beside:
        for found in pictures(images, table):
            if isinstance(found, Picture):
                name = names[found.place]
                file = beside / folders[name] / found.name
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(found.data)
                files.append((ids[found.place], file.relative_to(beside).as_posix(), name))
            else:
                yield found
        listing = pd.DataFrame(files, columns=["object_id", "path", "class_name"])
        listing.to_csv(beside / "objects.csv", index=False, lineterminator="\n")
    yield Done(path)


def class_folder_names(names: "pd.Series[str]") -> dict[str, str]:
    """Class name → folder, for every class there is."""
    short = category_names(sorted(set(names) - {""}), {})
    return dict(zip(short, unlike_names(map(safe_name, short.values())), strict=True))
