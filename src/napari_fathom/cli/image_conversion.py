"""`fathom convert` where the files are images: how they might be seen is told before they are looked at."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fathom.cli.collections import collection_summary
from napari_fathom.cli.console import Console
from napari_fathom.cli.image_options import offer_line

if TYPE_CHECKING:
    from napari_fathom.labels import Classes
    from napari_fathom.plankton import ImageOptions, Suggestion

__all__ = ["convert_images"]


def convert_images(
    files: Sequence[Path],
    study: Path,
    console: Console,
    *,
    options: "ImageOptions | None",
    suggested: bool,
    classes: "Classes | None",
    kept: str,
) -> dict[str, Any]:
    """Make a study of images, tell how they might be seen, and look at every one; or go on with that.

    Parameters
    ----------
    files, study : Path
    console : Console
    options : ImageOptions, optional
        Those that were asked for; of a study that is there already the others stay as they are.
    suggested : bool
        Take what the images speak for and is recommended.
    classes : Classes, optional
        What may be voted for beside the classes that the files name.
    kept : str
        See `Console.follow`.
    """
    from napari_fathom.plankton import suggest_options
    from napari_fathom.plankton.crew import cores
    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.document import StudyDocument
    from napari_fathom.study.jobs import collect_job, look_job

    if StudyDocument.at(study):
        _require_same_files(study, files)
        made = CollectionStudy.open(study)
    else:
        made = console.follow(collect_job(files, study, options=options, classes=classes), kept=kept)
    with made:
        found = made.collection.options
        wished = found if options is None else found.model_copy(update=options.model_dump(exclude_unset=True))
        suggestion = suggest_options(made.collection, wished)
        for line in _seen(suggestion, taken=suggested):
            console.note(line)
        wished = suggestion.options if suggested else wished
        console.follow(look_job(made, options=wished, helpers=cores()), kept=kept)
        return collection_summary(made)


def _seen(suggestion: "Suggestion", *, taken: bool) -> Iterator[str]:
    """What a few images speak for, as sentences."""
    yield from suggestion.remarks
    for offer in suggestion.offers:
        yield f"{'Taken' if taken and offer.recommended else 'Offered'}: {offer_line(offer)}."
    recommended = any(offer.recommended for offer in suggestion.offers)
    if recommended and not taken:
        yield "Give the command again with --suggested to see the images as is recommended."
    if taken and not recommended:
        yield "Nothing is recommended for these images: --suggested changes nothing."


def _require_same_files(study: Path, files: Sequence[Path]) -> None:
    """Refuse to go on with a study that was made from other files.

    Raises
    ------
    StudyError
    """
    from napari_fathom.errors import StudyError
    from napari_fathom.study.document import StudyDocument

    sources = {Path(source).resolve() for source in StudyDocument.load(study, "collection").data.sources}
    for file in (path.resolve() for path in files):
        if not any(file == source or source in file.parents or file in source.parents for source in sources):
            raise StudyError(
                f"{study.name}: there is a study of other images already ({', '.join(map(str, sources))}). "
                "Choose another name."
            )
