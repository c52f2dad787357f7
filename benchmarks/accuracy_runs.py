"""Train a network on a painted simulated survey, let it answer on another: the runs behind accuracy.py."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.evaluation.answers import PixelQuestion
from napari_fathom.evaluation.shelf_methods import answer_pixels
from napari_fathom.evaluation.surveys import SimulatedSurvey
from napari_fathom.learning.presets import LAPTOP, PRESETS
from napari_fathom.learning.settings import TrainSettings


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


def run_once(run: Run, pings: int, steps: int) -> Answer:
    """Train on one survey, answer on another."""
    known = SimulatedSurvey(source="simulated", pings=pings, unseen_pings=pings).read(run.seed)
    painting = paint(known.truth, run.share, run.seed)
    found = answer_pixels(PixelQuestion(known, painting.labels, painting.strokes, settings_for(run, steps)))
    labels, source = found.labels.astype(np.uint8), np.array(found.source)
    return Answer(found.probabilities, found.held_out, labels, found.strokes, source, found.seconds)
