"""`votes.json` and `objects.json`: what a vote store says about itself, and about what it is of."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels.classes import LARGEST_VOTE, Classes
from napari_fathom.labels.head import damaged_head, read_head

__all__ = ["VoteHead", "fingerprint_of", "load_objects", "save_objects"]

NAME = "votes.json"
OBJECTS = "objects.json"
VERSION = 1


@dataclass(frozen=True)
class VoteHead:
    """How many objects there are, a fingerprint of their ids, the classes; `frozen` for a snapshot."""

    objects: int
    fingerprint: str
    classes: Classes
    frozen: bool = False

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_json(
            folder / NAME,
            {
                "format": "napari-fathom votes",
                "version": VERSION,
                "objects": self.objects,
                "fingerprint": self.fingerprint,
                "frozen": self.frozen,
                "classes": self.classes.to_json(),
                "retired": list(self.classes.retired),
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "VoteHead":
        """Read what `save` wrote.

        Raises
        ------
        LabelError
            If it is missing, damaged, or newer than this program.
        """
        found = read_head(folder, NAME, VERSION, "votes")
        try:
            objects, fingerprint = int(found["objects"]), str(found["fingerprint"])
            frozen, classes = bool(found["frozen"]), found["classes"]
        except (KeyError, TypeError, ValueError) as error:
            raise damaged_head(folder, NAME, error) from error
        known = Classes.from_json(classes, LARGEST_VOTE, found.get("retired", ()))
        return cls(objects, fingerprint, known, frozen)


def fingerprint_of(object_ids: Sequence[str]) -> str:
    """Tell a list of objects from any other, whatever their ids hold."""
    digest = hashlib.sha256()
    for name in object_ids:
        digest.update(json.dumps(name).encode() + b"\n")
    return digest.hexdigest()


def save_objects(folder: Path, object_ids: Sequence[str]) -> None:
    """Write the ids, so that the votes can be understood without the collection."""
    files.replace_text(folder / OBJECTS, json.dumps(list(object_ids), ensure_ascii=False, indent=0) + "\n")


def load_objects(folder: Path, head: VoteHead) -> tuple[str, ...]:
    """Read what `save_objects` wrote.

    Raises
    ------
    LabelError
        If it is missing, damaged, or of other objects.
    """
    try:
        object_ids = tuple(str(name) for name in json.loads((folder / OBJECTS).read_text("utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise damaged_head(folder, OBJECTS, error) from error
    if fingerprint_of(object_ids) != head.fingerprint:
        raise LabelError(
            f"{folder.name}/{OBJECTS}: these are not the objects the votes are of "
            f"({len(object_ids)} of {head.objects}, or others). Put back this one file from a backup."
        )
    return object_ids
