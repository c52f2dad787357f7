"""`labels.json`: what a label store says about itself."""

import json
from dataclasses import dataclass
from pathlib import Path

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels.chunks import CHUNK_SHAPE
from napari_fathom.labels.classes import Classes

__all__ = ["StoreHead"]

NAME = "labels.json"
VERSION = 1


@dataclass(frozen=True)
class StoreHead:
    """Shape and classes of a store; `frozen` for a snapshot, which is never written to."""

    shape: tuple[int, int]
    classes: Classes
    frozen: bool = False

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
        path = folder / NAME
        try:
            head = json.loads(path.read_text("utf-8"))
            version = int(head["version"])
            if version > VERSION:
                raise LabelError(
                    f"{folder.name}: labels of version {version}; this program knows version {VERSION}. "
                    "Update napari-fathom."
                )
            rows, pings = (int(side) for side in head["shape"])
            frozen, classes, chunk_shape = bool(head["frozen"]), head["classes"], tuple(head["chunk_shape"])
        except FileNotFoundError as error:
            raise LabelError(
                f"{folder.name}: no labels here ({NAME} is missing). Choose a study's folder."
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise LabelError(
                f"{folder.name}/{NAME}: damaged ({error!r}). Put back this one file from a backup; "
                "the labels themselves are in the other files."
            ) from error
        if chunk_shape != CHUNK_SHAPE:
            raise LabelError(
                f"{folder.name}: labels in chunks of {chunk_shape}; this program knows {CHUNK_SHAPE}. "
                "Update napari-fathom."
            )
        return cls((rows, pings), Classes.from_json(classes), frozen)
