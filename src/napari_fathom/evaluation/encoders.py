"""What several runs of a suite would learn alike: learned once, and counted in full for each."""

import json
from pathlib import Path

from napari_fathom.evaluation.answers import ImageQuestion
from napari_fathom.evaluation.costs import Costs, measured
from napari_fathom.evaluation.runs import Run, hash_of
from napari_fathom.evaluation.shelf_methods import finds_clusters, learned, without_clusters
from napari_fathom.files import replace_folder, replace_json
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.model_file import load_image_model, save_image_model
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.stages import stages
from napari_fathom.learning.methods import IMAGE_METHODS, PRETRAINING_METHODS

__all__ = ["encoder_for"]

_COSTS = "costs.json"


def encoder_for(run: Run, asked: ImageQuestion, cache: Path) -> tuple[ImageModel | None, Costs]:
    """What a run's method goes on from, and what learning it cost whoever learned it.

    For a method that looks at no label, and of which clusters are to be found in one way or another, that is
    all but these clusters.

    Two runs that begin at the same time may both learn it; they learn the same.

    Parameters
    ----------
    run : Run
    asked : ImageQuestion
        What the run's method is given.
    cache : Path
        Folder where encoders are kept for further runs.

    Returns
    -------
    model : ImageModel, optional
        None for a method that begins with nothing.
    costs : mapping of str to float
        As `costs.measured`, and the `seconds` of learning; nothing where there is no model.
    """
    seeing = _seeing(asked)
    if seeing is None:
        return None, {}
    kept = cache / f"encoder-{_key(run, seeing)}"
    if not kept.exists():
        (model, seconds), costs = measured(lambda: learned(asked, seeing))
        with replace_folder(kept) as beside:
            save_image_model(model, beside)
            replace_json(beside / _COSTS, {**costs, "seconds": seconds})
    return load_image_model(kept), json.loads((kept / _COSTS).read_text())


def _seeing(asked: ImageQuestion) -> ImageSettings | None:
    """Settings by which the run's method first learns to see; None where it doesn't."""
    settings = asked.settings
    if settings.method not in IMAGE_METHODS:
        return None
    first, *others = stages(settings, len(asked.known.names), None)
    if others:
        return first if first.method in PRETRAINING_METHODS else None
    return without_clusters(settings) if finds_clusters(settings) else None


def _key(run: Run, seeing: ImageSettings) -> str:
    """Of the images, the labels and all settings."""
    protocol = run.description["protocol"]
    return hash_of([run.data_key, run.budget, protocol, seeing.model_dump(mode="json")])
