"""What a model and an answer say about themselves: one small JSON file in the folder of each."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.labels import Classes

__all__ = ["Record"]


class Record(BaseModel):
    """What every record holds; each kind names its file, its shelf, and what helps when it is lost.

    Attributes
    ----------
    created : datetime
        UTC, to the second.
    classes : list
        The classes, in the order of the probabilities, as `Classes.to_json` gives them.
    """

    model_config = ConfigDict(frozen=True)

    file_name: ClassVar[str]
    shelf: ClassVar[str]
    advice: ClassVar[str]

    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    classes: list[dict[str, Any]]

    @property
    def class_table(self) -> Classes:
        """The classes as objects."""
        return Classes.from_json(self.classes)

    def save(self, folder: Path) -> None:
        """Write it, beside and renamed."""
        files.replace_text(folder / self.file_name, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the record of a folder.

        Raises
        ------
        StudyError
            If it is missing or damaged.
        """
        try:
            return cls.model_validate_json((folder / cls.file_name).read_bytes())
        except (OSError, ValidationError) as error:
            raise StudyError(
                f"{cls.shelf}/{folder.name}/{cls.file_name}: missing or damaged ({type(error).__name__}). "
                f"{cls.advice}"
            ) from error
