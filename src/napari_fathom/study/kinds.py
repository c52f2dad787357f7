"""Whether paths hold a survey or a collection of images."""

from collections.abc import Sequence
from pathlib import Path

from napari_fathom.study.document import StudyDocument

__all__ = ["holds_images"]


def holds_images(paths: Sequence[Path]) -> bool:
    """Whether these paths are a collection of images, or a study of one, and not a survey; cheap.

    Raises
    ------
    StudyError
        If a study's document is damaged.
    """
    from napari_fathom import echogram, plankton

    if len(paths) == 1 and StudyDocument.at(paths[0]):
        return StudyDocument.load(paths[0]).kind == "collection"
    return echogram.sniff(paths) is None and plankton.sniff(paths) is not None
