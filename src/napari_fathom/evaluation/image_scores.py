"""How good an answer about images is: of classes, of ambiguity, of clusters."""

import numpy as np
import numpy.typing as npt

from napari_fathom.evaluation.answers import ImageAnswer
from napari_fathom.evaluation.class_figures import class_figures
from napari_fathom.evaluation.figures import Figures, rounded
from napari_fathom.evaluation.known import KnownImages
from napari_fathom.learning.cluster_metrics import agreement_counts, cluster_scores, consistency
from napari_fathom.learning.inner_distance import distance_minus_f1, inner_distance
from napari_fathom.learning.metrics import expected_calibration_error, roc_area

__all__ = ["AMBIGUOUS_BITS", "image_scores"]

AMBIGUOUS_BITS = 0.9
"""Entropy above which a simulated image counts as ambiguous: fewer than three of four annotators agree."""

Found = dict[str, object]


def image_scores(known: KnownImages, answer: ImageAnswer) -> Figures:
    """Figures of images that no label was learned from.

    Parameters
    ----------
    known : KnownImages
        The judged ones alone.
    answer : ImageAnswer
        About these.

    Returns
    -------
    mapping of str to float
        By the names of `FIGURES` and `LISTS`; only what has a meaning for this answer. With soft labels:
        `ece_votes`, calibration against the votes that no label came from (where two classes are as good, an
        honest answer says one half; the most likely class is no measure of that), `auc_ambiguous`, the chance
        that an ambiguous image is called more ambiguous than one that isn't, and DC3's d and d − F1.
    """
    found: Found = {}
    if answer.probabilities is not None:
        found |= _class_scores(known, answer.probabilities.T)
        found |= _ambiguity_scores(known, answer)
    if answer.cluster is not None:
        found |= _cluster_scores(known, answer.cluster)
    return rounded(found)


def _class_scores(known: KnownImages, answered: npt.NDArray[np.float32]) -> Found:
    found = class_figures(known.truth, answered)
    if known.soft is not None:
        others = known.soft.votes[:, 1:]
        repeated = np.repeat(answered, others.shape[1], axis=1)
        found["ece_votes"] = expected_calibration_error(others.reshape(-1), repeated)
        found["d_classes"] = inner_distance(known.soft.labels, answered.argmax(axis=0))
    return found


def _ambiguity_scores(known: KnownImages, answer: ImageAnswer) -> Found:
    assert answer.probabilities is not None
    said = answer.probabilities.argmax(axis=1) + 1
    hesitation = 1 - answer.probabilities.max(axis=1)
    ambiguity = hesitation if answer.ambiguity is None else answer.ambiguity
    found: Found = {"auc_wrong": roc_area(said != known.truth, ambiguity)}
    ambiguous = ambiguity >= 0.5 if answer.calls_ambiguous else None
    if ambiguous is not None:
        found["called_ambiguous"] = ambiguous.mean()
    if known.soft is not None:
        found["auc_ambiguous"] = roc_area(known.soft.entropy_bits > AMBIGUOUS_BITS, ambiguity)
        both = distance_minus_f1(known.truth, known.soft.labels, said, ambiguous, answer.cluster)
        found |= {"f1_certain": both.f1, "d": both.distance, "d_minus_f1": both.difference}
    return found


def _cluster_scores(known: KnownImages, cluster: npt.NDArray[np.integer]) -> Found:
    figures = cluster_scores(known.truth, cluster)
    soft = np.eye(len(known.names))[known.truth - 1] if known.soft is None else known.soft.labels
    consistent = consistency(soft, cluster)
    found: Found = {
        "acc": figures.accuracy,
        "nmi": figures.nmi,
        "ari": figures.ari,
        "purity": figures.purity,
        "consistency": consistent.overall,
        "consistency_each": consistent.mean,
        "clusters": agreement_counts(known.truth, cluster).shape[1],
    }
    if known.soft is not None:
        found["d_clusters"] = inner_distance(known.soft.labels, cluster)
    return found
