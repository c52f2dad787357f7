"""What the commands do where the data are a collection of images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fathom.cli.console import Console
from napari_fathom.cli.image_options import offer_line
from napari_fathom.cli.summaries import models_summary, unless_damaged

if TYPE_CHECKING:
    from napari_fathom.plankton import Collection
    from napari_fathom.study import CollectionStudy

__all__ = ["collection_summary", "tables_summary"]

Summary = dict[str, Any]


def collection_summary(study: "CollectionStudy") -> Summary:
    """Return the objects, what people say of them, the models and the answer of a study."""
    faults: list[str] = []
    counts, answers = study.votes.counts(), unless_damaged(study.answers, faults)
    looked = study.collection.looked_at
    return {
        "study": study.name,
        "folder": str(study.folder),
        **_collection_facts(study.collection),
        "images_looked_at": int(looked.sum()),
        "labelled_objects": {info.name: counts[info.value] for info in study.classes},
        "annotators": list(study.votes.annotators),
        **models_summary(study, faults),
        "predicted": answers is not None,
        "predicted_by_model": None if answers is None else answers.record.model,
        "faults": [*faults, *(str(fault) for fault in study.collection.faults)],
        "study_notes": list(study.notes),
    }


def tables_summary(paths: Sequence[Path], console: Console) -> Summary:
    """Look at files of images by their tables alone: format, objects, classes, what is wrong with them."""
    from napari_fathom.plankton import Collection, read_tables, sniff, suggest_options

    if sniff(paths) == "store":
        return _collection_facts(Collection.open(paths[0]))
    tables = console.follow(read_tables(paths), kept="Nothing was changed.")
    suggestion = suggest_options(tables)
    named = tables.objects["class_name"]
    return {
        "format": sniff(paths),
        "objects": len(tables.objects),
        "images": len(tables.images),
        "classes": {str(name): int(count) for name, count in named[named != ""].value_counts().items()},
        "offers": [offer_line(offer) for offer in suggestion.offers],
        "remarks": list(suggestion.remarks),
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
