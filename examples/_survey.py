"""A small simulated survey for the examples, and settings that train on it in seconds."""

import numpy as np

from napari_fathom.echogram.simulate import CLASS_NAMES, Simulation, SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import Painting, paint
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.metrics import cohen_kappa, confusion
from napari_fathom.learning.model import Model
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.train import Training

__all__ = ["CLASS_NAMES", "QUICK", "classes_of", "kappa_on", "make", "train"]

QUICK = TrainSettings(
    width=8,
    depth=3,
    patch=64,
    batch=4,
    clusters=16,
    components=8,
    cluster_pixels=2048,
    ambiguity=False,
    learning_rate=3e-3,
    scale_db=25.0,
    steps=10,
    epochs=4,
)
PINGS = 512


def make(seed: int) -> tuple[Simulation, Painting]:
    """Simulate a short survey with many fish, and paint a little of it."""
    survey = simulate(SimulationSettings(pings=PINGS, samples=128, seed=seed, fish_share=0.08))
    return survey, paint(survey.truth, 0.02, seed)


def train(settings: TrainSettings, survey: Simulation, painting: Painting) -> Model:
    """Train to the end, telling each epoch."""
    labels = ArrayLabels(painting.labels, painting.strokes)
    training = Training(ArrayField(survey.sv_db), labels, CLASS_NAMES, settings, device="cpu")
    for event in training.events():
        if type(event).__name__ == "Epoch":
            print(event)
    if training.best is None:
        raise RuntimeError("training ended without a model")
    return training.best


def classes_of(model: Model, survey: Simulation) -> np.ndarray:
    """Most probable class of every cell, 1…C, shape (R, P)."""
    answer = np.zeros(survey.truth.shape, np.uint8)

    def write(box: tuple[int, int, int, int], output: Output) -> None:
        top, bottom, left, right = box
        answer[top:bottom, left:right] = output.probabilities.argmax(axis=0) + 1

    for _ in predict(model, ArrayField(survey.sv_db), write, device="cpu"):
        pass
    return answer


def kappa_on(model: Model, survey: Simulation) -> float:
    """Cohen's kappa of the model's classes against the survey's truth."""
    answer = classes_of(model, survey)
    return cohen_kappa(confusion(survey.truth, answer, len(CLASS_NAMES)))
