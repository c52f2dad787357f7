"""How good an answer of plankton.py is: of classes, of ambiguity, of clusters."""

import numpy as np
import numpy.typing as npt

from benchmarks.plankton_data import KnownImages
from benchmarks.plankton_methods import Answer
from napari_fathom.evaluation.image_scores import AMBIGUOUS_BITS
from napari_fathom.evaluation.known import SoftLabels
from napari_fathom.learning.cluster_metrics import agreement_counts, purity
from napari_fathom.learning.inner_distance import inner_distance
from napari_fathom.learning.metrics import confusion, expected_calibration_error, f1_scores, roc_area

__all__ = ["AMBIGUOUS_BITS", "scores"]


def scores(known: KnownImages, asked: npt.NDArray[np.bool_], answer: Answer) -> dict[str, object]:
    """Figures of all images that were asked about.

    `auc_wrong` is the chance that an image answered wrongly is called more ambiguous than one answered
    rightly, by DC3's head where there is one; `…_hesitation` is the same of 1 − max p. `purity` is the share
    of images that are of the commonest class of their cluster. Where soft labels are known there is more:

    - `auc_ambiguous`: the chance that an ambiguous image is called more ambiguous than one that isn't;
    - `ece_votes`: calibration against the votes that no label came from. (Where two classes are as good,
      an honest answer says one half; the most likely class is no measure of that.)
    - `d_classes`: inner distance of all images by the class that is answered, as DC3 has it for a method
      without clusters;
    - `d_clusters`: of the images called ambiguous (a ≥ 0.5) by their cluster, as DC3 has it for its own;
      `called_ambiguous` is their share;
    - `d_clusters_all`: of all images by their cluster.
    """
    truth, answered = known.truth[asked], answer.probabilities[asked].T
    said = answered.argmax(axis=0) + 1
    counts = confusion(truth, said, len(known.names))
    per_class, _, mean = f1_scores(counts)
    ambiguity, hesitation = answer.ambiguity[asked], 1 - answered.max(axis=0)
    found: dict[str, object] = {
        "f1_macro": round(mean, 4),
        "accuracy": round(float(np.trace(counts) / counts.sum()), 4),
        "ece": round(expected_calibration_error(truth, answered), 4),
        "f1": dict(zip(known.names, np.round(per_class, 3).tolist(), strict=True)),
        "auc_wrong": _rounded(roc_area(said != truth, ambiguity)),
        "auc_wrong_hesitation": _rounded(roc_area(said != truth, hesitation)),
        "called_ambiguous": _rounded(float((ambiguity >= 0.5).mean())),
    }
    cluster = None if answer.cluster is None else answer.cluster[asked]
    if cluster is not None:
        found["purity"] = _rounded(purity(agreement_counts(truth, cluster)))
    if known.soft is not None:
        found |= _soft_scores(known.soft.part(asked), answered, ambiguity, cluster)
    return found


def _soft_scores(
    soft: SoftLabels,
    answered: npt.NDArray[np.float32],
    ambiguity: npt.NDArray[np.float32],
    cluster: npt.NDArray[np.integer] | None,
) -> dict[str, object]:
    others, ambiguous = soft.votes[:, 1:], soft.entropy_bits > AMBIGUOUS_BITS
    repeated = np.repeat(answered, others.shape[1], axis=1)
    found: dict[str, object] = {
        "ece_votes": _rounded(expected_calibration_error(others.reshape(-1), repeated)),
        "auc_ambiguous": _rounded(roc_area(ambiguous, ambiguity)),
        "auc_ambiguous_hesitation": _rounded(roc_area(ambiguous, 1 - answered.max(axis=0))),
        "d_classes": _rounded(inner_distance(soft.labels, answered.argmax(axis=0))),
    }
    if cluster is not None:
        called = ambiguity >= 0.5
        found["d_clusters"] = _rounded(inner_distance(soft.labels[called], cluster[called]))
        found["d_clusters_all"] = _rounded(inner_distance(soft.labels, cluster))
    return found


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
