"""The models of a study: one folder each, with everything needed to know where it came from."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes

__all__ = ["ModelRecord"]

NAME = "record.json"


class ModelRecord(BaseModel):
    """What a study keeps beside a model's own two files.

    Attributes
    ----------
    number : int
        1, 2, 3…
    parent : int or None
        The model it went on from.
    classes : list
        The classes it knows, in the order of its outputs, as `Classes.to_json` gives them.
    painted : dict
        Painted pixels of each class value it was trained on.
    label_event : int
        The last label event that it has seen; the labels themselves lie in `labels/` beside it.
    kappa : float or None
        Cohen's kappa on held-out strokes.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    parent: int | None = None
    method: str
    settings: dict[str, Any]
    classes: list[dict[str, Any]]
    painted: dict[int, int]
    label_event: int
    kappa: float | None = None
    stopped: bool = False

    @property
    def class_table(self) -> Classes:
        """The classes as objects."""
        return Classes.from_json(self.classes)

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_text(folder / NAME, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "ModelRecord":
        """Read a model's record.

        Raises
        ------
        StudyError
            If it is missing or damaged.
        """
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except (OSError, ValidationError) as error:
            raise StudyError(
                f"models/{folder.name}/{NAME}: missing or damaged ({type(error).__name__}). "
                "Choose another model, or train again."
            ) from error
