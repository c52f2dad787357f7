"""`labels.json`: what a label store says about itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels.chunks import CHUNK_SHAPE
from napari_fathom.labels.classes import LARGEST_VALUE, Classes

__all__ = ["StoreHead", "damaged_head", "read_head"]

NAME = "labels.json"
VERSION = 1


@dataclass(frozen=True)
class StoreHead:
    """Shape and classes of a store; `frozen` for a snapshot, which is never written to."""

    shape: tuple[int, int]
    classes: Classes
    frozen: bool = False

    def __post_init__(self) -> None:
        if self.classes.largest > LARGEST_VALUE:
            raise LabelError(
                f"Pixels take class values up to {LARGEST_VALUE}; these classes go up to "
                f"{self.classes.largest}. Make classes of pixels."
            )

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_json(
            folder / NAME,
            {
                "format": "napari-fathom labels",
                "version": VERSION,
                "shape": list(self.shape),
                "chunk_shape": list(CHUNK_SHAPE),
                "frozen": self.frozen,
                "classes": self.classes.to_json(),
                "retired": list(self.classes.retired),
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "StoreHead":
        """Read what `save` wrote.

        Raises
        ------
        LabelError
            If it is missing, damaged, or newer than this program.
        """
        found = read_head(folder, NAME, VERSION, "labels")
        try:
            rows, pings = (int(side) for side in found["shape"])
            frozen, classes, chunk_shape = (
                bool(found["frozen"]),
                found["classes"],
                tuple(found["chunk_shape"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise damaged_head(folder, NAME, error) from error
        if chunk_shape != CHUNK_SHAPE:
            raise LabelError(
                f"{folder.name}: labels in chunks of {chunk_shape}; this program knows {CHUNK_SHAPE}. "
                "Update napari-fathom."
            )
        return cls((rows, pings), Classes.from_json(classes, retired=found.get("retired", ())), frozen)


def read_head(folder: Path, name: str, version: int, what: str) -> dict[str, Any]:
    """Read the file in which a store says what it is.

    Parameters
    ----------
    folder : Path
        The store's.
    name : str
        The file's.
    version : int
        The latest that this program knows.
    what : str
        What the store holds, for messages: `labels`, `votes`.

    Raises
    ------
    LabelError
        If it is missing, damaged, or newer than this program.
    """
    try:
        head: dict[str, Any] = json.loads((folder / name).read_text("utf-8"))
        found = int(head["version"])
    except FileNotFoundError as error:
        raise LabelError(
            f"{folder.name}: no {what} here ({name} is missing). Choose a study's folder."
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise damaged_head(folder, name, error) from error
    if found > version:
        raise LabelError(
            f"{folder.name}: {what} of version {found}; this program knows version {version}. "
            "Update napari-fathom."
        )
    return head


def damaged_head(folder: Path, name: str, error: Exception) -> LabelError:
    """Say that the file is no good, and that the labels are safe."""
    return LabelError(
        f"{folder.name}/{name}: damaged ({error!r}). Put back this one file from a backup; "
        "the labels themselves are in the other files."
    )
