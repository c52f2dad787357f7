"""What the commands do where the data are a collection of images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fathom.cli.console import Console
from napari_fathom.cli.training import end_of_training

if TYPE_CHECKING:
    from napari_fathom.labels import Classes
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.plankton import Collection, ImageOptions
    from napari_fathom.study import CollectionStudy, ModelRecord
    from napari_fathom.study.jobs.starts import Start

__all__ = [
    "collection_summary",
    "convert_collection",
    "opened_collection",
    "tables_summary",
    "train_on_collection",
]

Summary = dict[str, Any]


def opened_collection(folder: Path, console: Console, *, read_only: bool = False) -> "CollectionStudy":
    """Open a study of a collection, and tell what was found amiss."""
    from napari_fathom.study import CollectionStudy

    study = CollectionStudy.open(folder, "r" if read_only else "a")
    for note in study.notes:
        console.note(note)
    return study


def convert_collection(
    files: Sequence[Path],
    study: Path,
    console: Console,
    *,
    options: "ImageOptions | None",
    classes: "Classes | None",
    kept: str,
) -> Summary:
    """Make a study of images and look at every one; go on where a former call was stopped."""
    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.base import closed_on_failure
    from napari_fathom.study.document import StudyDocument
    from napari_fathom.study.jobs import collect_job, look_job

    if StudyDocument.at(study):
        _require_same_files(study, files)
        made = CollectionStudy.open(study)
        with closed_on_failure(made):
            _require_same_options(made, options)
    else:
        made = console.follow(collect_job(files, study, options=options, classes=classes), kept=kept)
    with made:
        console.follow(look_job(made), kept=kept)
        return collection_summary(made)


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


def _require_same_options(study: "CollectionStudy", options: "ImageOptions | None") -> None:
    """Refuse to go on with other options than a study's images were looked at with.

    Raises
    ------
    StudyError
    """
    from napari_fathom.errors import StudyError

    found = study.collection.options
    if options is not None and found.model_copy(update=options.model_dump(exclude_unset=True)) != found:
        had = ", ".join(f"{name} {value}" for name, value in found.model_dump(mode="json").items())
        raise StudyError(
            f"{study.folder.name}: its images are seen with other options ({had}). Leave the options out, or "
            "choose another name to see them otherwise."
        )


def train_on_collection(
    study: "CollectionStudy",
    settings: "ImageSettings",
    console: Console,
    *,
    start: "Start",
    device: str | None,
) -> "ModelRecord":
    """Train, showing how it goes; parameters as for `train_collection_job`."""
    from napari_fathom.study.jobs import train_collection_job

    job = train_collection_job(study, settings, start=start, device=device, stop=console.stop)
    return end_of_training(job, console, marks_best=settings.keep == "best")


def collection_summary(study: "CollectionStudy") -> Summary:
    """Return the objects, what people say of them, the models and the answer of a study."""
    counts = study.votes.counts()
    model = study.current_model
    looked = study.collection.looked_at
    return {
        "study": study.name,
        "folder": str(study.folder),
        **_collection_facts(study.collection),
        "images_looked_at": int(looked.sum()),
        "labelled_objects": {info.name: counts[info.value] for info in study.classes},
        "annotators": list(study.votes.annotators),
        "models": len(study.models()),
        "current_model": None
        if model is None
        else {"number": model.number, "method": model.method, "held_out_kappa": model.kappa},
        "predicted": study.answers() is not None,
        "faults": [str(fault) for fault in study.collection.faults],
        "study_notes": list(study.notes),
    }


def tables_summary(paths: Sequence[Path], console: Console) -> Summary:
    """Look at files of images by their tables alone: format, objects, classes, what is wrong with them."""
    from napari_fathom.plankton import Collection, read_tables, sniff

    if sniff(paths) == "store":
        return _collection_facts(Collection.open(paths[0]))
    tables = console.follow(read_tables(paths), kept="Nothing was changed.")
    named = tables.objects["class_name"]
    return {
        "format": sniff(paths),
        "objects": len(tables.objects),
        "images": len(tables.images),
        "classes": {str(name): int(count) for name, count in named[named != ""].value_counts().items()},
        "notes": list(tables.notes),
        "faults": [str(fault) for fault in tables.faults],
    }


def _collection_facts(collection: "Collection") -> Summary:
    options = collection.options
    return {
        "collection": collection.name,
        "objects": len(collection),
        "images": collection.record.images,
        "options": options.model_dump(mode="json"),
        "sources": list(collection.record.sources),
        "notes": list(collection.notes),
    }
