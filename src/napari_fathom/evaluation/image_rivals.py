"""The rival that the shelf must beat on images: what EcoTaxa does."""

import time

import numpy as np

from napari_fathom.errors import TrainingError
from napari_fathom.evaluation.answers import ImageAnswer, ImageQuestion, Rival

__all__ = ["IMAGE_RIVALS"]

_TREES = 300


def _ecotaxa_forest(asked: ImageQuestion) -> ImageAnswer:
    from sklearn.ensemble import RandomForestClassifier

    from napari_fathom.plankton.measures import ECOTAXA_LIKE, MEASURE_NAMES

    measures, said = asked.known.images.measures, asked.target > 0
    if measures is None or not said.any():
        raise TrainingError("EcoTaxa's forest learns from measures of labelled images, and there are none.")
    rows = measures[:, [MEASURE_NAMES.index(name) for name in ECOTAXA_LIKE]]
    started = time.perf_counter()
    forest = RandomForestClassifier(_TREES, random_state=asked.settings.seed)
    forest.fit(rows[said], asked.target[said])
    seconds = time.perf_counter() - started
    found = np.zeros((len(rows), len(asked.known.names)), np.float32)
    found[:, forest.classes_ - 1] = forest.predict_proba(rows)
    return ImageAnswer(found, seconds=seconds)


IMAGE_RIVALS: dict[str, Rival[ImageQuestion, ImageAnswer]] = {
    "ecotaxa-forest": Rival("EcoTaxa's: a random forest on twelve region measures.", _ecotaxa_forest)
}
"""By the name that a suite uses."""
