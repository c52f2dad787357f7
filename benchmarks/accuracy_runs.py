"""Train a network on a painted simulated survey, let it answer on another: the runs behind accuracy.py."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_fathom.echogram.simulate import CLASS_NAMES, SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.events import Box, Done, Note
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.presets import LAPTOP, PRESETS
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.train import Training

UNSEEN = 1000
"""Added to a training survey's seed: the one predicted has another seabed, other layers and schools."""


@dataclass(frozen=True)
class Run:
    """One network: how it learns, from how much paint, on which survey."""

    method: str
    recipe: str
    share: float
    seed: int

    @property
    def name(self) -> str:
        return f"{self.method}-{self.recipe}-{self.share:g}-{self.seed}"


@dataclass(frozen=True)
class Answer:
    """What the network says, not calibrated, of the unseen survey and of the held-out strokes of its own.

    `source` are the class shares that it learned to expect.
    """

    probabilities: npt.NDArray[np.float16]
    held_out: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8]
    strokes: npt.NDArray[np.int64]
    source: npt.NDArray[np.float64]
    seconds: float

    def save(self, path: Path) -> None:
        beside = path.with_suffix(".part.npz")
        np.savez(beside, **vars(self))
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Answer":
        with np.load(path) as stored:
            return cls(
                stored["probabilities"],
                stored["held_out"],
                stored["labels"],
                stored["strokes"],
                stored["source"],
                float(stored["seconds"]),
            )


def settings_for(run: Run, steps: int) -> TrainSettings:
    """Laptop preset; without the rest class as many patches a step as with it."""
    preset = PRESETS[LAPTOP]
    changes = {"method": run.method, "ambiguity": False, "seed": run.seed, "precision": "bfloat16"}
    if run.recipe == "painted":
        changes |= {"rest_class": "", "batch": preset.batch * (1 if run.method == "predklus" else 2)}
    return preset.model_copy(update=changes | {"steps": steps // 4, "epochs": 4})


def run_once(run: Run, pings: int, steps: int, note: Callable[[str], None]) -> Answer:
    """Train on one survey, answer on another."""
    survey = simulate(SimulationSettings(pings=pings, seed=run.seed))
    painting = paint(survey.truth, run.share, run.seed)
    training = Training(
        ArrayField(survey.sv_db),
        ArrayLabels(painting.labels, painting.strokes),
        CLASS_NAMES,
        settings_for(run, steps),
        device="cpu",
    )
    started = time.perf_counter()
    model = None
    for event in training.events():
        if isinstance(event, Note):
            note(event.message)
        if isinstance(event, Done):
            model = event.result
    seconds = time.perf_counter() - started
    assert model is not None
    unseen = simulate(SimulationSettings(pings=pings, seed=run.seed + UNSEEN))
    probabilities = np.zeros((len(CLASS_NAMES), *unseen.truth.shape), np.float16)

    def write(box: Box, output: Output) -> None:
        top, bottom, left, right = box
        probabilities[:, top:bottom, left:right] = output.probabilities

    uncalibrated = replace(model, calibration=Calibration.identity(len(CLASS_NAMES)))
    for _ in predict(uncalibrated, ArrayField(unseen.sv_db), write, device="cpu"):
        pass
    held, source = training.held_out, np.array(model.calibration.shares)
    if held is None:
        nothing = np.zeros(0, np.int64)
        none = np.zeros((len(CLASS_NAMES), 0), np.float32)
        return Answer(probabilities, none, nothing.astype(np.uint8), nothing, source, seconds)
    return Answer(probabilities, held.probabilities, held.labels, held.strokes, source, seconds)
