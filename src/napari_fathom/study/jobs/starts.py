"""Which model a training goes on from."""

from pathlib import Path
from typing import Literal

from napari_fathom.errors import StudyError
from napari_fathom.study.base import StudyFolder

__all__ = ["Start", "start_folder"]

Start = Literal["scratch", "last"] | Path
"""Random weights, the model in force, or a model's folder."""


def start_folder(study: StudyFolder, start: Start) -> tuple[Path | None, int | None]:
    """Where the model to go on from lies, and its number if it is one of this study.

    Raises
    ------
    StudyError
        If there is no last model.
    """
    if start == "scratch":
        return None, None
    if start == "last":
        current = study.current_model
        if current is None:
            raise StudyError(f"{study.folder.name}: there is no model yet to go on from. Start from scratch.")
        return study.model_folder(current.number), current.number
    return Path(start), None
