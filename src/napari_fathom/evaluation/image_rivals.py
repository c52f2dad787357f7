"""The rivals that the shelf must beat on images: what EcoTaxa does, and k-means on what nobody learned."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from napari_fathom.errors import TrainingError
from napari_fathom.evaluation.answers import ImageAnswer, ImageQuestion, Rival
from napari_fathom.evaluation.known import KnownImages

__all__ = ["IMAGE_RIVALS"]

_TREES = 300
_STARTS = 10

Rows = npt.NDArray[np.float64]


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


def _kmeans(rows_of: Callable[[KnownImages], Rows]) -> Callable[[ImageQuestion], ImageAnswer]:
    def answer(asked: ImageQuestion) -> ImageAnswer:
        from sklearn.cluster import KMeans

        rows = rows_of(asked.known)
        clusters = asked.settings.clusters_for(len(asked.known.names))
        started = time.perf_counter()
        means = KMeans(clusters, n_init=_STARTS, random_state=asked.settings.seed)
        means.fit(rows[asked.shown])
        seconds = time.perf_counter() - started
        return ImageAnswer(None, cluster=means.predict(rows), seconds=seconds)

    return answer


def _pixels(known: KnownImages) -> Rows:
    return known.images.pixels.reshape(len(known.truth), -1) / 255.0


def _measures(known: KnownImages) -> Rows:
    """Each between its 1st and 99th percentile, so that no outlier is a cluster; unknown: the median."""
    if known.images.measures is None:
        raise TrainingError("These images have no measures to cluster.")
    rows = known.images.measures.astype(np.float64)
    rows = np.where(np.isfinite(rows), rows, np.nan)
    rows = np.where(np.isnan(rows), np.nan_to_num(np.nanmedian(rows, axis=0)), rows)
    low, high = np.percentile(rows, (1, 99), axis=0)
    return np.asarray((np.clip(rows, low, high) - low) / np.maximum(high - low, 1e-12), np.float64)


IMAGE_RIVALS: dict[str, Rival[ImageQuestion, ImageAnswer]] = {
    "ecotaxa-forest": Rival("EcoTaxa's: a random forest on twelve region measures.", _ecotaxa_forest),
    "pixel-kmeans": Rival("k-means on grey values; knows no classes.", _kmeans(_pixels)),
    "measure-kmeans": Rival("k-means on all region measures; knows no classes.", _kmeans(_measures)),
}
"""By the name that a suite uses."""
