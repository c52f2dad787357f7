"""Which model a training goes on from."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from napari_fathom.errors import StudyError
from napari_fathom.study.base import StudyFolder

__all__ = ["Start", "start_model"]

Start = Literal["scratch", "last"] | Path
"""Random weights, the model in force, or a model's folder."""

M = TypeVar("M")


def start_model(study: StudyFolder, start: Start, load: Callable[[Path], M]) -> tuple[M | None, int | None]:
    """Read the model to go on from, and its number if it is one of this study.

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
        return load(study.model_folder(current.number)), current.number
    return load(Path(start)), None
