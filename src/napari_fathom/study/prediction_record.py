"""`prediction.json`: where an answer comes from, and whether it is whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.events import Box
from napari_fathom.labels import Classes

__all__ = ["PredictionRecord"]

NAME = "prediction.json"


class PredictionRecord(BaseModel):
    """What an answer says about itself.

    Attributes
    ----------
    model : int
        Number of the model that gave it.
    classes : list
        Its classes, in the order of the probabilities.
    region : Box
        The part of the survey that was asked for.
    complete : bool
        True once every cell of the region is there.
    generation : int
        Which of the class arrays is in force; each change of the share correction makes a new one beside.
    corrected : bool
        True where the classes are corrected for the survey's class shares.
    shares : dict or None
        The estimate of the shares with its evidence, as `learning.shares.ShareEstimate` tells it.
    """

    model_config = ConfigDict(frozen=True)

    model: int
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    classes: list[dict[str, Any]]
    region: Box
    complete: bool = False
    generation: int = 0
    corrected: bool = False
    shares: dict[str, Any] | None = None

    @property
    def class_table(self) -> Classes:
        """The classes as objects."""
        return Classes.from_json(self.classes)

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_text(folder / NAME, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "PredictionRecord":
        """Read an answer's record.

        Raises
        ------
        StudyError
            If it is missing or damaged.
        """
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except (OSError, ValidationError) as error:
            raise StudyError(
                f"predictions/{folder.name}/{NAME}: missing or damaged ({type(error).__name__}). "
                "Predict again."
            ) from error
