"""Whether paths hold a survey or a collection of images."""

from collections.abc import Sequence
from pathlib import Path

from napari_fathom.errors import FormatError
from napari_fathom.study.document import StudyDocument

__all__ = ["holds_images", "require_known"]


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
    return echogram.sniff(paths) is None and bool(plankton.formats_in(paths))


def require_known(paths: Sequence[Path]) -> None:
    """Refuse files that are neither a survey nor images, and say what either may be; cheap.

    Raises
    ------
    FormatError
    """
    from napari_fathom import plankton
    from napari_fathom.echogram import formats

    for path in paths:
        filled = path.is_dir() or (path.is_file() and path.stat().st_size > 0)
        if filled and formats.sniff(path) is None and not plankton.formats_in([path]):
            raise FormatError(
                path,
                "a format that is not read",
                f"Read are, of surveys, {formats.READ}; of images, {plankton.READ}.",
            )
