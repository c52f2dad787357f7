"""Every way of answering that plankton.py compares: the rival's, the product's, and parts of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier

from benchmarks.plankton_data import KnownImages
from napari_fathom.events import Done
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ArrayImages, ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods.discriminant import Discriminant
from napari_fathom.learning.methods.row_method import KnownRows
from napari_fathom.plankton.measures import ECOTAXA_LIKE, MEASURE_NAMES

__all__ = ["METHODS", "NETWORKS", "Answer", "Question"]

_TREES = 300


@dataclass(frozen=True)
class Question:
    """What a method is given.

    Parameters
    ----------
    known : KnownImages
    target : ndarray of int64, shape (N,)
        0 = no label, 1…C.
    seed : int
    changes : mapping of str to object
        Settings of the product's methods that differ from those of the preset.
    """

    known: KnownImages
    target: npt.NDArray[np.int64]
    seed: int
    changes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What it says of all images.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (N, C)
    ambiguity : ndarray of float32, shape (N,)
    cluster : ndarray of int, shape (N,), optional
        None for a method that groups nothing.
    """

    probabilities: npt.NDArray[np.float32]
    ambiguity: npt.NDArray[np.float32]
    cluster: npt.NDArray[np.integer] | None

    @classmethod
    def of(cls, probabilities: npt.NDArray[np.float32]) -> Self:
        """Of a method that knows classes alone: what it hesitates about is ambiguous."""
        return cls(probabilities, 1 - probabilities.max(axis=1), None)


Answerer = Callable[[Question], Answer]


def _rival(names: tuple[str, ...]) -> Answerer:
    """What EcoTaxa does: a forest on region measures."""

    def answer(asked: Question) -> Answer:
        rows = _columns(asked.known.images, names)
        forest = RandomForestClassifier(_TREES, random_state=asked.seed)
        forest.fit(rows[asked.target > 0], asked.target[asked.target > 0])
        return Answer.of(np.asarray(forest.predict_proba(rows), np.float32))

    return answer


def _ours(method: str, names: tuple[str, ...] = MEASURE_NAMES, **changes: object) -> Answerer:
    """One of the product's methods, all labels learned from, the last weights kept."""

    def answer(asked: Question) -> Answer:
        known = asked.known
        preset = IMAGE_PRESETS["Laptop CPU"].model_dump()
        wanted = {"method": method, "seed": asked.seed, "held_out": 0.0, "keep": "last"}
        settings = ImageSettings.model_validate(preset | wanted | changes | dict(asked.changes))
        images = ArrayImages(known.images.pixels, _columns(known.images, names))
        training = ImageTraining(images, ImageLabels(asked.target), known.names, settings, device="cpu")
        *_, trained = training.events()
        assert isinstance(trained, Done)
        # DC3's head is asked by itself here, even where the preset's answer is 1 − max p
        itself = trained.result.settings.model_copy(update={"ambiguity_anchor": 0.0})
        model = replace(trained.result, settings=itself)
        *_, answered = predict_images(model, images, device="cpu")
        assert isinstance(answered, Done)
        found = answered.result
        return Answer(found.probabilities, found.ambiguity, found.cluster)

    return answer


def _on_labelled_alone(asked: Question) -> Answer:
    """The discriminant that never sees an unlabelled image before it is asked."""
    measures, said = asked.known.images.measures, asked.target > 0
    assert measures is not None
    rows = fit_scaling(asked.known.images.pixels[said], measures[said]).measures
    settings = ImageSettings(seed=asked.seed)
    known = KnownRows(rows(measures[said]), asked.target[said], len(asked.known.names))
    found = Discriminant.fit(known, settings, lambda: None)
    return Answer.of(found.probabilities(rows(measures)))


def _columns(images: ArrayImages, names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    assert images.measures is not None
    return images.measures[:, [MEASURE_NAMES.index(name) for name in names]]


NETWORKS = ("supervised", "mean-teacher", "pi-model", "pseudo-label", "fixmatch")

METHODS: dict[str, Answerer] = {
    "ecotaxa-forest": _rival(ECOTAXA_LIKE),
    "ecotaxa-forest+vignette": _rival((*ECOTAXA_LIKE, "image_height", "image_width")),
    "forest": _ours("forest"),
    "discriminant": _ours("discriminant"),
    "discriminant:ecotaxa-measures": _ours("discriminant", ECOTAXA_LIKE),
    "discriminant:labelled-alone": _on_labelled_alone,
    "discriminant:fifth-held-out": _ours("discriminant", held_out=0.2),
    **{name: _ours(name, ambiguity=False) for name in NETWORKS},
    **{f"{name}+dc3": _ours(name, ambiguity=True) for name in NETWORKS},
}
